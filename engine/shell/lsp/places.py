"""Places in a text, between our counting and the editor's.

We count lines and signs from 1, and a line ends at a line feed. Editors count from 0, in units of the
encoding agreed on (UTF-16 unless said otherwise), and a carriage return alone ends a line too:

    "a𝄞b"   b is our column 3, the editor's character 3 in UTF-16 (the clef takes two units), 2 in UTF-32
"""

import re
from bisect import bisect_right
from dataclasses import dataclass, field

from dsl.policy import Span

_ENDS = re.compile(r"\r\n|\n|\r")


def _units(text: str, encoding: str) -> int:
    match encoding:
        case "utf-8":
            return len(text.encode("utf-8", "surrogatepass"))
        case "utf-32":
            return len(text)
        case _:
            return len(text) + sum(ord(sign) > 0xFFFF for sign in text)


@dataclass(frozen=True)
class Places:
    """The places of one text; `encoding` is `utf-8`, `utf-16` or `utf-32`."""

    text: str
    encoding: str = "utf-16"
    _ours: list[int] = field(init=False, repr=False)
    _theirs: list[int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Find where the lines begin."""
        ours = [0, *(match.end() for match in re.finditer("\n", self.text))]
        theirs = [0, *(match.end() for match in _ENDS.finditer(self.text))]
        object.__setattr__(self, "_ours", ours)
        object.__setattr__(self, "_theirs", theirs)

    def offset(self, line: int, column: int) -> int:
        """Return how many signs stand before our line and column; places past the end are the end."""
        if line > len(self._ours):
            return len(self.text)
        return min(self._ours[max(line, 1) - 1] + max(column, 1) - 1, len(self.text))

    def editors(self, offset: int) -> tuple[int, int]:
        """Return the editor's line and character of an offset."""
        line = bisect_right(self._theirs, offset) - 1
        return line, _units(self.text[self._theirs[line] : offset], self.encoding)

    def offset_of(self, line: int, character: int) -> int:
        """Return the offset of the editor's line and character; past a line's end is its end."""
        if line >= len(self._theirs):
            return len(self.text)
        start = self._theirs[line]
        stop = self._theirs[line + 1] if line + 1 < len(self._theirs) else len(self.text)
        units = 0
        for offset in range(start, stop):
            if units >= character or self.text[offset] in "\r\n":
                return offset
            units += _units(self.text[offset], self.encoding)
        return stop

    def span(self, span: Span) -> tuple[tuple[int, int], tuple[int, int]]:
        """Return the editor's two ends of a span."""
        first = self.offset(span.line, span.column)
        last = self.offset(span.end_line, span.end_column)
        return self.editors(first), self.editors(max(first, last))

    def holds(self, span: Span, offset: int) -> bool:
        """Return whether an offset lies in a span or at its end."""
        return self.offset(span.line, span.column) <= offset <= self.offset(span.end_line, span.end_column)
