"""Reports: verdicts, lots and proposals worded for the people who read them. Nothing is computed here."""
