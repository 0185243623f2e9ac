"""A child on a machine where durable-rules is not installed."""

import sys

from engine.gate.engine import child


def serve(descriptor: int, seconds: float, memory_bytes: int) -> None:
    sys.modules["durable_rules_engine"] = None  # what an import finds where there is nothing
    child.serve(descriptor, seconds, memory_bytes)
