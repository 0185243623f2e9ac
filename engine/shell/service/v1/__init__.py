"""The answers of the commands, under /v1."""
