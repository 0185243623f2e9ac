"""The work of `guardband lint`: files read, checked, linted and told."""

from datetime import date
from pathlib import Path

from dsl import render
from dsl.diagnostics import Severity, has_errors, in_order
from dsl.parse import decode
from engine.shell import policies, work
from engine.shell.books import read_book
from engine.shell.console import EXIT_CLEAN, EXIT_FINDINGS, print_json, print_text
from engine.shell.files.schema import schema_of
from engine.shell.options import FindingsFormat
from engine.shell.policies import CheckedFile
from engine.shell.version import VERSION
from optimizer.lint.answer import diagnostics_of, lint_answer, lint_text
from optimizer.lint.finding import Finding
from optimizer.lint.lint import lint
from optimizer.lint.together import between


def run(files: list[Path], book: str | None, output: FindingsFormat) -> int:
    """Tell what is found in every file, and return the exit status."""
    today = date.today()  # noqa: DTZ011
    records = None if book is None else read_book(book).records
    schema = None if records is None else schema_of(records)
    listed = (
        None
        if records is None
        else {str(symbol): dict(row.attributes) for symbol, row in records.securities.items()}
    )
    told: list[tuple[CheckedFile, tuple[Finding, ...]]] = []
    with work.engine() as inference:
        for path in files:
            checked = policies.check_file(path, schema=schema, today=today)
            found = [Finding(diagnostic=diagnostic) for diagnostic in checked.diagnostics]
            if checked.policy is not None:
                found += lint(
                    checked.policy,
                    checked.text,
                    engine=inference,
                    today=today,
                    documents=_documents(checked, path.parent),
                    securities=listed,
                )
            told.append((checked, _ordered(found)))
        sound = tuple(
            file.policy for file, _ in told if file.policy is not None and not has_errors(file.diagnostics)
        )
        joint = _ordered(list(between(sound, engine=inference, today=today)))
    _print(told, joint, output)
    findings = [*(row for _, rows in told for row in rows), *joint]
    bad = any(row.diagnostic.severity is not Severity.INFO for row in findings)
    return EXIT_FINDINGS if bad else EXIT_CLEAN


def _ordered(found: list[Finding]) -> tuple[Finding, ...]:
    by_diagnostic = {row.diagnostic: row for row in reversed(found)}
    return tuple(by_diagnostic[diagnostic] for diagnostic in in_order(by_diagnostic))


def _documents(checked: CheckedFile, folder: Path) -> dict[str, str]:
    """Return the text of each source that lies beside the mandate."""
    assert checked.policy is not None
    read = policies.files_below(folder)
    found: dict[str, str] = {}
    for source in checked.policy.sources:
        data = None if source.clauses_from is None else read(source.clauses_from)
        text = None if data is None else decode(data, file=source.clauses_from or "")
        if isinstance(text, str):
            found[source.name] = text
    return found


def _print(
    told: list[tuple[CheckedFile, tuple[Finding, ...]]], joint: tuple[Finding, ...], output: FindingsFormat
) -> None:
    findings = [*(row for _, rows in told for row in rows), *joint]
    match output:
        case FindingsFormat.TEXT:
            texts = [_file_text(checked, rows) for checked, rows in told]
            if joint:
                texts.append(_joint_text(joint, {checked.name: checked.text for checked, _ in told}))
            print_text("\n\n".join(texts))
        case FindingsFormat.JSON:
            print_json(lint_answer(findings))
        case FindingsFormat.SARIF:
            print_json(render.sarif(diagnostics_of(findings), version=VERSION))
        case FindingsFormat.GITHUB:
            print(render.github(diagnostics_of(findings)))  # noqa: T201


def _joint_text(joint: tuple[Finding, ...], sources: dict[str, str]) -> str:
    return f"{lint_text(joint, sources)}\n\nbetween the files: {render.summary(diagnostics_of(joint))}"


def _file_text(checked: CheckedFile, rows: tuple[Finding, ...]) -> str:
    summary = f"{checked.name}: {render.summary(diagnostics_of(rows))}"
    if not rows:
        return summary
    return f"{lint_text(rows, {checked.name: checked.text})}\n\n{summary}"
