"""Named lists: written out, or read from a file whose hash is known.

A file is read as CSV with a heading. The column named like the attribute that the list is compared with
counts, else the first; columns `from` and `until` say on which days a line counts, both included.
"""

import csv
import hashlib
import io
import re
from datetime import date
from pathlib import PurePosixPath

from dsl import policy as p
from dsl import syntax as s
from dsl.check.context import Context, ListTable

_DATES = ("from", "until")


def read(ctx: Context, node: s.ListAre | s.ListFrom) -> ListTable | None:
    """Return a list's table; None with findings where it cannot be read."""
    match node:
        case s.ListAre():
            values = tuple(dict.fromkeys(word.text for word in node.values))
            return ListTable(name=node.name.text, columns={"": values}, span=node.span)
        case s.ListFrom():
            data = file_below(ctx, node.file, code="E0401", what="list file")
            if data is None or not _hash_agrees(ctx, node, data):
                return None
            return _table(ctx, node, data)


def file_below(ctx: Context, path: s.Word, *, code: str, what: str) -> bytes | None:
    """Return a file's bytes; None with a finding where the path leaves the folder or names no file."""
    pure = PurePosixPath(path.text)
    outside = (
        pure.is_absolute() or ".." in pure.parts or "\\" in path.text or re.match(r"^[A-Za-z]:", path.text)
    )
    if outside or not path.text.strip() or "\0" in path.text:
        ctx.add(
            "E0403",
            f"`{path.text}` is not below the policy's folder",
            path.span,
            help="put the file beside the policy and name it relative to it",
        )
        return None
    data = ctx.files(path.text)
    if data is None:
        ctx.add(
            code,
            f"the {what} `{path.text}` is not there",
            path.span,
            help="its path is relative to the policy's file",
        )
    return data


def hash_fits(digest: str, data: bytes) -> bool:
    """Return whether a digest, or a prefix of it, is the SHA-256 of the data."""
    return hashlib.sha256(data).hexdigest().startswith(digest.lower())


def is_digest(digest: str) -> bool:
    """Return whether a text is a SHA-256 or at least four hexadecimal digits of its beginning."""
    return re.fullmatch(r"[0-9a-fA-F]{4,64}", digest) is not None


def _hash_agrees(ctx: Context, node: s.ListFrom, data: bytes) -> bool:
    if node.sha256 is None:
        return True
    if not is_digest(node.sha256.text):
        bad_digest(ctx, node.sha256)
        return False
    if hash_fits(node.sha256.text, data):
        return True
    actual = hashlib.sha256(data).hexdigest()
    ctx.add(
        "E0402",
        f"`{node.file.text}` is not the file that was agreed: its SHA-256 differs",
        node.sha256.span,
        label=f"the file's begins {actual[:12]}",
        help="restore the agreed file, or have the new one approved and state its SHA-256",
    )
    return False


def bad_digest(ctx: Context, word: s.Word) -> None:
    """Record that a text is no digest."""
    ctx.add(
        "E0406",
        f"`{word.text[:70]}` is not a SHA-256",
        word.span,
        help="write its 64 hexadecimal digits, or at least the first 4",
    )


def _table(ctx: Context, node: s.ListFrom, data: bytes) -> ListTable | None:
    try:
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
        heading = [cell.strip() for cell in rows[0]]
        body = [[cell.strip() for cell in row] for row in rows[1:] if any(cell.strip() for cell in row)]
        if any(len(row) != len(heading) for row in body):
            raise ValueError("a line has another number of cells than the heading")
        columns = {name: tuple(row[i] for row in body) for i, name in enumerate(heading)}
        begins, ends = (tuple(_date(cell) for cell in columns.get(word, ())) for word in _DATES)
    except (ValueError, IndexError, csv.Error) as error:
        ctx.add("E0404", f"`{node.file.text}` cannot be read as a list", node.file.span, label=_reason(error))
        return None
    kept = {name: values for name, values in columns.items() if name not in _DATES}
    if not kept:
        ctx.add(
            "E0404",
            f"`{node.file.text}` cannot be read as a list",
            node.file.span,
            label="it has no column of names",
        )
        return None
    return ListTable(name=node.name.text, columns=kept, begins=begins, ends=ends, span=node.span)


def _reason(error: Exception) -> str:
    match error:
        case UnicodeDecodeError():
            return "it is not UTF-8 text"
        case IndexError():
            return "it is empty"
        case _:
            return str(error)[:100]


def _date(cell: str) -> date | None:
    return date.fromisoformat(cell) if cell else None


def values_of(ctx: Context, name: s.Word, attribute: str) -> p.TextSet | None:
    """Return the values of a list for the attribute that it is compared with."""
    table = ctx.lists.get(name.text)
    if table is None:
        ctx.unknown("E0205", "list", name, ctx.lists, help=f'write `list {name.text} are "…"`')
        return None
    ctx.used.add(name.text)
    return text_set(table, attribute)


def text_set(table: ListTable, attribute: str | None) -> p.TextSet:
    """Return a list's values from the column of that name, else from the first."""
    key = attribute if attribute in table.columns else next(iter(table.columns))
    column = table.columns[str(key)]
    begins = table.begins or (None,) * len(column)
    ends = table.ends or (None,) * len(column)
    dated = tuple(zip(column, begins, ends, strict=True)) if table.begins or table.ends else ()
    return p.TextSet(values=frozenset(value for value in column if value), name=table.name, in_force=dated)
