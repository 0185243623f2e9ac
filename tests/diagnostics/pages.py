"""Reads the pages of `dsl/codes`: the mandate that fails, the same mended, and what they need."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import dsl
from dsl.catalogue import DataSchema
from dsl.check import check
from dsl.diagnostics import Diagnostic, in_order
from dsl.library import library_of, no_files
from dsl.parse import decode, parse
from dsl.policy import Unit
from dsl.words import shipped

CODES = Path(dsl.__file__).with_name("codes")
TODAY = date(2026, 3, 10)
_FENCE = re.compile(r"^```(\w+)(?: ([^\n]+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    code: str
    title: str
    fails: bytes
    mended: bytes
    libraries: tuple[str, ...]
    files: dict[str, bytes]
    columns: DataSchema | None  # of the mended file

    def findings(self, data: bytes, *, schema: DataSchema | None = None) -> tuple[Diagnostic, ...]:
        text = decode(data, file="page.mandate")
        if isinstance(text, Diagnostic):
            return (text,)
        library = library_of((f"library{i}.mandate", t, no_files) for i, t in enumerate(self.libraries))
        parsed = parse(text, file="page.mandate")
        checked = check(
            parsed, catalogue=shipped(), library=library, files=self.files.get, schema=schema, today=TODAY
        )
        return in_order(checked.diagnostics)


def read(path: Path) -> Page:
    text = path.read_text(encoding="utf-8")
    heading = re.match(r"# (\w+): (.+)\n", text)
    assert heading is not None, f"{path.name} begins with `# CODE: title`"
    fences = [(m[1], m[2], m[3]) for m in _FENCE.finditer(text)]
    mandates = [body.encode(info or "utf-8") for kind, info, body in fences if kind == "mandate"]
    columns = [body for kind, _, body in fences if kind == "columns"]
    schema = None
    if columns:
        pairs = (line.split() for line in columns[0].splitlines())
        schema = DataSchema(columns={name: Unit(unit) for name, unit in pairs})
    assert len(mandates) == 2, f"{path.name} has one mandate that fails and one mended"
    return Page(
        code=heading[1],
        title=heading[2],
        fails=mandates[0],
        mended=mandates[1],
        libraries=tuple(body for kind, _, body in fences if kind == "library"),
        files={info: body.encode() for kind, info, body in fences if kind == "file"},
        columns=schema,
    )
