"""The broker that the tests of orders use."""

from tests.orders.conftest import broker

__all__ = ["broker"]
