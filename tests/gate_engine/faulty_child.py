"""A child whose engine goes wrong on demand: a fact with the field `fault` says how.

Every fault is one that durable-rules itself can have: a crash, its livelock on a bare `$nex`, its silent
end of a batch at a number it cannot parse, its misreading of numbers under a locale with a comma.
"""

import ctypes
import os
import re
from typing import Any

from engine.gate.engine import child, durable

REAL_RUN = durable.Machine.run


class Proxy:
    """The engine, with one thing about it changed."""

    def __init__(self, real: Any, fault: str) -> None:
        self._real, self._fault = real, fault

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def assert_facts(self, handle: int, text: str) -> Any:
        if self._fault == "lost tail":
            text = re.sub(r",(\{[^{}]*\})\]$", r',{"id":"bad","k":"k0","x":1e-05},\1]', text)
        return self._real.assert_facts(handle, text)

    def assert_fact(self, handle: int, text: str) -> Any:
        if self._fault == "locale":
            text = re.sub(r"(\d)\.\d+", r"\1.0", text)
        return self._real.assert_fact(handle, text)

    def complete_and_start_action(self, handle: int, state: int) -> Any:
        firing = self._real.complete_and_start_action(handle, state)
        while firing and self._fault == "lost firing" and firing.startswith('{"_n'):
            firing = self._real.complete_and_start_action(handle, state)
        if firing and self._fault == "contradiction":
            firing = firing.replace('{"r0F"', '{"r0P"').replace('{"r1F"', '{"r0F"')
        return firing


def livelock(engine: Any) -> None:
    """The engine's own endless loop, which holds the interpreter: a rule that its state fact matches."""
    handle = engine.create_ruleset("loop", '{"x":{"all":[{"m":{"$nex":{"q":1}}}],"count":1}}')
    state = engine.assert_fact(handle, '{"id":"1","k":1}')[1]
    found = engine.start_action_for_state(handle, state)
    while found:
        engine.update_state(handle, found[0])
        engine.complete_and_start_action(handle, state)


def run(self: durable.Machine, rows: Any) -> Any:
    faults = [value for _, fields in rows for name, value in fields if name == "fault"]
    for fault in faults:
        if fault == "crash":
            ctypes.string_at(0)
        elif fault == "loop":
            livelock(self._engine)
        elif fault == "memory":
            bytearray(8 * 2**30)
        elif fault == "exit":
            os._exit(3)
        else:
            self._engine = Proxy(self._engine, fault)
    return REAL_RUN(self, rows)


def serve(descriptor: int, seconds: float, memory_bytes: int) -> None:
    durable.Machine.run = run
    child.serve(descriptor, seconds, memory_bytes)
