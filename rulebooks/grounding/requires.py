"""Required facts laid out: what must hold before anything trades.

require price_age is at most 3 business_days       one fact for every security of every account
require esg_score is at least 50                    the same: the score of each security that trades
require account.agreement_signed is yes             one fact for the account
require equities_weight is at most 60%              one for the account, or the household across it
"""

from collections.abc import Iterable, Iterator

from dsl.policy import Comparison, Require
from dsl.words import shipped
from engine.facts.ids import AccountId, Symbol
from rulebooks.cells import Cell
from rulebooks.ground import CompiledRule, GroundRequire, Scope
from rulebooks.grounding.laying import Laying
from rulebooks.members import Verdict
from rulebooks.predicates import comparisons_of, compiled
from rulebooks.rows import AccountRow, Row, account_columns
from rulebooks.scene import Scene

FIGURES = frozenset({"portfolio_value", "net_assets", "total_assets", "cash"})
"""Facts that are figures of the rule's scope: of the account, or across a household of all its accounts."""


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
                    facts[part.position] = test(_FactRow(laying, scene, account, scene.row_of(part)))
    else:
        for account in scope.stops:
            facts[(account, None)] = test(_FactRow(laying, scene, account, None))
    if stands.unknown is not None:
        facts = {key: True if fact else None for key, fact in facts.items()}
    yield GroundRequire(rule=rule, scope=scope, standing=stands.standing, why_not=stands.why_not, facts=facts)


class _FactRow:
    """Facts of a trade: columns of its account, figures of the rule's scope, and what is its security's."""

    def __init__(self, laying: Laying, scene: Scene, account: AccountId, security: Row | None) -> None:
        self.laying = laying
        self.scope = scene.row
        self.account = AccountRow(laying.facts, (account,), known=scene.row.known)
        self.security = security

    def read(self, path: str) -> Cell:
        """Return the cell of a path."""
        if path in FIGURES and path not in self.laying.book.stated:
            return self.scope.read(path)
        if self.security is None or _is_column(self.laying, path):
            return self.account.read(path)
        return self.security.read(path)


def is_of_securities(laying: Laying, comparisons: Iterable[Comparison]) -> bool:
    """Return whether any comparison is about each security rather than about the account."""
    return any(not _is_of_account(laying, comparison) for comparison in comparisons)


def _is_of_account(laying: Laying, comparison: Comparison) -> bool:
    return comparison.measure is not None or comparison.path in FIGURES or _is_column(laying, comparison.path)


def _is_column(laying: Laying, path: str) -> bool:
    book = laying.book
    if path.startswith("account.") or path in book.stated or path in ("today", "account", "household"):
        return True
    if shipped().averages(path):
        return False
    return any(path in account_columns(row) for row in book.accounts.values())
