"""What goes to the screen: answers to standard output, everything else to standard error.

Text goes to a person, in colour on a terminal; JSON goes to a program: one object, nothing else.
"""

import sys
from collections.abc import Mapping
from typing import Any

EXIT_CLEAN = 0
EXIT_FINDINGS = 1
EXIT_WRONG_USE = 2
EXIT_INTERNAL = 3


def print_json(answer: dict[str, Any]) -> None:
    """Print one answer as JSON."""
    sys.stdout.write(json_text(answer))


def json_text(answer: Mapping[str, Any]) -> str:
    """Return one answer as the JSON that is printed."""
    return json_bytes(answer).decode()


def json_bytes(answer: Mapping[str, Any]) -> bytes:
    """Return one answer as the JSON that is printed, sent and kept: everywhere the same bytes."""
    import orjson

    return orjson.dumps(answer, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def print_text(text: str) -> None:
    """Print text for people; the words that carry a decision are coloured on a terminal."""
    from rich.console import Console
    from rich.text import Text

    console = Console(soft_wrap=True, highlight=False)
    told = Text(text.rstrip("\n"))
    for pattern, style in _STYLES:
        told.highlight_regex(pattern, style)
    console.print(told)


def complain(text: str) -> None:
    """Print to standard error."""
    sys.stderr.write(text.rstrip("\n") + "\n")


_STYLES = (
    (r"(?m)^\s*(■ )?(BLOCK|block|error|wrong|FAIL|fails?)\b", "bold red"),
    (r"(?m)^\s*(◆ )?(APPROVAL|approval)\b", "bold magenta"),
    (r"(?m)^\s*(▲ )?(WARN|warn|warning)\b", "bold yellow"),
    (r"(?m)^\s*(● )?(PASS|pass|ok)\b", "bold green"),
    (r"(?m)^\s+(because|measured|would pass|effect|sources|limit|made of|help|cure)\b", "dim"),
)
