"""What may come next: the grammar asked at a place, in words that can be typed.

    after `limit weight to`        at most, at least, between, exactly
    after `on passive breach`      block, cure within, do not worsen, notify, report, …

A keyword that only one other can follow is offered together with it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from lark import Lark, Token
from lark.exceptions import LarkError
from lark.parsers.lalr_interactive_parser import InteractiveParser

from dsl.expected import STATEMENTS
from dsl.tables import build

_MOST_WORDS = 4
_HEADS = re.compile(rf"^(?:{'|'.join(('policy', *STATEMENTS))})\b", re.MULTILINE)
_UNFINISHED = re.compile(r"[A-Za-z_][\w.\-]*\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the grammar takes at a place.

    typed: the part of a word already there; phrases: keywords that fit; takes_name: a name may stand
    there; before: the tokens of the statement so far, as (terminal, text), the last one last.
    """

    typed: str
    phrases: tuple[str, ...]
    takes_name: bool
    before: tuple[tuple[str, str], ...]


def expected_at(text: str, offset: int) -> Expected | None:
    """Return what may stand at an offset; None inside quotes, comments and what cannot be read."""
    line = text[text.rfind("\n", 0, offset) + 1 : offset]
    bare = re.sub(r'"[^"]*"', '""', line)
    if "#" in bare or bare.count('"') % 2:
        return None
    unfinished = _UNFINISHED.search(line)
    typed = unfinished[0] if unfinished else ""
    upto = offset - len(typed)
    heads = [match.start() for match in _HEADS.finditer(text, 0, upto)]
    begin = heads[-1] if heads else 0
    start = "header" if text.startswith("policy", begin) or not heads else "statement"
    if not typed and line == "" and heads:
        return Expected(typed="", phrases=_statement_words(), takes_name=False, before=())
    return _asked(text[begin:upto], start, typed, at_margin=line == typed)


def _asked(text: str, start: str, typed: str, *, at_margin: bool) -> Expected | None:
    parser = machine().parse_interactive(text, start=start)
    before: list[tuple[str, str]] = []
    try:
        for token in parser.iter_parse():
            before.append((token.type, str(token)))
    except LarkError:
        return None
    accepted = _accepted(parser)
    phrases = [phrase for name in sorted(accepted) for phrase in _phrases(parser, name, 1)]
    if "$END" in accepted and at_margin:
        phrases += _statement_words()
    names = bool(accepted & {"NAME", "RULE_ID"})
    return Expected(
        typed=typed, phrases=tuple(dict.fromkeys(phrases)), takes_name=names, before=tuple(before)
    )


def _accepted(parser: InteractiveParser) -> frozenset[str]:
    return frozenset(parser.accepts())  # type: ignore[no-untyped-call]


def _statement_words() -> tuple[str, ...]:
    return tuple("lots relieved by" if word == "lots" else word for word in STATEMENTS)


def _phrases(parser: InteractiveParser, name: str, length: int) -> Iterator[str]:
    """Yield the words of a terminal, followed by what must follow it."""
    for word in words_of(name):
        following = _following(parser, name, word) if length < _MOST_WORDS else ()
        rest = [phrase for after in following for phrase in after]
        yield from (f"{word} {phrase}" for phrase in rest) if rest else (word,)


def _following(parser: InteractiveParser, name: str, word: str) -> tuple[tuple[str, ...], ...]:
    """Return the keywords that alone can follow a keyword; nothing where a name or an amount can too."""
    ahead = parser.copy()  # type: ignore[no-untyped-call]
    try:
        ahead.feed_token(Token(name, word))
    except LarkError:
        return ()
    accepted = _accepted(ahead)
    if not accepted or len(accepted) > 3 or not all(_is_keyword(after) for after in accepted):
        return ()
    return tuple(tuple(_phrases(ahead, after, 3)) for after in sorted(accepted))


# ------------------------------------------------------------------ terminals


@cache
def machine() -> Lark:
    """Return a parser of the grammar that can be asked what fits next; it builds no tree of ours."""
    return build(None, starts=("header", "statement"))


@cache
def _patterns() -> dict[str, str]:
    return {terminal.name: terminal.pattern.value for terminal in machine().terminals}


def _is_keyword(name: str) -> bool:
    return re.fullmatch(r"[a-z_\\]+\\b", _patterns().get(name, "")) is not None


@cache
def words_of(name: str) -> tuple[str, ...]:
    """Return the words that a terminal stands for: one for a keyword, several for `ACTION`, else none."""
    pattern = _patterns().get(name, "")
    if _is_keyword(name):
        return (pattern.removesuffix(r"\b").replace("\\", ""),)
    choice = re.fullmatch(r"\(([a-z_?|]+)\)\\b", pattern)
    if choice is None:
        return ()
    return tuple(word.replace("s?", "s") for word in choice[1].split("|"))
