"""The commands of docs/day.md, and what the page says they tell.

A fence of `sh` holds commands, one a line; `# refused` marks one that leaves with status 2. The fence of
`text` after it holds lines that occur in this order in what they print: blanks count alike, `…` stands for
up to 120 characters.
"""

import re
import shlex
from dataclasses import dataclass

from tests.shared import ROOT

_FENCE = re.compile(r"^## (?P<title>[^\n]+)$|^```(?P<kind>sh|text)\n(?P<body>.*?)^```$", re.M | re.S)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A part of the day: its commands, and the lines that they tell."""

    title: str
    commands: tuple[str, ...]
    told: tuple[str, ...]


def steps() -> tuple[Step, ...]:
    """Return the parts of the page in their order."""
    found: list[Step] = []
    title = ""
    for match in _FENCE.finditer((ROOT / "docs" / "day.md").read_text(encoding="utf-8")):
        lines = tuple((match["body"] or "").splitlines())
        if match["title"]:
            title = match["title"]
        elif match["kind"] == "sh":
            found.append(Step(title=title, commands=lines, told=()))
        else:
            found[-1] = Step(title=title, commands=found[-1].commands, told=lines)
    return tuple(found)


def words(command: str) -> tuple[str, ...]:
    """Return a command's words, as a shell reads them."""
    return tuple(shlex.split(command, comments=True))
