"""One module per command; each loads what it needs when it is called, so that `--help` is instant."""
