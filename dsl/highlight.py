"""The words and signs of the language in groups, taken from the grammar, for everything that colours text.

    rule IPS-4.1 "One company"      opener, rule, text
      limit weight to at most 5%    keyword, name, keyword …, number

A keyword that is also a word of the data (`weight`, `value`) counts as a name: that is what it mostly is.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from dsl.build import Builder
from dsl.tables import load
from dsl.words import shipped

Group = Literal[
    "comment", "text", "date", "version", "number", "unit", "action", "opener", "joiner", "keyword",
    "rule", "name", "sign",
]  # fmt: skip

_OF_TERMINAL: dict[str, Group] = {
    "COMMENT": "comment",
    "STRING": "text",
    "DATE": "date",
    "VERSION": "version",
    "PERCENT": "number",
    "NUMBER": "number",
    "UNIT": "unit",
    "ACTION": "action",
    "SIDE": "action",
    "BREACH_KIND": "action",
    "CODE": "unit",
    "RULE_ID": "rule",
    "NAME": "name",
}
_JOINERS = frozenset(
    ("is", "not", "in", "and", "or", "at", "most", "least", "between", "exactly", "more", "less", "than")
)
_KEYWORD = re.compile(r"([a-z_][a-z0-9_]*)\\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sort:
    """One group and the pattern of what belongs to it; the first that fits at a place counts."""

    group: Group
    pattern: str


@cache
def sorts() -> tuple[Sort, ...]:
    """Return every group with its pattern, in the order in which they are to be tried.

    `^` in a pattern is the beginning of a line: a word opens a statement only there.
    """
    patterns = {terminal.name: terminal.pattern.value for terminal in load(Builder()).terminals}
    patterns["CODE"] += r"(?![.\-])"  # USD is a currency, the beginning of IPS-4.1 is not
    shown = [Sort(group=group, pattern=_whole(patterns[name])) for name, group in _OF_TERMINAL.items()]
    words = keywords()
    groups: tuple[tuple[Group, tuple[str, ...]], ...] = (
        ("joiner", tuple(word for word in words if word in _JOINERS)),
        ("keyword", tuple(word for word in words if word not in _JOINERS)),
    )
    listed = [Sort(group=group, pattern=_one_of(of_group)) for group, of_group in groups]
    cut = next(index for index, sort in enumerate(shown) if sort.group == "rule")
    opener = Sort(group="opener", pattern=rf"^{_one_of(openers())}")
    return (*shown[:cut], opener, *listed, *shown[cut:], Sort(group="sign", pattern="[=,()]"))


def _whole(pattern: str) -> str:
    """Return a pattern that begins where a word begins."""
    return pattern if pattern[0] in '"#-' else rf"(?<![\w.]){pattern}"


def _one_of(words: tuple[str, ...]) -> str:
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    return rf"(?<![\w.])(?:{'|'.join(longest_first)})(?![\w.])"


@cache
def keywords() -> tuple[str, ...]:
    """Return the keywords of the grammar that are no words of the data, in alphabetical order."""
    catalogue = shipped()
    data = {*catalogue.measures, *catalogue.attributes, *catalogue.figures, *catalogue.bases}
    found = (_KEYWORD.fullmatch(terminal.pattern.value) for terminal in load(Builder()).terminals)
    return tuple(sorted({match[1] for match in found if match is not None} - data))


@cache
def openers() -> tuple[str, ...]:
    """Return the words that open a statement, and `policy`, as the grammar has them."""
    parser = load(Builder())
    accepted: set[str] = set()
    for start in ("header", "statement"):
        accepted |= parser.parse_interactive("", start=start).accepts()  # type: ignore[no-untyped-call]
    patterns = {terminal.name: terminal.pattern.value for terminal in parser.terminals}
    found = (_KEYWORD.fullmatch(patterns[name]) for name in accepted if name in patterns)
    return tuple(sorted(match[1] for match in found if match is not None))
