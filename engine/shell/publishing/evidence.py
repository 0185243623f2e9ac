"""What publishing rests on: check, lint, examples, semantic diff and impact of a new version.

A version with an error, a proven contradiction or a failing example is refused; everything else is told to
the people who decide, and kept with the record.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from dsl import render
from dsl.diagnostics import Severity
from dsl.library import FileReader
from dsl.parse import parse
from dsl.policy import CheckedPolicy
from engine.facts.book import Records
from engine.facts.failure import InputError
from engine.gate.engine.port import InferenceEngine
from engine.shell import policies, work
from engine.shell.files.schema import schema_of
from engine.shell.store.delivery import Mandate


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A new version with what was found of it; `refused` says why it cannot be published."""

    mandate: Mandate
    rulebook_hash: str
    text: str  # for people
    data: Mapping[str, Any]  # for the record
    refused: tuple[str, ...]


def prepare(
    text: str,
    *,
    file: str,
    files: FileReader,
    shelf: policies.Shelf,
    records: Records,
    inference: InferenceEngine,
    today: date,
    days: int = 365,
) -> Prepared:
    """Return a mandate's text with the evidence for publishing it.

    files: reads what it names. records: of the database; impact is told where it has accounts. days: how
    far back past trades are judged again. Raises MandateErrors where the text has errors.
    """
    read: dict[str, bytes] = {}

    def keeping(path: str) -> bytes | None:
        data = files(path)
        if data is not None:
            read[path] = data
        return data

    checked = policies.check_parsed(
        parse(text, file=file), folder=shelf, schema=schema_of(records), today=today, files=keeping
    )
    policy = checked.policy
    if policy is None or any(row.severity is Severity.ERROR for row in checked.diagnostics):
        raise policies.MandateErrors((checked,))
    sections = list(_sections(checked, policy, shelf, records, inference, today, days, read))
    return Prepared(
        mandate=Mandate(policy=policy, text=checked.text, files=tuple(sorted(read.items()))),
        rulebook_hash=work.rulebook_of((policy,)).hash,
        text="\n\n".join(f"{row.title.upper()}\n\n{row.text.strip()}" for row in sections),
        data={row.title: row.data for row in sections},
        refused=tuple(row.refusal for row in sections if row.refusal),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Section:
    title: str
    text: str
    data: Any
    refusal: str = ""


def _sections(
    checked: policies.CheckedFile,
    policy: CheckedPolicy,
    shelf: policies.Shelf,
    records: Records,
    inference: InferenceEngine,
    today: date,
    days: int,
    files: Mapping[str, bytes],
) -> Iterator[_Section]:
    first = (_findings(checked, policy, records, inference, today, files), _examples(policy, inference))
    yield from first
    if any(row.refusal for row in first):
        return  # comparing takes a minute on a large mandate, and nobody may publish this one
    before = next((row for row in shelf.in_force if row.id == policy.id), None)
    old = None if before is None else policies.check_listed(before, beside=shelf).policy
    if old is not None:
        yield _difference(old, policy, records, inference, today)
    if records.accounts:
        yield _impact(policy, shelf, records, inference, days)


def _findings(
    checked: policies.CheckedFile,
    policy: CheckedPolicy,
    records: Records,
    inference: InferenceEngine,
    today: date,
    files: Mapping[str, bytes],
) -> _Section:
    from optimizer.lint.answer import diagnostics_of
    from optimizer.lint.lint import lint

    found = lint(
        policy,
        checked.text,
        engine=inference,
        today=today,
        documents={
            source.name: files[path].decode("utf-8-sig", errors="replace")
            for source in policy.sources
            if (path := source.clauses_from) is not None and path in files
        },
        securities={str(symbol): dict(row.attributes) for symbol, row in records.securities.items()} or None,
        examples=False,
    )
    listed = (*checked.diagnostics, *diagnostics_of(found))
    bad = any(row.severity is Severity.ERROR for row in listed)
    text = render.all_text(listed, {checked.name: checked.text}) + "\n\n" if listed else ""
    return _Section(
        title="findings",
        text=f"{text}{checked.name}: {render.summary(listed)}",
        data=render.records(listed),
        refusal="it contradicts itself" if bad else "",
    )


def _examples(policy: CheckedPolicy, inference: InferenceEngine) -> _Section:
    from engine.gate.examples import examples_answer, run_examples
    from reports.examples_text import examples_text

    at_once = run_examples(_in_force_at_once(policy), engine=inference)
    results = tuple(  # the days of examples may lie before the version's first one
        later if later.passed else row
        for row, later in zip(run_examples(policy, engine=inference), at_once, strict=True)
    )
    failed = [row for row in results if not row.passed]
    return _Section(
        title="examples",
        text=examples_text((policy,), results, with_coverage=True),
        data=examples_answer((policy,), results),
        refusal=f"{len(failed)} of its {len(results)} examples fail" if failed else "",
    )


def _difference(
    old: CheckedPolicy, new: CheckedPolicy, records: Records, inference: InferenceEngine, today: date
) -> _Section:
    from optimizer.diff.answer import diff_answer, diff_text
    from optimizer.diff.compare import compare

    securities = {str(symbol): dict(row.attributes) for symbol, row in records.securities.items()}
    day = max(today, new.effective_from or today)
    found = compare(old, new, engine=inference, today=day, securities=securities or None)
    return _Section(title="difference", text=diff_text(found), data=diff_answer(found))


def _impact(
    policy: CheckedPolicy,
    shelf: policies.Shelf,
    records: Records,
    inference: InferenceEngine,
    days: int,
) -> _Section:
    from engine.ledger.book import default_as_of
    from optimizer.diff.impact import impact, impact_answer, impact_text

    try:
        named = work.named_by(records, shelf)
    except InputError:  # no policy is in force yet
        named = ()
    now = policies.load(tuple(name for name in named if name != policy.id), beside=shelf)
    same = policies.load(tuple(name for name in named if name == policy.id), beside=shelf)
    if not (*now, *same):
        text = "no policy is in force yet: there is nothing to compare with"
        return _Section(title="impact", text=text, data=None)
    found = impact(
        work.rulebook_of((*now, *same)),
        work.rulebook_of((*now, _in_force_at_once(policy))),
        records,
        as_of=default_as_of(records),
        days=days,
        engine=inference,
    )
    return _Section(title="impact", text=impact_text(found), data=impact_answer(found))


def _in_force_at_once(policy: CheckedPolicy) -> CheckedPolicy:
    """Return a version as if its first day had come: the book that it is tried on is of a day before."""
    first = policy.effective_from
    if first is None:
        return policy
    rules = tuple(
        replace(rule, effective_from=None)
        if rule.effective_from is not None and rule.effective_from <= first
        else rule
        for rule in policy.rules
    )
    return replace(policy, effective_from=None, rules=rules)
