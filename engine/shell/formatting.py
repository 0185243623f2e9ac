"""Mandate files and their usual form: read, compared, and written whole.

(form,) = forms_of([Path("growth.mandate")])
form.changes          whether the file differs from its usual form
changes_text(form)    the difference, line by line
"""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.facts.failure import InputError

if TYPE_CHECKING:
    from engine.shell.policies import CheckedFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A file as it is and as it usually looks."""

    path: Path
    before: str
    after: str
    marked: bool = False  # the file begins with a byte order mark, which the usual form has not

    @property
    def changes(self) -> bool:
        """Whether writing the usual form would change the file."""
        return self.marked or self.before != self.after


def forms_of(paths: Sequence[Path]) -> tuple[Form, ...]:
    """Return files and their usual forms.

    Raises InputError where there is no such file, MandateErrors naming every syntax error of every file.
    """
    from engine.shell.policies import CheckedFile, MandateErrors

    found = tuple(_form_of(path) for path in paths)
    broken = tuple(file for file in found if isinstance(file, CheckedFile))
    if broken:
        raise MandateErrors(broken)
    return tuple(form for form in found if isinstance(form, Form))


def _form_of(path: Path) -> "Form | CheckedFile":
    from dsl.diagnostics import Diagnostic
    from dsl.format import formatted
    from dsl.parse import decode, parse
    from engine.shell.policies import CheckedFile

    if not path.is_file():
        raise InputError("there is no such mandate", place=str(path), cure="name a *.mandate file")
    data = path.read_bytes()
    text = decode(data, file=path.name)
    if isinstance(text, Diagnostic):
        return CheckedFile(name=path.name, text="", policy=None, diagnostics=(text,))
    parsed = parse(text, file=path.name)
    if not parsed.ok:
        return CheckedFile(name=path.name, text=text, policy=None, diagnostics=parsed.diagnostics)
    return Form(path=path, before=text, after=formatted(parsed), marked=data.startswith(b"\xef\xbb\xbf"))


def changes_text(form: Form) -> str:
    """Return what would change, as a unified difference."""
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ no line end\n"
        for line in difflib.unified_diff(
            form.before.splitlines(keepends=True),
            form.after.splitlines(keepends=True),
            fromfile=str(form.path),
            tofile=f"{form.path} (usual form)",
        )
    )


def write(form: Form) -> None:
    """Write the usual form to the file, through links that lead to it."""
    from engine.shell.saving import save

    save(form.path.resolve(), form.after)
