"""Required facts laid out: what must hold before anything trades.

require price_age is at most 3 business_days       one fact for every security of every account
require account.agreement_signed is yes             one fact for the account
"""

from collections.abc import Iterable, Iterator

from dsl.policy import Comparison, Require
from engine.facts.ids import AccountId, Symbol
from rulebooks.catalogue import MEASURES
from rulebooks.ground import CompiledRule, GroundRequire, Scope
from rulebooks.grounding.laying import Laying
from rulebooks.members import Verdict
from rulebooks.predicates import comparisons_of, compiled
from rulebooks.rows import AccountRow, account_columns


def ground_requires(laying: Laying, rule: CompiledRule, scope: Scope) -> Iterator[GroundRequire]:
    """Yield the facts of a rule in a scope."""
    obligation = rule.rule.obligation
    assert isinstance(obligation, Require)
    scene = laying.scene(rule, scope)
    stands = laying.stands(rule.rule, scene)
    test = compiled(obligation.predicate, laying.setting(scene))
    facts: dict[tuple[AccountId, Symbol | None], Verdict] = {}
    if is_of_securities(laying, comparisons_of(obligation.predicate)):
        for account in scope.stops:
            for part in laying.slices(account):
                if not part.is_cash:
                    facts[part.position] = test(part.row)
    else:
        for account in scope.stops:
            facts[(account, None)] = test(AccountRow(laying.facts, (account,)))
    if stands.unknown is not None:
        facts = {key: True if fact else None for key, fact in facts.items()}
    yield GroundRequire(rule=rule, scope=scope, standing=stands.standing, why_not=stands.why_not, facts=facts)


def is_of_securities(laying: Laying, comparisons: Iterable[Comparison]) -> bool:
    """Return whether any comparison is about each security rather than about the account."""
    return any(not _is_of_account(laying, comparison) for comparison in comparisons)


def _is_of_account(laying: Laying, comparison: Comparison) -> bool:
    path, book = comparison.path, laying.book
    if comparison.measure is not None or path.startswith("account.") or path in book.stated:
        return True
    if path in ("today", "account", "household"):
        return True
    if path in MEASURES and not any(path in row.attributes for row in book.securities.values()):
        return True
    return any(path in account_columns(row) for row in book.accounts.values())
