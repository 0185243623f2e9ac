"""The fences of a page, and what a reader of it would do with them.

`sh` holds commands, one a line; `# refused` and `# findings` mark those that leave with status 2 and 1.
The fence of `text` after it holds lines that occur in this order in what they print: blanks count alike,
`…` stands for words left out. `python` runs in one namespace for the whole page.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from tests.shared import ROOT

DOCS = ROOT / "docs"
_FENCE = re.compile(r"^```(?P<kind>\w+)[^\n]*\n(?P<body>.*?)^```$", re.M | re.S)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fence:
    """A fence: its kind, its text, the line on which it begins, and what the page says it prints."""

    kind: str
    body: str
    line: int
    told: tuple[str, ...] = ()


def fences(page: Path) -> tuple[Fence, ...]:
    """Return the fences of a page; a `text` belongs to the one before it."""
    found: list[Fence] = []
    text = page.read_text(encoding="utf-8")
    for match in _FENCE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        if match["kind"] == "text" and found:
            last = found[-1]
            found[-1] = Fence(
                kind=last.kind, body=last.body, line=last.line, told=tuple(match["body"].splitlines())
            )
        else:
            found.append(Fence(kind=match["kind"], body=match["body"], line=line))
    return tuple(found)


def status_of(line: str) -> int:
    """Return the exit status that the page says a command has."""
    if line.endswith("# refused"):
        return 2
    return int(line.endswith("# findings"))


def untold(lines: tuple[str, ...], printed: str) -> str | None:
    """Return the first line that does not follow in what was printed; None where all do."""
    text, at = " ".join(printed.split()), 0
    for line in lines:
        parts = [re.escape(" ".join(part.split())) for part in line.split("…")]
        found = re.compile(r".{0,120}?".join(parts)).search(text, at)
        if found is None:
            return line
        at = found.end()
    return None
