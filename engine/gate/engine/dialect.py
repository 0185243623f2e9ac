"""The engine's own dialect of JSON, and the codes and limits that keep within it.

Numbers always carry a dot (`1e-05` is refused by the engine's reader), texts and truth values become
dense codes, and everything that is too large for the engine's fixed arrays is refused here first.
Names are compared inside the engine by a 32-bit hash alone, so those of one ruleset are checked.
"""

import json
import math
from collections.abc import Iterable
from typing import Any

from engine.gate.engine.faults import EmissionFault
from engine.gate.engine.program import Compare, Differs, Equals, Op, Single

MAX_EDGES = 60  # condition edges of one kind in one ruleset; the engine's stack holds 64
MAX_BRANCHES = 64  # firings of one fact by one `or`
MAX_JOINED = 5  # facts of one join
MAX_TIES = 16  # comparisons of one match with earlier facts; the engine stops at 29
MAX_FIELDS = 200  # fields of one fact in one ruleset; the engine stops at 254
MAX_FACTS = 200_000  # of one call, derived ones included; ids `t0`... collide from 622,382 on
CAP = 4096  # matches handed over per call
EXACT = 2**53  # whole numbers up to here are exact as floats
CANARY_FACT = '{"id":"_c","k":"_c","v":0.75}'
RESERVED = ("id", "sid", "k", "v", "$s")


def name_hash(name: str) -> int:
    """Return the 32-bit hash by which the engine tells names apart (FNV-1a over signed bytes)."""
    value = 0x811C9DC5
    for byte in name.encode():
        value = ((value ^ (byte if byte < 128 else byte | 0xFFFFFF00)) * 16777619) & 0xFFFFFFFF
    return value


def check_names(names: Iterable[str]) -> None:
    """Raise EmissionFault where a field name is not plain, is taken, or two share a hash."""
    seen = {name_hash(name): name for name in RESERVED}
    for name in sorted(set(names)):
        if not (name.isascii() and name.isidentifier()):
            raise EmissionFault(f"`{name}` is not a plain name")
        if seen.setdefault(name_hash(name), name) != name or name in RESERVED:
            raise EmissionFault(f"`{name}` and `{seen[name_hash(name)]}` are one name to the engine")


def number_text(value: float) -> str:
    """Return a number as the engine reads it: always with a dot, `1.0e-05`.

    Raises EmissionFault for what is not finite, and for whole numbers that a float cannot hold.
    """
    if isinstance(value, int):
        if not -EXACT <= value <= EXACT:
            raise EmissionFault(f"{value} is beyond 2^53 and would be rounded")
        return f"{int(value)}.0"
    if not math.isfinite(value):
        raise EmissionFault(f"{value} is not a number that can be compared")
    text = repr(float(value))
    return text if "." in text else text.replace("e", ".0e")


def ruleset_text(value: Any) -> str:
    """Return rule JSON; whole numbers stay whole (`cap`, `pri`), floats get a dot."""
    match value:
        case dict():
            return "{" + ",".join(f"{json.dumps(k)}:{ruleset_text(v)}" for k, v in value.items()) + "}"
        case list():
            return "[" + ",".join(map(ruleset_text, value)) + "]"
        case str():
            return json.dumps(value)
        case int():
            return str(value)
        case float():
            return number_text(value)
        case _:
            raise EmissionFault(f"{type(value).__name__} has no place in a ruleset")


def compared(op: Op, field: str, right: Any) -> dict[str, Any]:
    """Return one comparison: equality is written bare, everything else under its operator."""
    return {field: right} if op is Op.EQ else {op.value: {field: right}}


def single(expression: dict[str, Any]) -> dict[str, Any]:
    """Return a rule of one fact."""
    return {"all": [{"m": expression}], "cap": CAP}


def canary() -> dict[str, Any]:
    """Return the rule that only a living engine that reads `0.75` rightly fires."""
    return single({"$and": [{"k": "_c"}, {"$gt": {"v": 0.5}}, {"$lt": {"v": 1.0}}]})


class Vocabulary:
    """The codes and declared types that one emission gathers; every field holds one type throughout."""

    def __init__(self) -> None:
        self.kinds: dict[str, str] = {}
        self.codes: dict[str | bool, str] = {}
        self.types: dict[str, str] = {}

    def guard(self, kind: str) -> dict[str, Any]:
        """Return the condition that a fact is of a kind; it stands first everywhere."""
        return {"k": self.kinds.setdefault(kind, f"k{len(self.kinds)}")}

    def code(self, value: str | bool) -> str:
        """Return the code of a text or truth value; `True` and `"true"` are different values."""
        return self.codes.setdefault(value, f"s{len(self.codes)}")

    def declared(self, field: str, kind: str) -> str:
        """Return the field after noting what it holds, `number` or `text`."""
        if self.types.setdefault(field, kind) != kind:
            raise EmissionFault(f"`{field}` is compared both with numbers and with texts")
        return field

    def of_type(self, kind: str) -> frozenset[str]:
        """Return the fields declared to hold `number` or `text`."""
        return frozenset(field for field, held in self.types.items() if held == kind)


def constant(condition: Single, words: Vocabulary) -> dict[str, Any]:
    """Return a comparison of a field with a constant."""
    match condition:
        case Equals(field=field, value=value):
            return {words.declared(field, "text"): words.code(value)}
        case Differs(field=field, value=value):
            return {"$neq": {words.declared(field, "text"): words.code(value)}}
        case Compare(op=op, field=field, right=float() | int() as right) if not isinstance(right, bool):
            number_text(right)
            return compared(op, words.declared(field, "number"), float(right))
        case _:
            raise EmissionFault("a threshold rule compares one fact with constants and with itself only")
