"""Facts, ledger, gate and shell: the parts of Guardband that hold and judge a household's records."""
