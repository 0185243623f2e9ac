"""Shared steps of the language tests: read a file, check a text, find a rule."""

from datetime import date
from pathlib import Path

from dsl.catalogue import DataSchema
from dsl.check import Checked, check
from dsl.diagnostics import Severity
from dsl.library import FileReader, Library, library_of, no_files
from dsl.parse import parse
from dsl.policy import CheckedPolicy, CheckedRule
from dsl.words import shipped
from tests.shared import ROOT

FILES = Path(__file__).with_name("files")
TODAY = date(2026, 3, 10)
LIBRARY = ROOT / "rulebooks" / "library"

HEADER = """policy "Test"
  id test.policy
  version 1.0.0
  source ips = "Policy statement"
"""


def reader(folder: Path) -> FileReader:
    def read(path: str) -> bytes | None:
        file = folder / path
        return file.read_bytes() if file.is_file() else None

    return read


def shipped_library() -> Library:
    paths = sorted(LIBRARY.glob("*.mandate"))
    return library_of((p.name, p.read_text(encoding="utf-8"), reader(p.parent)) for p in paths)


def checked(
    text: str,
    *,
    library: Library | None = None,
    files: FileReader = no_files,
    schema: DataSchema | None = None,
    today: date | None = TODAY,
    file: str = "test.mandate",
) -> Checked:
    return check(
        parse(text, file=file),
        catalogue=shipped(),
        library=library or Library(),
        files=files,
        schema=schema,
        today=today,
    )


def policy_of(body: str, **given: object) -> CheckedPolicy:
    result = checked(body if body.startswith("policy") else HEADER + body, **given)  # type: ignore[arg-type]
    assert result.policy is not None, errors(result)
    return result.policy


def rule_of(body: str, **given: object) -> CheckedRule:
    rules = policy_of(body, **given).rules
    assert len(rules) == 1
    return rules[0]


def errors(result: Checked) -> list[tuple[str, str]]:
    return [(d.code, d.message) for d in result.diagnostics if d.severity is Severity.ERROR]


def codes(body: str, **given: object) -> list[str]:
    result = checked(body if body.startswith("policy") else HEADER + body, **given)  # type: ignore[arg-type]
    return [d.code for d in result.diagnostics if d.severity is not Severity.INFO]
