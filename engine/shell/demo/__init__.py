"""The demonstration household: invented people and holdings, real prices.

The folder that `demo_folder` names is a book (accounts, securities, prices, transactions, benchmark) with
its mandate `household.mandate` beside it, and a NOTICE of what is real.
"""

from importlib.resources import files
from pathlib import Path

MANDATE = "household.mandate"


def demo_folder() -> Path:
    """Return the folder of the shipped demonstration."""
    folder = files("engine.shell.demo").joinpath("data")
    assert isinstance(folder, Path), "the package is installed as files"
    return folder
