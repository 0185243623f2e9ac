"""Every test of the store runs on both databases."""

from tests.databases import *  # noqa: F403
