"""The parser's tables, built once and kept beside the grammar.

Building them from the grammar takes more than half a second, which every command would pay; loading
them takes a tenth of that. They count only for the very grammar and the very version of Lark that they
were made from, and otherwise the parser is built anew. A test keeps them up to date.

Kept as compressed JSON. JSON has no whole numbers as keys, so a table `{7: x}` is written
`{"#": [[7, x]]}`.
"""

import gzip
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import lark
from lark import Lark
from lark.grammar import Rule
from lark.lexer import PatternRE, PatternStr, TerminalDef

from dsl.build import Builder

GRAMMAR = Path(__file__).with_name("grammar.lark")
TABLES = Path(__file__).with_name("grammar_tables.json.gz")
STARTS = ("start", "header", "statement")
_NOT_KEPT = ("transformer", "edit_terminals", "postlex", "lexer_callbacks")


def whole_words(terminal: TerminalDef) -> None:
    """Let a keyword of the grammar match whole words only: `atmost` is not `at most`."""
    if isinstance(terminal.pattern, PatternStr) and terminal.pattern.value.replace("_", "").isalnum():
        terminal.pattern = PatternRE(re.escape(terminal.pattern.value) + r"\b")
        terminal.priority = 2  # before names, after the words that have classes of their own


def build(builder: Builder | None, *, strict: bool = False, starts: Sequence[str] = STARTS) -> Lark:
    """Return the parser built from the grammar; strict: refuse colliding terminals."""
    return Lark(
        GRAMMAR.read_text(encoding="utf-8"),
        parser="lalr",
        lexer="contextual",
        strict=strict,
        keep_all_tokens=True,
        maybe_placeholders=False,
        start=list(starts),
        transformer=builder,
        edit_terminals=whole_words,
    )


def load(builder: Builder) -> Lark:
    """Return the parser from its tables where they fit this grammar and Lark, else built anew."""
    kept = _kept()
    if kept is None or kept["made_from"] != _made_from():
        return build(builder)
    parser: Lark = Lark._load_from_dict(  # type: ignore[no-untyped-call]
        kept["data"], kept["memo"], transformer=builder
    )
    return parser


def is_current() -> bool:
    """Return whether the tables were made from this grammar with this version of Lark."""
    kept = _kept()
    return kept is not None and kept["made_from"] == _made_from()


def made_with() -> str | None:
    """Return the version of Lark that the tables were made with; None where there are none."""
    kept = _kept()
    return None if kept is None else str(kept["made_from"][1])


def _kept() -> dict[str, Any] | None:
    if not TABLES.is_file():
        return None
    found: dict[str, Any] = _thawed(json.loads(gzip.decompress(TABLES.read_bytes())))
    return found


def _made_from() -> list[str]:
    return [hashlib.sha256(GRAMMAR.read_bytes()).hexdigest(), lark.__version__]


def dump() -> bytes:
    """Return the tables as they are kept."""
    data, memo = build(None).memo_serialize([TerminalDef, Rule])
    data["options"] = {k: None if k in _NOT_KEPT else v for k, v in data["options"].items()}
    text = json.dumps(_frozen({"made_from": _made_from(), "data": data, "memo": memo}), separators=(",", ":"))
    return gzip.compress(text.encode("ascii"), mtime=0)


def _frozen(value: Any) -> Any:
    match value:
        case Mapping() if any(isinstance(key, int) for key in value):
            return {"#": [[key, _frozen(inner)] for key, inner in value.items()]}
        case Mapping():
            return {key: _frozen(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_frozen(inner) for inner in value]
        case set() | frozenset():
            return [_frozen(inner) for inner in sorted(value)]
        case _:
            return value


def _thawed(value: Any) -> Any:
    match value:
        case {"#": pairs} if len(value) == 1:
            return {key: _thawed(inner) for key, inner in pairs}
        case dict():
            return {key: _thawed(inner) for key, inner in value.items()}
        case list():
            return [_thawed(inner) for inner in value]
        case _:
            return value
