"""Replays make many small records that all stay: looking through them for garbage would find none.

The collector of cyclic garbage looks at every record again whenever their number has grown by a quarter. Of a
million transactions that takes longer the longer the history; a replay makes no cycles, so it waits.
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
