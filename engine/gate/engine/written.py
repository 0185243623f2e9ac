"""Facts in the engine's dialect.

    ("headroom", (("after", -4000), ("rule", "r17")))  ->  {"id":"t0","k":"k0","after":-4000.0,"rule":"s3"}

Ids are row numbers (`t0`, `t1`, …): dense, because the engine tells ids apart by a hash. A fact carries
only the fields that the ruleset at hand looks at. A field is written as what the program declares it to
be; anything else is refused, since the engine compares a text with a number unpredictably.
"""

from collections.abc import Iterable, Sequence

from engine.gate.engine.dialect import MAX_FACTS, number_text
from engine.gate.engine.emit import Emitted
from engine.gate.engine.faults import EmissionFault
from engine.gate.engine.program import Scalar

Row = tuple[str, tuple[tuple[str, Scalar], ...]]
"""A fact without its id: kind and fields."""


class Written:
    """The facts of one run, written once and cut to what each ruleset looks at."""

    def __init__(self, emitted: Emitted, rows: Sequence[Row]) -> None:
        self._emitted = emitted
        self._codes: dict[str | bool, str] = dict(emitted.codes)
        self._texts: list[dict[str, str]] = []
        self.rows: list[Row] = []
        self.by_kind: dict[str, list[int]] = {kind: [] for kind in emitted.kinds}
        for row in rows:
            self.add(row)

    def add(self, row: Row) -> int:
        """Write one more fact and return its row number; raises EmissionFault where it must not be sent."""
        kind, fields = row
        if kind not in self.by_kind:
            raise EmissionFault(f"no rule looks at facts of kind {kind}")
        number = len(self.rows)
        if number >= MAX_FACTS:
            raise EmissionFault(f"more than {MAX_FACTS} facts at once")
        texts = self._fields(fields)
        absent = self._emitted.needed.get(kind, frozenset()).difference([name for name, _ in fields])
        if absent:
            raise EmissionFault(f"a fact of kind {kind} lacks `{min(absent)}`, which joins need")
        self.rows.append(row)
        self._texts.append(texts)
        self.by_kind[kind].append(number)
        return number

    def fact(self, number: int, fields: Iterable[str]) -> str:
        """Return one fact with those of the fields that it has."""
        texts = self._texts[number]
        kind = self._emitted.kinds[self.rows[number][0]]
        rest = "".join([texts[name] for name in fields if name in texts])
        return f'{{"id":"t{number}","k":"{kind}"{rest}}}'

    def _fields(self, fields: Iterable[tuple[str, Scalar]]) -> dict[str, str]:
        """Return each field that some rule looks at as `,"name":value`."""
        numbers, words, codes = self._emitted.numbers, self._emitted.texts, self._codes
        texts: dict[str, str] = {}
        for name, value in fields:
            if name in numbers:
                if isinstance(value, str | bool):
                    raise EmissionFault(f"`{name}` is {value!r}, not a number")
                written = number_text(value)
            elif name in words:
                if not isinstance(value, str | bool):
                    raise EmissionFault(f"`{name}` is {value!r}, not a text")
                written = f'"{codes.setdefault(value, f"s{len(codes)}")}"'
            else:
                continue
            if name in texts:
                raise EmissionFault(f"`{name}` is given twice in one fact")
            texts[name] = f',"{name}":{written}'
        return texts
