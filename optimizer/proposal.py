"""The proposal: trades suggested, what they improve, what they cost, and what held them back.

A proposal is a value that text, HTML and JSON print alike. Money is in the currency of the book, in
cents; `gap` is in basis points of net assets.

    before: drift 1,200.00      after: drift 300.00, tax -450.00, cost 80.00
    better by 1,200.00 - (300.00 - 450.00 + 80.00) = 1,270.00

The reasons of all trades add up to that difference, to the cent.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from dsl.policy import Citation
from engine.facts.ids import AccountId
from engine.facts.lots import Term
from engine.facts.trades import Trade
from engine.gate.verdict import GateAnswer


class Status(StrEnum):
    """How the search ended; `optimal` and `feasible` both come with trades that the gate passes."""

    OPTIMAL = "optimal"  # no list can be better by more than the tolerance
    FEASIBLE = "feasible"  # the gap is above the tolerance, or rules were let go
    NOTHING_TO_DO = "nothing_to_do"
    INFEASIBLE = "infeasible"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One part of why a trade is proposed: money gained (positive) or given up, and the rule if any."""

    what: str
    rule: str | None
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedTrade:
    """One row per lot sold, one per purchase; `trade` is exactly what the gate was shown."""

    trade: Trade
    price: Decimal  # per share, the book's
    value: Decimal  # quantity times price, cents
    gain: Decimal | None  # value - basis of the shares sold, signed; None for a purchase
    term: Term | None  # None for purchases and in retirement accounts
    tax: Decimal  # rate times gain; negative where a loss saves tax; 0 for purchases
    reasons: tuple[Reason, ...]
    later: Decimal = Decimal(0)  # change of the tax that a long-term sale at today's price would bring later
    charges: tuple[Reason, ...] = ()  # room that it takes under rules, at their prices (money given up)
    margin: Decimal | None = None  # money by which the list would be worse without it, room given back

    @property
    def total(self) -> Decimal:
        """The reasons together."""
        return sum((reason.amount for reason in self.reasons), Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """What is made small, in money; the parts add up to the total."""

    drift: Decimal  # price of being off target
    tax: Decimal  # of the list; negative where it saves tax
    cost: Decimal  # of trading

    @property
    def total(self) -> Decimal:
        """Drift, tax and cost together."""
        return self.drift + self.tax + self.cost


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """A rule that held the proposal back, and what one more unit of its limit would be worth.

    price: money per unit of the limit (per percentage point, per currency unit, …), >= 0. `words`
    names the group and the limit in a sentence.
    """

    rule: str
    group: str | None
    because: tuple[Citation, ...]
    price: Decimal
    unit: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """What a rule costs: by how much the best list without it is better, for certain within low and high."""

    rule: str
    title: str
    because: tuple[Citation, ...]
    amount: Decimal  # money, cents
    low: Decimal
    high: Decimal | None  # None: no bound is known
    bps: Decimal  # of net assets


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxAt:
    """The tax of the list if both rates of every account were so many percentage points higher."""

    points: int
    tax: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """One of the rules that together leave no list at all."""

    rule: str
    group: str | None
    because: tuple[Citation, ...]
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxation:
    """A change of one limit of the conflict that would make a list possible."""

    rule: str
    words: str  # `raise the limit of TURN-1 from 1.5% to 4.1%`
    amount: Decimal  # in the unit of the limit
    unit: str
    limit: Decimal | None = None  # as it is, in percent or the rule's unit
    relaxed: Decimal | None = None  # as it would have to be


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassFigure:
    """One class of the targets, or one security where the target is a model: fractions of one."""

    name: str
    weight: Decimal
    target: Decimal | None
    low: Decimal | None
    high: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFigures:
    """An account, or all accounts of the proposal together.

    drift: the sum of the distances from target, halved, a fraction of one (the part that is in the
    wrong place). tracking_error: annual, a fraction of one; None without a risk model.
    """

    net_assets: Decimal
    cash: Decimal
    drift: Decimal
    tracking_error: Decimal | None
    unrealized_gain: Decimal
    classes: tuple[ClassFigure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChange:
    """The figures of one account before and after the list."""

    account: AccountId
    before: AccountFigures
    after: AccountFigures


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """A number that the answer depends on, where it comes from, in plain words."""

    name: str
    value: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An amount of money that was asked for, and what the list comes to; `least`: at least, else at most."""

    what: str  # `cash available`, `cash invested`, `gains recognized`
    asked: Decimal
    reached: Decimal
    least: bool
    kept: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A trade of a given list that was made smaller or dropped (`after` 0), and the rules that stopped it."""

    trade: Trade
    after: Decimal  # shares
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """The answer to one request.

    `gate` is the gate's answer for exactly these trades, also for an empty list; None only where the
    book could not be judged. `gap` bounds how much better any other list could be. `let_go` names the
    warning rules that could not be kept. `notes` are sentences that a reader must see.
    """

    as_of: date
    status: Status
    intent: str  # what was asked for, in words
    currency: str
    trades: tuple[ProposedTrade, ...]
    objective: Objective
    doing_nothing: Objective
    gap: Decimal | None  # bp of net assets; None where no bound is known
    rounds: int  # how often a list was put to the gate
    binding: tuple[Binding, ...]
    conflict: tuple[Conflict, ...]
    relaxations: tuple[Relaxation, ...]
    let_go: tuple[str, ...]
    gate: GateAnswer | None
    before: AccountFigures
    after: AccountFigures
    accounts: tuple[AccountChange, ...]
    assumptions: tuple[Assumption, ...]
    notes: tuple[str, ...]
    asked: tuple[Asked, ...] = ()
    removals: tuple[Removal, ...] = ()  # where they were asked for
    tax_at: tuple[TaxAt, ...] = ()  # 5 points less and more
    changes: tuple[Change, ...] = ()  # of a given list, where it was repaired

    @property
    def improvement(self) -> Decimal:
        """Money by which the list is better than doing nothing."""
        return self.doing_nothing.total - self.objective.total
