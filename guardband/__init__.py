"""Guardband for notebooks and programs: the product's functions under one name.

>>> import guardband
>>> guardband.__version__
'0.1.0'
"""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("guardband")
except PackageNotFoundError:  # run from a source tree that is not installed
    __version__ = "0.1.0"
