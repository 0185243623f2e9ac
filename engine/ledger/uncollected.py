"""Replays and judged lists make many small values: looking through them for garbage would find none.

The collector of cyclic garbage looks at every value again whenever their number has grown by a quarter. Of a
million transactions, which all stay, that takes longer the longer the history. A list of 500 trades makes
some 100,000 values that are freed one by one; a fifth of the time would go into looking for circles.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Let the collector of cyclic garbage wait until the block is left; within another such block it does."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
