"""Supervision's facts gathered: the mandates in force, the book as it stands, the log and monitoring."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from engine.shell import policies, work
from engine.shell.reporting.period import Period
from engine.shell.store.address import is_address
from reports.kinds.oversight import Breach, Duty, Gap, Oversight, Paper, RuleUse, Waived
from reports.prints.report import measured

if TYPE_CHECKING:
    from engine.gate.verdict import Verdict
    from engine.shell.reporting.logged import Counted
    from reports.handbook import Handbook
    from reports.kinds.oversight import Watch


def oversight_of(
    desk: work.Desk, book: str, period: Period, *, log: Path | None, title: str, notice: str
) -> Oversight:
    """Return what a desk's mandates, book and log tell of some days.

    log: the file of a folder's decision log; a database keeps its own. Raises InputError and StoreError
    where a log is named that cannot be read.
    """
    from engine.shell.reporting.logged import used

    found, watch, aged = _logged(book, log, period)
    rulebook = desk.ground.rulebook
    books = tuple(_handbooks(desk))
    return Oversight(
        title=title,
        notice=notice,
        since=period.since,
        until=period.until,
        stands=period.stands,
        policies=tuple((row.id, row.version, row.digest) for row in rulebook.policies),
        rulebook=f"Rulebook {rulebook.id} {rulebook.version}, {rulebook.hash[:16]}",
        log=None if found is None else found.log,
        watch=watch,
        breaches=tuple(_standing(desk)) if aged is None else aged,
        waivers=tuple(_waivers(desk, period.stands)),
        rules=used(_rules(desk), found),
        papers=tuple(row for book in books for row in _papers(book)),
        gaps=tuple(row for book in books for row in _gaps(book)),
        duties=tuple(
            Duty(source=row.source, clause=row.clause, what=row.what, each=row.reviewed_each, by=row.by)
            for policy in rulebook.policies
            for row in policy.manuals
        ),
        uncited=tuple(sorted({row.rule.id for row in rulebook.rules if not row.rule.because})),
        examples=_examples(books),
    )


def _logged(
    book: str, log: Path | None, period: Period
) -> "tuple[Counted | None, Watch | None, tuple[Breach, ...] | None]":
    from engine.facts.failure import InputError
    from engine.shell.reporting import logged
    from engine.shell.store.connect import open_store

    own = is_address(book)
    if own and log is not None:
        raise InputError("a database keeps its own log", place="--log", cure="leave --log out")
    address = book if own else f"sqlite:///{log}" if log is not None else None
    if address is None:
        return None, None, None
    with open_store(address) as store, store.reading() as session:
        found = logged.counted(session, period)
        watch = logged.watched(session, period) if own else None
        return found, watch, None if watch is None else logged.breaches(session, period)


def _standing(desk: work.Desk) -> Iterator[Breach]:
    """Yield the breaches that the book shows today, where nobody watched since when."""
    from engine.gate.verdict import Outcome

    answer = desk.judge(())
    for verdict in answer.verdicts:
        if verdict.outcome is Outcome.BREACH:
            yield _breach(verdict)


def _breach(verdict: "Verdict") -> Breach:
    from reports.words import plain_words

    group = ", ".join(f"{name} {value or 'unknown'}" for name, value in verdict.group)
    return Breach(
        rule=verdict.rule,
        account=verdict.account or (f"household {verdict.household}" if verdict.household else "the book"),
        what=plain_words(f"{verdict.title}: {group}" if group else verdict.title),
        kind="not known",
        measured=measured(verdict.after, verdict.unit),
        limit=measured(verdict.limit, verdict.unit),
        since=None,
        age_days=None,
        due=verdict.cure_due,
        seen_by="not known",
    )


def _waivers(desk: work.Desk, day: date) -> Iterator[Waived]:
    from rulebooks.words import amount_words

    for policy in desk.ground.rulebook.policies:
        for row in policy.waivers:
            yield Waived(
                policy=policy.id,
                rule=row.rule,
                subject=f"{row.noun} {row.id}",
                up_to="" if row.up_to is None else amount_words(row.up_to),
                until=row.until,
                days_left=(row.until - day).days,
                approved_by=row.approved_by,
                because="; ".join(f"{cite.source} {cite.clause}" for cite in row.because),
            )


def _rules(desk: work.Desk) -> tuple[RuleUse, ...]:
    """Return every rule in force once; a `targets` statement is one, however many bands it has."""
    found: dict[tuple[str, str], RuleUse] = {}
    for row in desk.ground.rulebook.rules:
        key = (row.governed_by or row.rule.policy, row.rule.id)
        rule = RuleUse(
            policy=key[0],
            rule=key[1],
            title=row.rule.title,
            clause="; ".join(f"{cite.source} {cite.clause}" for cite in row.rule.because),
            tried=None,
            breached=None,
            blocked=None,
            approval=None,
            warned=None,
            waived=None,
        )
        known = found.setdefault(key, rule)
        if known.title != rule.title:
            found[key] = replace(known, title="Bands of the targets")
    return tuple(found[key] for key in sorted(found))


def _handbooks(desk: work.Desk) -> "Iterator[Handbook]":
    from engine.shell.handbook import handbook_of_listed

    for name in desk.named:
        entry, beside = policies.listed(name, beside=desk.beside)
        yield handbook_of_listed(entry, beside=beside, inference=desk.inference)


def _papers(book: "Handbook") -> Iterator[Paper]:
    from reports.handbook_entries import sources_of

    for source in sources_of(book):
        status = [clause.status for clause in source.clauses]
        yield Paper(
            policy=source.policy or book.policy.id,
            source=source.title,
            encoded=status.count("encoded"),
            manual=status.count("manual"),
            missing=status.count("missing") if source.at_hand else None,
        )


def _gaps(book: "Handbook") -> Iterator[Gap]:
    from reports.handbook_entries import sources_of

    for source in sources_of(book):
        for clause in source.clauses:
            if clause.status == "missing":
                yield Gap(
                    policy=source.policy or book.policy.id,
                    source=source.title,
                    clause=clause.number,
                    text=" ".join(clause.text.split()),
                )


def _examples(books: "tuple[Handbook, ...]") -> tuple[int, int]:
    results = [row for book in books for row in book.results]
    return sum(row.passed for row in results), len(results)
