"""The gate: measures a trade list against a grounded rulebook and answers with explained verdicts."""
