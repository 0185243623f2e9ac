"""Syntax errors in an officer's words: what cannot stand here, and what could.

The parser knows which terminals fit; this module turns them into phrases. Where a rule has just been
read, thirty keywords fit, and the phrase is "another clause or the next statement".
"""

import re
from collections.abc import Set

from lark import Token
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from dsl.diagnostics import Diagnostic, finding
from dsl.near import nearest
from dsl.policy import Span

STATEMENTS = (
    "use",
    "parameter",
    "set",
    "define",
    "list",
    "identical",
    "substitute",
    "targets",
    "rebalance",
    "harvest",
    "wash_sales",
    "lots",
    "rule",
    "waive",
    "manual",
    "example",
)
"""The words that open a statement."""

RULE_CLAUSES = (
    "effective",
    "exception",
    "across",
    "per",
    "for",
    "when",
    "unless",
    "limit",
    "forbid",
    "allow",
    "require",
    "looking",
    "valued",
    "tested",
    "warn",
    "if",
    "on",
    "because",
)
HEADER_CLAUSES = (
    "id",
    "version",
    "effective",
    "supersedes",
    "extends",
    "source",
    "applies",
    "currency",
    "calendar",
    "weights",
    "missing",
    "owner",
    "approved",
)
CLAUSES = frozenset((*RULE_CLAUSES, *HEADER_CLAUSES, "given", "trade", "expect", "back", "at", "each", "or"))
"""The words that open a clause on a line of its own."""

_PHRASES = {
    "NAME": "a name",
    "STRING": "a text in quotes",
    "PERCENT": "a percentage such as 5%",
    "NUMBER": "a number",
    "CODE": "a currency such as USD",
    "UNIT": "a unit such as days or points",
    "DATE": "a date such as 2026-01-31",
    "VERSION": "a version such as 1.0.0",
    "RULE_ID": "a rule id such as IPS-4.1",
    "ACTION": "buying, selling, holding, shorting or increasing",
    "SIDE": "buy, sell, short_sell or buy_to_cover",
    "BREACH_KIND": "active or passive",
    "COMMA": "`,`",
    "LPAR": "`(`",
    "RPAR": "`)`",
    "EQUAL": "`=`",
    "$END": "the end of the file",
}
_WORDS = {
    "ACTION": ("buying", "selling", "holding", "shorting", "increasing"),
    "SIDE": ("buy", "sell", "short_sell", "buy_to_cover"),
    "BREACH_KIND": ("active", "passive"),
    "UNIT": ("days", "business_days", "months", "years", "points", "bps", "shares"),
}
_JOINED = ("at most", "at least", "more than", "less than", "up to", "for each", "allow only", "do not")
_SIGNS = {
    "<": "less than",
    "<=": "at most",
    "=<": "at most",
    ">": "more than",
    ">=": "at least",
    "≤": "at most",
}
_SIGNS |= {"≥": "at least", "=": "is", "==": "is", "!=": "is not", "<>": "is not"}
_OTHERS = re.compile(r"[<>=!≤≥]+|[^\s\w\"#,()%.]+|\S")


def _phrases(accepts: Set[str]) -> list[str]:
    words = {terminal.lower() for terminal in accepts}
    out = []
    for clauses, phrase in ((RULE_CLAUSES, "clause of the rule"), (HEADER_CLAUSES, "line of the header")):
        told = {*clauses, *(f"`{word}`" for word in clauses)}
        if len(words & told) > 8:
            out.append(f"another {phrase}")
            words -= told
            break
    if len(words & set(STATEMENTS)) > 8:
        out.append("the next statement")
        words -= {*STATEMENTS, "$end"}
    phrases = [_PHRASES.get(word.upper(), f"`{word.strip('`')}`") for word in sorted(words)]
    kinds = [phrase for phrase in phrases if not phrase.startswith("`")]
    return [phrase for phrase in phrases if phrase.startswith("`")] + kinds + out


def expected(accepts: Set[str]) -> str:
    """Return `expected A, B or C` for the terminals that fit."""
    phrases = _phrases(accepts)
    if len(phrases) > 7:
        phrases = [*phrases[:6], "the like"]
    if not phrases:
        return ""
    return "expected " + (phrases[0] if len(phrases) == 1 else f"{', '.join(phrases[:-1])} or {phrases[-1]}")


def describe(error: UnexpectedInput, text: str, span_of: "SpanOf", accepts: Set[str]) -> Diagnostic:
    """Return the diagnostic for a parser's complaint about `text`."""
    match error:
        case UnexpectedToken() if error.token.type == "$END":
            return _cut_short(text, span_of, accepts)
        case UnexpectedToken():
            return _misplaced(error.token, text, span_of, accepts)
        case UnexpectedCharacters():
            return _strange(text, error.pos_in_stream or 0, span_of, accepts)
        case _:
            return _cut_short(text, span_of, accepts)


class SpanOf:
    """Turns offsets of one chunk into spans of its file."""

    def __init__(self, text: str, *, file: str, line_offset: int) -> None:
        self.text = text
        self.file = file
        self.line_offset = line_offset

    def __call__(self, start: int, end: int) -> Span:
        """Return the span of text[start:end]."""
        line, column = self._place(start)
        end_line, end_column = self._place(max(end, start))
        return Span(file=self.file, line=line, column=column, end_line=end_line, end_column=end_column)

    def _place(self, offset: int) -> tuple[int, int]:
        line = self.text.count("\n", 0, offset)
        return line + 1 + self.line_offset, offset - (self.text.rfind("\n", 0, offset) + 1) + 1


def _cut_short(text: str, span_of: SpanOf, accepts: Set[str]) -> Diagnostic:
    code = re.sub(r'"[^"\n]*"|#[^\n]*', lambda m: m[0] if m[0][0] == '"' else " " * len(m[0]), text).rstrip()
    start = max(code.rfind(" "), code.rfind("\n")) + 1
    first = " ".join(code.split()[:2]) or "the file"
    return finding(
        "E0102",
        f"`{first}` is cut short" if code else "there is no mandate in this file",
        span_of(start, len(code)),
        label=f"{expected(accepts)} after this" if code else "",
        help=None if code else 'begin with `policy "title"`',
    )


def _misplaced(token: Token, text: str, span_of: SpanOf, accepts: Set[str]) -> Diagnostic:
    start = token.start_pos or 0
    span = span_of(start, start + len(token))
    label = expected(accepts)
    if token.type in ("AND", "OR") and _in_condition(text[:start], str(token)):
        return finding(
            "E0105",
            "`and` and `or` are mixed without brackets",
            span,
            label="this could be read in two ways",
            help="put brackets around the part that belongs together, as in `a and (b or c)`",
        )
    if str(token) in _SIGNS:
        return _sign(str(token), span)
    word = re.match(r"[\w.\-]*", text[start:])
    shown = word[0] if word and word[0] else str(token)
    keywords = [t.lower() for t in accepts if t.lower().replace("_", "").isalpha() and t not in _PHRASES]
    keywords += [name for terminal in accepts for name in _WORDS.get(terminal, ())]
    keywords += [pair for pair in _JOINED if pair.split()[0] in keywords]
    near = nearest(shown, keywords) if shown.replace("_", "").isalnum() else None
    if token.type in ("NUMBER", "PERCENT", "DATE", "STRING") or near == shown:
        near = None
    return finding(
        "E0101",
        f"`{str(token)[:60]}` cannot stand here",
        span,
        label=label,
        help=f"did you mean `{near}`?" if near else _advice(token, accepts),
    )


def _advice(token: Token, accepts: Set[str]) -> str | None:
    if token.type == "NAME" and "RULE_ID" in accepts:
        return "a rule id begins with a capital letter, as in IPS-4.1"
    if token.type == "RULE_ID" and "NAME" in accepts and "RULE_ID" not in accepts:
        return "names are written in small letters with `_` between words"
    if "STRING" in accepts and token.type in ("NAME", "RULE_ID", "CODE"):
        return f'put it in quotes: "{token}"'
    if token.type == "STRING" and "NAME" in accepts:
        return "leave the quotes away: a name is due"
    if token.type == "NUMBER" and "PERCENT" in accepts and "NUMBER" not in accepts:
        return f"write {token}% if a share is meant"
    return None


def _in_condition(before: str, word: str) -> bool:
    other = "or" if word == "and" else "and"
    clause = re.split(r"\b(?:where|when|unless|require|whose|rule|limit)\b", before)[-1]
    return re.search(rf"\b{other}\b", re.sub(r'"[^"\n]*"', "", clause)) is not None


def _sign(sign: str, span: Span) -> Diagnostic:
    words = _SIGNS[sign]
    advice = f"write `{words}`" if words.startswith("is") else f"write `is {words}`"
    return finding(
        "E0109",
        f"`{sign}` is not a word of the language",
        span,
        label="comparisons are written in words",
        help=f"{advice} in a condition, `to at most`, `to at least` or `to between` in a limit",
    )


def _strange(text: str, offset: int, span_of: SpanOf, accepts: Set[str]) -> Diagnostic:
    found = _OTHERS.match(text, offset)
    shown = found[0][:20] if found else text[offset : offset + 1]
    if shown in _SIGNS:
        return _sign(shown, span_of(offset, offset + len(shown)))
    if text[offset] == '"':
        end = text.find("\n", offset)
        end = len(text) if end < 0 else end
        return finding(
            "E0104",
            "this text has no closing quote",
            span_of(offset, end),
            label="opened here, still open at the end of the line",
            help='close it with `"` on the same line',
        )
    if text[offset] == "%":
        number = re.search(r"[\d.,]*$", text[:offset])
        start = number.start() if number is not None else offset
        return finding(
            "E0101",
            f"`{text[start : offset + 1]}` cannot stand here",
            span_of(start, offset + 1),
            label=expected(accepts),
        )
    if text[offset] in "“”„«»‘’'`":
        return finding(
            "E0103",
            f"`{text[offset]}` is not a quote of the language",
            span_of(offset, offset + 1),
            help='use straight quotes: "…"',
        )
    return finding(
        "E0103",
        f"`{text[offset]!s}` is not a sign of the language"
        if text[offset].isprintable()
        else f"a sign that cannot be printed (U+{ord(text[offset]):04X}) stands here",
        span_of(offset, offset + 1),
        label=expected(accepts),
        help="after `#` the rest of a line may hold any signs" if text[offset] in "/*;-" else None,
    )
