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
        """Write facts; raises EmissionFault where one must not be sent."""
        self._kinds, self._needed = emitted.kinds, emitted.needed
        self._is_number = dict.fromkeys(emitted.texts, False) | dict.fromkeys(emitted.numbers, True)
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
        if kind in self._needed:
            absent = self._needed[kind].difference([name for name, _ in fields])
            if absent:
                raise EmissionFault(f"a fact of kind {kind} lacks `{min(absent)}`, which joins need")
        self._texts.append(self._fields(fields))
        self.rows.append(row)
        self.by_kind[kind].append(number)
        return number

    def fact(self, number: int, fields: Iterable[str]) -> str:
        """Return one fact with those of the fields that it has."""
        texts = self._texts[number]
        rest = "".join([texts[name] for name in fields if name in texts])
        return f'{{"id":"t{number}","k":"{self._kinds[self.rows[number][0]]}"{rest}}}'

    def _fields(self, fields: Iterable[tuple[str, Scalar]]) -> dict[str, str]:
        """Return each field that some rule looks at as `,"name":value`."""
        texts: dict[str, str] = {}
        for name, value in fields:
            is_number = self._is_number.get(name)
            if is_number is None:
                continue
            if name in texts:
                raise EmissionFault(f"`{name}` is given twice in one fact")
            if isinstance(value, str | bool):
                if is_number:
                    raise EmissionFault(f"`{name}` is {value!r}, not a number")
                code = self._codes.get(value) or self._coded(value)
                texts[name] = f',"{name}":"{code}"'
            else:
                if not is_number:
                    raise EmissionFault(f"`{name}` is {value!r}, not a text")
                texts[name] = f',"{name}":{number_text(value)}'
        return texts

    def _coded(self, value: str | bool) -> str:
        code = self._codes[value] = f"s{len(self._codes)}"
        return code
