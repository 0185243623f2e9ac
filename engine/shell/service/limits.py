"""Rates: how often somebody may ask. A bucket holds a minute's requests and fills as time goes by."""

import time
from collections import OrderedDict
from threading import Lock

MOST_NAMES = 10_000
"""Names that are remembered; the one that was quiet longest is forgotten first."""


class Rate:
    """Requests per minute of each name; 0 is no limit. Safe to share among threads."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def wait_seconds(self, name: str, *, cost: float = 1) -> float:
        """Take one request and return 0, or return how long to wait for it. cost 0: only ask."""
        if not self._per_minute:
            return 0
        now = time.monotonic()
        with self._lock:
            left, then = self._left.get(name, (float(self._per_minute), now))
            left = min(float(self._per_minute), left + (now - then) * self._per_minute / 60)
            if left < 1:
                return (1 - left) * 60 / self._per_minute
            self._left[name] = (left - cost, now)
            self._left.move_to_end(name)
            while len(self._left) > MOST_NAMES:
                self._left.popitem(last=False)
            return 0
