"""Lanes: threads that do the work, so that the loop that answers never waits for any of it.

    gate    one thread    the book that is open: an OpenBook is not shared between threads
    solve   one thread    rebalance, repair, why; over the same facts, with its own open book
    own     two threads   books that came in a request
    store   four threads  questions to the database
    keys    one thread    passwords and keys, which are slow to verify on purpose

A lane takes a bounded number of requests; beyond it a client is told to come again.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Literal, TypeVar

from engine.shell.service.problems import Problem

T = TypeVar("T")
Lane = Literal["gate", "solve", "own", "store", "keys"]
THREADS: dict[Lane, int] = {"gate": 1, "solve": 1, "own": 2, "store": 4, "keys": 1}


class Lanes:
    """The threads of one worker."""

    def __init__(self, waiting: int) -> None:
        """waiting: how many requests one lane takes at a time, those at work included."""
        self._waiting = waiting
        self._taken = dict.fromkeys(THREADS, 0)
        self._pools = {
            lane: ThreadPoolExecutor(threads, thread_name_prefix=f"guardband-{lane}")
            for lane, threads in THREADS.items()
        }

    async def run(self, lane: Lane, seconds: float, work: Callable[[], T]) -> T:
        """Return what the work returns; a Problem where the lane is full or the time is over.

        Work whose time is over is not begun any more; where it has begun, it ends unheard.
        """
        if self._taken[lane] >= self._waiting:
            raise Problem(503, "busy", "too much is waiting", headers={"Retry-After": "1"})
        self._taken[lane] += 1
        done = self._pools[lane].submit(work)
        done.add_done_callback(_freeing(self, lane, asyncio.get_running_loop()))
        try:
            return await asyncio.wait_for(asyncio.wrap_future(done), seconds)
        except TimeoutError:
            told = f"no answer within {seconds:g} seconds"
            raise Problem(503, "time", told, headers={"Retry-After": "5"}) from None

    def waiting(self, lane: Lane) -> int:
        """Return how many requests a lane has now."""
        return self._taken[lane]

    def free(self, lane: Lane) -> None:
        """Give a place back; called by the loop."""
        self._taken[lane] -= 1

    def close(self) -> None:
        """End the threads; what is at work is finished first."""
        for pool in self._pools.values():
            pool.shutdown(wait=True, cancel_futures=True)


def _freeing(lanes: Lanes, lane: Lane, loop: asyncio.AbstractEventLoop) -> Callable[[object], None]:
    def free(_done: object) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(lanes.free, lane)

    return free
