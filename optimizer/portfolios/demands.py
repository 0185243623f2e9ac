"""What a grounded rulebook asks of a portfolio: headroom forms that must be at least 0, rule by rule.

Each demand has a *level*, the decision that follows where it is not met: 3 block, 2 approval, 1 warn. A
portfolio is admitted at a level when every demand of that level or above is met.

    limit weight to at most 5%, warn from 4%      (block, 5% - weight) and (warn, 4% - weight)
"""

from collections.abc import Iterator
from dataclasses import dataclass

from dsl.policy import AnyAmount, CheckedRule, DataRef, Greater, Limit, Response, Smaller, Times
from optimizer.portfolios.worths import OF_TRADES, hangs_on_worth
from rulebooks.forms import Form, less
from rulebooks.ground import Bound, GroundBook, GroundLimit

BLOCK, APPROVAL, WARN, NOTHING = 3, 2, 1, 0
_LEVELS = {"block": BLOCK, "approval": APPROVAL, "warn": WARN}
LEVEL_WORDS = {BLOCK: "block", APPROVAL: "approval", WARN: "warn", NOTHING: "pass"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """One side of one limit: `form` is its headroom."""

    limit: GroundLimit
    side: str  # high or low
    form: Form
    level: int
    early: bool = False

    @property
    def rule(self) -> str:
        """The rule's id."""
        return self.limit.rule.rule.id

    @property
    def name(self) -> str:
        """What the demand belongs to: a rule, or one class of a `targets` statement."""
        target = self.limit.rule.target
        return self.rule if target is None else f"{self.rule}.{target}"


def level_of(rule: CheckedRule) -> int:
    """Return the level of a new breach of a rule."""
    return _level(rule.on_active)


def _level(responses: tuple[Response, ...]) -> int:
    return max((_LEVELS.get(response.kind, NOTHING) for response in responses), default=NOTHING)


DATA_MEASURES = frozenset(
    {
        "days_to_liquidate",
        "ownership",
        "voting_ownership",
        "non_voting_ownership",
        "tracking_error",
        "volatility",
    }
)
"""Measures that say something only in a tight world."""

NEVER_TRIED = frozenset({"otc_exposure"})
"""Measures of data that no made-up world has."""


def measures_of(rule: CheckedRule) -> frozenset[str]:
    """Return the names of what a limit measures."""
    if not isinstance(rule.obligation, Limit):
        return frozenset()
    return frozenset(term.measure for term in rule.obligation.measure.terms)


def is_of_trades(rule: CheckedRule) -> bool:
    """Return whether a limit measures trades alone."""
    return bool(measures_of(rule)) and measures_of(rule) <= OF_TRADES


def compares_with_index(rule: CheckedRule) -> bool:
    """Return whether a rule reads a benchmark or a risk model."""
    if measures_of(rule) & {"active_weight", "tracking_error", "volatility", "drift"}:
        return True
    obligation = rule.obligation
    bounds = (obligation.low, obligation.high, rule.warn_from) if isinstance(obligation, Limit) else ()
    return any(_names_index(amount) for amount in bounds)


def is_on_data(rule: CheckedRule) -> bool:
    """Return whether a limit hangs on more than shares: a worth, an index, a history, volumes or risk."""
    data = measures_of(rule) & (DATA_MEASURES | OF_TRADES)
    return bool(data) or hangs_on_worth(rule) or compares_with_index(rule)


def _names_index(amount: AnyAmount | None) -> bool:
    match amount:
        case DataRef(name=name):
            return name.startswith("benchmark_")
        case Times(of=of):
            return _names_index(of)
        case Smaller(parts=parts) | Greater(parts=parts):
            return any(_names_index(part) for part in parts)
        case _:
            return False


def why_not_tried(limit: GroundLimit) -> str | None:
    """Return why a limit says nothing of the portfolios of a made-up book, or None."""
    if limit.standing != "applies":
        return limit.why_not or "it does not apply"
    if limit.missing is not None:
        return limit.missing
    if limit.unknown:
        return "the data do not tell what belongs to it"
    return None


def demands_of(limit: GroundLimit) -> Iterator[Demand]:
    """Yield what a limit asks; nothing where it does not apply, lacks data, or is waived at any size."""
    if why_not_tried(limit) is not None:
        return
    level = level_of(limit.rule.rule)
    if limit.waiver is None or limit.waived is not None:
        bound = limit.bound if limit.waived is None else limit.waived
        yield from _sides(limit, bound, level, early=False)
    if limit.warn is not None and level:
        yield from _sides(limit, limit.warn, WARN, early=True)


def _sides(limit: GroundLimit, bound: Bound, level: int, *, early: bool) -> Iterator[Demand]:
    if bound.high is not None:
        form = less(bound.high, limit.measure)
        yield Demand(limit=limit, side="high", form=form, level=level, early=early)
    if bound.low is not None:
        form = less(limit.measure, bound.low)
        yield Demand(limit=limit, side="low", form=form, level=level, early=early)


def all_demands(ground: GroundBook) -> tuple[Demand, ...]:
    """Return what every limit of a grounded rulebook asks."""
    return tuple(demand for limit in ground.limits for demand in demands_of(limit))


def allows_overdraft(ground: GroundBook) -> bool:
    """Return whether the rules limit borrowing, so that cash may be below 0."""
    return any("borrowing" in limit.rule.measure.split(" plus ") for limit in ground.limits)
