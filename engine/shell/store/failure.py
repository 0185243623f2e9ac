"""What can go wrong with a database, each with its cure."""

from engine.facts.failure import InputError


class StoreError(InputError):
    """A database that cannot be used as it is: absent, locked, full, too old or too new."""
