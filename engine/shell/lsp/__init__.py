"""The language server: what an editor asks of a mandate while it is being written."""
