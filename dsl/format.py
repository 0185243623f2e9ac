"""`fmt`: a mandate in its one usual form, comments kept.

Formatting never changes what a file means: the text that comes out parses to the same tree, and
formatting it again changes nothing. A comment on a line of its own stays before the line that it stood
before; one behind a line stays behind it; one inside a clause moves before it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dsl.layout import lines
from dsl.line import Line
from dsl.parse import Parsed

_COMMENTS = re.compile(r'"[^"\n]*"|(#[^\n]*)')


@dataclass(frozen=True, slots=True, kw_only=True)
class _Comment:
    text: str
    line: int
    column: int
    alone: bool  # nothing but white space before it on its line


def formatted(parsed: Parsed) -> str:
    """Return the file in its usual form; only for files that could be read without an error."""
    assert parsed.ok, "a file with syntax errors has no usual form"
    rows = _weave(lines(parsed.tree), _comments(parsed.text), parsed.text)
    return "\n".join(_aligned(rows)) + "\n"


def _comments(text: str) -> list[_Comment]:
    found = []
    line, counted = 1, 0
    for match in _COMMENTS.finditer(text):
        if match[1] is None:
            continue
        line += text.count("\n", counted, match.start())
        counted = match.start()
        begin = text.rfind("\n", 0, match.start()) + 1
        found.append(
            _Comment(
                text=match[1].rstrip(),
                line=line,
                column=match.start() - begin + 1,
                alone=not text[begin : match.start()].strip(),
            )
        )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A line with the comment behind it, a comment alone (no line), or nothing: a blank line."""

    line: Line | None = None
    comment: str = ""
    indent: int = 0


_BLANK = _Row()


def _weave(printed: Sequence[Line], comments: Sequence[_Comment], text: str) -> list[_Row]:
    blank = [not line.strip() for line in text.split("\n")]
    waiting = list(reversed(comments))
    rows: list[_Row] = []
    source_line = 0  # where the last thing written stood in the source
    for index, line in enumerate(printed):
        following = printed[index + 1] if index + 1 < len(printed) else None
        before, behind = _own_comments(waiting, line, following)
        for position, comment in enumerate(before):
            inner = line.indent > 0 or (comment.column > 1 and line.indent == 0 and rows and comment.alone)
            if not inner:
                _separate(rows, blank, source_line, comment.line, wanted=line.block and position == 0)
            rows.append(_Row(comment=comment.text, indent=2 if inner else 0))
            source_line = comment.line
        if line.indent == 0:
            attached = bool(before) and rows[-1].indent == 0
            wanted = line.block and not attached
            _separate(rows, blank, source_line, line.span.line, wanted=wanted or _after_block(rows))
        rows.append(_Row(line=line, comment=behind, indent=line.indent))
        source_line = max(line.span.end_line, source_line)
    for comment in reversed(waiting):
        inner = comment.column > 1
        if not inner:
            _separate(rows, blank, source_line, comment.line, wanted=False)
        rows.append(_Row(comment=comment.text, indent=2 if inner else 0))
        source_line = comment.line
    return rows


def _after_block(rows: Sequence[_Row]) -> bool:
    """Return whether the last thing written belongs to a statement of several lines."""
    return bool(rows) and rows[-1] is not _BLANK and rows[-1].indent > 0


def _separate(rows: list[_Row], blank: Sequence[bool], source_line: int, to: int, *, wanted: bool) -> None:
    """Put a blank line before what follows, where the author had one or the form wants one."""
    if not rows or rows[-1] is _BLANK:
        return
    if wanted or any(blank[source_line : to - 1]) or _after_block(rows):
        rows.append(_BLANK)


def _own_comments(waiting: list[_Comment], line: Line, following: Line | None) -> tuple[list[_Comment], str]:
    """Take the comments that stand before or inside a line, and the one behind it."""
    before: list[_Comment] = []
    start, end = (line.span.line, line.span.column), (line.span.end_line, line.span.end_column)
    behind = ""
    while waiting:
        comment = waiting[-1]
        place = (comment.line, comment.column)
        if place < start or place < end:
            before.append(waiting.pop())
            continue
        here = comment.line == line.span.end_line and not comment.alone
        next_is_later = following is None or (following.span.line, following.span.column) > place
        if here and next_is_later:
            behind = waiting.pop().text
        break
    return before, behind


def _aligned(rows: Sequence[_Row]) -> list[str]:
    out: list[str] = []
    index = 0
    while index < len(rows):
        row = rows[index]
        if row.line is None:
            out.append(" " * row.indent + row.comment if row.comment else "")
            index += 1
            continue
        end = index + 1
        while end < len(rows) and row.line.align and _same(row, rows[end]):
            end += 1
        out += _padded(rows[index:end])
        index = end
    return out


def _same(first: _Row, second: _Row) -> bool:
    return first.line is not None and second.line is not None and first.line.align == second.line.align


def _padded(rows: Sequence[_Row]) -> list[str]:
    cells = [row.line.cells for row in rows if row.line is not None]
    widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
    out = []
    for row, line_cells in zip(rows, cells, strict=True):
        padded = [cell.ljust(width) for cell, width in zip(line_cells, widths, strict=True)]
        text = " " * row.indent + " ".join(padded).rstrip()
        out.append(f"{text}  {row.comment}" if row.comment else text)
    return out
