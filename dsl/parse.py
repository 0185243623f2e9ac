"""From text to the syntax tree, with every syntax error of the file at once.

The whole file is parsed in one go. Only when that fails is it cut at the words that open a statement,
each piece parsed by itself; inside a broken statement the broken clause is left out and the rest tried
again, so that one slip gives one diagnostic and the other statements are still checked.
"""

import re
import threading
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

from lark import Lark
from lark.exceptions import UnexpectedInput, UnexpectedToken

from dsl import syntax as s
from dsl.build import Builder, TooDeepError
from dsl.diagnostics import Diagnostic, finding, has_errors, in_order
from dsl.expected import CLAUSES, STATEMENTS, SpanOf, describe
from dsl.near import distance
from dsl.policy import Span
from dsl.tables import load

_LOCK = threading.Lock()
_MOST_SLIPS = 20  # per statement: after that its clauses are not tried any further
_MOST_BROKEN = 500  # statements: a file with more is not read to its end
_MOST_DEPTH = 60
WHOLE_WORD = r"\b"
"""What ends the pattern of every keyword."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """What could be read of a file.

    `lost` holds the names that broken statements would have defined, so that one slip is not told
    twice; `damaged` the lines of statements that lack a clause which could not be read.
    """

    tree: s.File
    text: str
    file: str
    diagnostics: tuple[Diagnostic, ...] = ()
    lost: frozenset[str] = frozenset()
    damaged: frozenset[int] = frozenset()

    @property
    def ok(self) -> bool:
        """Whether everything could be read."""
        return not has_errors(self.diagnostics)


@lru_cache(maxsize=1)
def _machine() -> tuple[Lark, Builder]:
    builder = Builder()
    parser = load(builder)
    return parser, builder


def decode(data: bytes, *, file: str) -> str | Diagnostic:
    """Return the text of a file's bytes (UTF-8; a byte order mark is tolerated), or what is wrong."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - (data.rfind(b"\n", 0, error.start) + 1) + 1
        span = Span(file=file, line=line, column=column, end_line=line, end_column=column + 1)
        return finding("E0107", "this file is not UTF-8 text", span, help="save it as UTF-8")


def parse(text: str, *, file: str) -> Parsed:
    """Return what could be read of a mandate, with every syntax error.

    file: the name that spans carry. Never raises for any text.
    """
    deep = _too_deep(text, file)
    if deep is not None:
        empty = s.File(header=None, statements=(), span=deep.span)
        return Parsed(tree=empty, text=text, file=file, diagnostics=(deep,))
    try:
        tree = _run(text, "start", file=file, line_offset=0)
    except (UnexpectedInput, TooDeepError):
        return _piecewise(text, file)
    return Parsed(tree=tree, text=text, file=file)


def _run(text: str, start: str, *, file: str, line_offset: int) -> Any:
    with _LOCK:
        parser, builder = _machine()
        builder.file, builder.line_offset = file, line_offset
        return parser.parse(text, start=start)


def _too_deep(text: str, file: str) -> Diagnostic | None:
    depth = 0
    for match in re.finditer(r'"[^"\n]*"|#[^\n]*|[()]', text):
        if match[0] == "(":
            depth += 1
        elif match[0] == ")":
            depth = max(0, depth - 1)
        if depth > _MOST_DEPTH:
            span = SpanOf(text, file=file, line_offset=0)(match.start(), match.end())
            return finding(
                "E0108",
                f"brackets are nested more than {_MOST_DEPTH} deep",
                span,
                help="name the inner conditions with `define`",
            )
    return None


# ------------------------------------------------------------------ recovery

_HEADS = re.compile(
    r"^(?:policy\b|"
    + "|".join(rf"{word}\b" for word in STATEMENTS if word != "lots")
    + r"|lots\s+relieved\b)",
    re.MULTILINE,
)
_LINE_WORD = re.compile(r"^([A-Za-z_]+)\b", re.MULTILINE)
_CLAUSE_START = re.compile(r"^[ \t]*([a-z_]+)\b", re.MULTILINE)
_DEFINES = re.compile(
    r"^[ \t]*(?:define|list|parameter|identical|targets|rule|source)[ \t]+([A-Za-z][\w.\-]*)", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    line_offset: int


def _starts(text: str) -> list[int]:
    starts = {match.start() for match in _HEADS.finditer(text)}
    for match in _LINE_WORD.finditer(text):
        word = match[1]
        if match.start() in starts or word in CLAUSES or word == "lots":
            continue
        if _is_nearly_a_head(word):
            starts.add(match.start())
    return sorted(starts)


@lru_cache(maxsize=1024)
def _is_nearly_a_head(word: str) -> bool:
    """Return whether a word is a slip of the pen for one that opens a statement."""
    heads = (*STATEMENTS, "policy")
    return 2 < len(word) < 20 and any(distance(word.lower(), head, most=2) <= 2 for head in heads)


def _pieces(text: str) -> list[_Piece]:
    starts = _starts(text)
    cuts = [0, *(start for start in starts if start > 0), len(text)]
    pieces, line = [], 0
    for begin, end in pairwise(cuts):
        pieces.append(_Piece(text[begin:end], line))
        line += text.count("\n", begin, end)
    return [piece for piece in pieces if re.sub(r"#[^\n]*", "", piece.text).strip()]


def _piecewise(text: str, file: str) -> Parsed:
    header: s.Header | None = None
    statements: list[s.Statement] = []
    diagnostics: list[Diagnostic] = []
    lost: set[str] = set()
    damaged: set[int] = set()
    pieces = _pieces(text)
    broken = 0
    for index, piece in enumerate(pieces):
        if broken >= _MOST_BROKEN:
            diagnostics.append(_gives_up(piece, file))
            break
        node, slips = _read_piece(piece, file, first=index == 0)
        diagnostics += slips
        broken += bool(slips)
        if slips:
            lost |= set(_DEFINES.findall(piece.text))
        if node is None:
            continue
        if slips:
            damaged.add(node.span.line)
        if isinstance(node, s.Header):
            header = header or node
        else:
            statements.append(node)
    if not pieces:
        diagnostics.append(_nothing(file))
    span = Span(file=file, line=1, column=1, end_line=text.count("\n") + 1, end_column=1)
    tree = s.File(header=header, statements=tuple(statements), span=span)
    return Parsed(
        tree=tree,
        text=text,
        file=file,
        diagnostics=in_order(diagnostics),
        lost=frozenset(lost),
        damaged=frozenset(damaged),
    )


def _gives_up(piece: _Piece, file: str) -> Diagnostic:
    span = SpanOf(piece.text, file=file, line_offset=piece.line_offset)(0, 1)
    return finding(
        "E0101",
        f"reading stops here: {_MOST_BROKEN} statements before this could not be read",
        span,
        help="mend those first",
    )


def _nothing(file: str) -> Diagnostic:
    span = Span(file=file, line=1, column=1, end_line=1, end_column=1)
    return finding("E0102", "there is no mandate in this file", span, help='begin with `policy "title"`')


def _read_piece(piece: _Piece, file: str, *, first: bool) -> tuple[Any, list[Diagnostic]]:
    start = "header" if first else "statement"
    text = piece.text
    slips: list[Diagnostic] = []
    for _ in range(_MOST_SLIPS):
        try:
            return _run(text, start, file=file, line_offset=piece.line_offset), slips
        except TooDeepError as error:
            return None, [*slips, finding("E0108", "this is nested too deep", error.span)]
        except UnexpectedInput as error:
            offset = _offset(error, text)
            slip, text_left = _slip(error, text, offset, piece, file)
            if not slips or slip.code != "E0102":
                slips.append(slip)
            if text_left is None:
                return None, slips
            text = text_left
    return None, slips


def _offset(error: UnexpectedInput, text: str) -> int:
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        return len(text)
    return error.pos_in_stream if error.pos_in_stream is not None else len(text)


def _slip(
    error: UnexpectedInput, text: str, offset: int, piece: _Piece, file: str
) -> tuple[Diagnostic, str | None]:
    """Return the diagnostic, and the text without the broken clause (None: nothing is left)."""
    accepts = _accepts(error)
    slip = describe(error, text, SpanOf(text, file=file, line_offset=piece.line_offset), accepts)
    lines = [m.start() for m in _CLAUSE_START.finditer(text) if m[1] in CLAUSES and m.start() > 0]
    begin = max((start for start in lines if start <= offset), default=None)
    if begin is None or offset >= len(text.rstrip()):
        return slip, None
    end = min((start for start in lines if start > offset), default=len(text))
    blank = re.sub(r"[^\n]", " ", text[begin:end])
    return slip, text[:begin] + blank + text[end:]


def _accepts(error: UnexpectedInput) -> frozenset[str]:
    """Return the terminals that fit; a keyword that has no name of its own as the word in backticks."""
    if not isinstance(error, UnexpectedToken):
        names = getattr(error, "allowed", None) or ()
    elif error.interactive_parser is not None:
        names = error.interactive_parser.accepts()  # type: ignore[no-untyped-call]
    else:
        names = error.expected
    return frozenset(_unnamed().get(name, name) for name in names)


@lru_cache(maxsize=1)
def _unnamed() -> dict[str, str]:
    terminals = _machine()[0].terminals
    anonymous = (terminal for terminal in terminals if terminal.name.startswith("__ANON"))
    return {terminal.name: f"`{terminal.pattern.value.removesuffix(WHOLE_WORD)}`" for terminal in anonymous}
