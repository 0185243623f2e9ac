"""The version of the product, as installed."""

from importlib.metadata import PackageNotFoundError, version

try:
    VERSION = version("guardband")
except PackageNotFoundError:  # run from a source tree that is not installed
    VERSION = "0.1.0"
