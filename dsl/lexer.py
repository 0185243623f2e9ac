"""Mandates in colour, for documents: a lexer for Pygments, its words taken from the grammar.

    pygmentize -l mandate household.mandate

Pygments is not needed for anything else; it comes with the tools that ask for this lexer.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from pygments.lexer import Lexer
from pygments.token import Token

from dsl.highlight import Group, sorts

_TOKENS: dict[Group, Any] = {
    "comment": Token.Comment.Single,
    "text": Token.Literal.String.Double,
    "date": Token.Literal.Date,
    "version": Token.Literal.Number,
    "number": Token.Literal.Number,
    "unit": Token.Keyword.Type,
    "action": Token.Keyword.Constant,
    "opener": Token.Keyword.Declaration,
    "joiner": Token.Operator.Word,
    "keyword": Token.Keyword,
    "rule": Token.Name.Class,
    "name": Token.Name,
    "sign": Token.Punctuation,
}


@cache
def _pattern() -> re.Pattern[str]:
    parts = (f"(?P<s{index}>{sort.pattern})" for index, sort in enumerate(sorts()))
    return re.compile("|".join((*parts, r"(?P<space>\s+)")), re.MULTILINE)


class MandateLexer(Lexer):  # type: ignore[misc]  # Pygments has no types
    """Colours a mandate; what is no word, number, text or sign of the language is an error token."""

    name = "Mandate"
    aliases = ("mandate",)
    filenames = ("*.mandate",)
    mimetypes = ("text/x-mandate",)
    url = "https://pypi.org/project/guardband/"

    def get_tokens_unprocessed(self, text: str) -> Iterator[tuple[int, Any, str]]:
        """Yield every token with its place and text; together they are the text."""
        place, pattern, all_sorts = 0, _pattern(), sorts()
        while place < len(text):
            match = pattern.match(text, place)
            if match is None:
                yield place, Token.Error, text[place]
                place += 1
                continue
            kind = str(match.lastgroup)
            token = Token.Text.Whitespace if kind == "space" else _TOKENS[all_sorts[int(kind[1:])].group]
            yield place, token, match[0]
            place = match.end()
