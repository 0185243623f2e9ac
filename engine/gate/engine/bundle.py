"""What reproduces a fault: the program and the facts as JSON text, and back.

{"program": {"type": "Program", "rules": [{"type": "ThresholdRule", "name": "holds", …}], …},
 "facts": [{"type": "Fact", "id": "h1", …}]}
"""

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from engine.gate.engine import program as values
from engine.gate.engine.program import Fact, Op, Program

_TYPES: Mapping[str, Any] = {
    kind.__name__: kind
    for kind in (
        values.And,
        values.Compare,
        values.Derive,
        values.Differs,
        values.Equals,
        values.Fact,
        values.Field,
        values.JoinRule,
        values.Match,
        values.Of,
        values.Or,
        values.Program,
        values.Report,
        values.ThresholdRule,
    )
}


def bundle_text(program: Program, facts: tuple[Fact, ...]) -> str:
    """Return program and facts as JSON text."""
    return json.dumps({"program": _plain(program), "facts": _plain(facts)}, ensure_ascii=False)


def bundle_read(text: str) -> tuple[Program, tuple[Fact, ...]]:
    """Return the program and the facts that `bundle_text` wrote."""
    record = json.loads(text)
    return _value(record["program"]), _value(record["facts"])


def _plain(value: Any) -> Any:
    if isinstance(value, Fact):
        return {"type": "Fact", **{name: _plain(part) for name, part in value._asdict().items()}}
    if dataclasses.is_dataclass(value):
        fields = {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return {"type": type(value).__name__, **fields}
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return {"type": "Op", "name": value.name} if isinstance(value, Op) else value


def _value(plain: Any) -> Any:
    if isinstance(plain, list):
        return tuple(_value(part) for part in plain)
    if not isinstance(plain, dict):
        return plain
    if plain["type"] == "Op":
        return Op[plain["name"]]
    return _TYPES[plain["type"]](**{name: _value(v) for name, v in plain.items() if name != "type"})
