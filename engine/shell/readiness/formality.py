"""Formality: every account has rules, every clause has its rule or its reader, every rule its clause."""

from collections.abc import Iterator

from engine.shell.readiness.counting import counted, unmeasured
from engine.shell.readiness.gather import Gathered
from reports.readiness import Figure
from rulebooks.compile import compile_rulebook
from rulebooks.grounding.before import measure_before
from rulebooks.grounding.laying import open_laying

NEED = "formality"


def figures(found: Gathered) -> Iterator[Figure]:
    """Yield the figures of the rules."""
    yield counted(
        NEED,
        "policies without errors",
        found.mandates,
        good=lambda mandate: mandate.policy is not None,
        told=lambda mandate: mandate.name,
        do="mend the policies that have errors: `guardband check`",
    )
    yield _governed(found)
    yield _clauses(found)
    yield counted(
        NEED,
        "rules that cite a clause",
        [rule for policy in found.policies for rule in policy.rules],
        good=lambda rule: bool(rule.because),
        told=lambda rule: rule.id,
        do="say on which clause each rule rests: `because`",
    )
    yield counted(
        NEED,
        "policies with examples",
        found.policies,
        good=lambda policy: bool(policy.examples),
        told=lambda policy: policy.id,
        do="write examples on both sides of each limit",
    )


def _governed(found: Gathered) -> Figure:
    covered = governed(found)
    return counted(
        NEED,
        "accounts with a policy",
        [row.get("account", "") for row in found.rows("accounts")],
        good=lambda account: covered is None or account in covered,
        told=str,
        do="write a mandate for the accounts that have none",
    )


def governed(found: Gathered) -> frozenset[str] | None:
    """Return the accounts that policies govern; None where that cannot be told apart from all."""
    if not found.policies:
        return frozenset()
    if found.book is None:
        named = {row.get("account", "") for row in found.rows("accounts") if row.get("policy")}
        return frozenset(named) if named else None
    laying = open_laying(compile_rulebook(found.policies), found.book, None, measure=measure_before)
    return frozenset(str(account) for account in laying.accounts)


def _clauses(found: Gathered) -> Figure:
    name = "clauses with a rule or a reader"
    clauses = [
        (mandate, source, clause)
        for mandate in found.mandates
        for source, listed in mandate.documents.items()
        for clause in listed
    ]
    if not clauses:
        return unmeasured(NEED, name, "no policy names the text of a document: `clauses from`")
    return counted(
        NEED,
        name,
        clauses,
        good=lambda row: (row[1], row[2]) in row[0].cited,
        told=lambda row: f"{row[0].name} {row[1]} {row[2]}",
        do="write a rule for each clause that has none, or say `manual` who judges it",
    )
