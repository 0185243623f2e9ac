"""What each type of transaction does to the ledger: one small file for each kind of event."""
