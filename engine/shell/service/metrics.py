"""Metrics for Prometheus: requests, how long they took, what waits, what the gate decided."""

import os

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
SHARED = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that names the folder in which several workers add up."""


class Metrics:
    """The figures of one worker, or of all where the workers share a folder."""

    def __init__(self) -> None:
        own = CollectorRegistry()
        self._own = own
        self.requests = Counter(
            "guardband_requests", "Requests answered.", ("method", "path", "status"), registry=own
        )
        self.seconds = Histogram(
            "guardband_request_seconds", "How long they took.", ("path",), buckets=BUCKETS, registry=own
        )
        self.under_way = Gauge(
            "guardband_requests_under_way", "Requests at work.", registry=own, multiprocess_mode="livesum"
        )
        self.decisions = Counter(
            "guardband_gate_answers", "What the gate decided.", ("decision",), registry=own
        )
        self.faults = Counter("guardband_gate_faults", "Answers that could not be reached.", registry=own)
        self.openings = Counter("guardband_books_opened", "Books read and laid out.", registry=own)

    def text(self) -> bytes:
        """Return every figure in the text format."""
        if SHARED not in os.environ:
            return generate_latest(self._own)
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]  # the library has no types here
        return generate_latest(together)
