"""What a differential run has covered, held against what it must cover.

Of a million verdicts: at least 20% passes and 20% breaches, 10% within a cent or a share of the limit,
and 1,000 of every measure, obligation, response, case of missing data, exception, waiver and window. A
shorter run owes as much of each in proportion, and no less than one.

    measure weight      81,204 of 1,000     pass      403,112 of 200,000

What is owed comes from the vocabulary itself: a measure, event, response or action that is added to it
and that no world draws leaves the run short. A verdict that a list does not move counts once for its book.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from dsl.policy import Action, AllowOnly, CheckedPolicy, CheckedRule, Forbid, Limit, Require, Response, Unit
from dsl.words import shipped
from engine.facts.book import Book
from engine.facts.trades import Side, Trade
from engine.gate.reference import ReferenceVerdict
from engine.gate.verdict import Outcome
from tests.properties.worlds.books import ROUND

EACH = 1_000
MILLION = 1_000_000
SHARES = {"pass": 20, "breach": 20, "near": 10}
"""Percent of all verdicts."""


def _names(text: str) -> frozenset[str]:
    """Return names, a comma between them."""
    return frozenset(name.strip() for name in text.split(","))


MEASURES = frozenset(shipped().measures)
OBLIGATIONS = frozenset(map(str, Action)) | _names(
    """at most, at least, between, for each group, for each trade, allow only, lots, window, require,
    targets, of the book"""
)
RESPONSES = frozenset(
    f"{on} {does}"
    for on, does in (
        *(("active", does) for does in ("block", "warn", "approval", "report", "cure")),
        *(("passive", does) for does in ("warn", "report", "do_not_worsen")),
        *(("missing", does) for does in ("block", "warn", "report", "approval")),
    )
)
CLAUSES = _names(
    """exception, excepted, waiver, waived, early warning, worsened, household, two policies,
    BOOK-CASH, BOOK-SHORT, BOOK-DATA"""
)
WINDOWS = frozenset(
    {f"event {name}" for name in shipped().events}
    | {f"of {relation}" for relation in ("same", "identical", "substitute")}
    | {f"trade {when}" for when in ("before", "after", "around")}
    | {"completed", "loss_sale identical after", "loss_sale identical around"}
)
MISSING = frozenset(("membership", "price or figure", "benchmark", "rating", "volume", "history"))
QUOTAS = (
    ("measure", MEASURES),
    ("obligation", OBLIGATIONS),
    ("response", RESPONSES),
    ("clause", CLAUSES),
    ("window", WINDOWS),
    ("missing", MISSING),
)


@dataclass(slots=True)
class Quotas:
    """Counters of one run."""

    verdicts: int = 0
    books: int = 0
    lists: int = 0
    shares: Counter[str] = field(default_factory=Counter)
    counts: dict[str, Counter[str]] = field(default_factory=dict)

    def add_book(self, policies: Iterable[CheckedPolicy], book: Book) -> "OfBook":
        """Count a book, and return the counter of its lists."""
        self.books += 1
        return OfBook(self, tuple(policies), book)

    def count(self, kind: str, name: str) -> None:
        """Count one of what is owed."""
        self.counts.setdefault(kind, Counter())[name] += 1

    def merge(self, other: "Quotas") -> None:
        """Add what another run has covered."""
        self.verdicts += other.verdicts
        self.books += other.books
        self.lists += other.lists
        self.shares.update(other.shares)
        for kind, counter in other.counts.items():
            self.counts.setdefault(kind, Counter()).update(counter)

    def kept(self) -> dict[str, object]:
        """Return the tally as it is kept in a file."""
        return {
            "verdicts": self.verdicts,
            "books": self.books,
            "lists": self.lists,
            "shares": dict(self.shares),
            "counts": {kind: dict(counter) for kind, counter in self.counts.items()},
        }

    def lines(self) -> Iterator[tuple[str, int, int]]:
        """Yield each quota: its name, what was reached, what is owed."""
        for name, percent in SHARES.items():
            yield name, self.shares[name], self.verdicts * percent // 100
        owed = max(1, self.verdicts * EACH // MILLION)
        for kind, names in QUOTAS:
            found = self.counts.get(kind, Counter())
            for name in sorted(names | found.keys()):
                yield f"{kind} {name}", found[name], owed if name in names else 0

    def short(self) -> list[str]:
        """Return the quotas that the run has not met."""
        return [f"{name}: {count} of {owed}" for name, count, owed in self.lines() if count < owed]

    def table(self) -> str:
        """Return every quota on a line."""
        rows = (f"  {name:<44} {count:>9,} of {owed:>9,}" for name, count, owed in self.lines())
        return "\n".join((f"{self.verdicts:,} verdicts, {self.lists:,} lists, {self.books:,} books", *rows))


def quotas_of(kept: Mapping[str, object]) -> Quotas:
    """Return a tally that was kept in a file."""
    found = Quotas()
    for name in ("verdicts", "books", "lists"):
        number = kept[name]
        assert isinstance(number, int)
        setattr(found, name, number)
    shares, counts = kept["shares"], kept["counts"]
    assert isinstance(shares, dict)
    assert isinstance(counts, dict)
    found.shares.update(shares)
    found.counts.update({kind: Counter(counter) for kind, counter in counts.items()})
    return found


class OfBook:
    """Counts the lists of one book; a verdict that is kept from list to list counts once."""

    def __init__(self, quotas: Quotas, policies: tuple[CheckedPolicy, ...], book: Book) -> None:
        self.quotas, self.book, self.has_two = quotas, book, len(policies) > 1
        self.rules = {(policy.id, rule.id): rule for policy in policies for rule in policy.rules}
        self.excepted = {(policy.id, rule.exception_to) for policy in policies for rule in policy.rules}
        self.waived = {(policy.id, waiver.rule) for policy in policies for waiver in policy.waivers}
        self.seen: dict[int, ReferenceVerdict] = {}

    def add(self, trades: tuple[Trade, ...], rows: Iterable[ReferenceVerdict]) -> None:
        """Count the verdicts of one list."""
        self.quotas.lists += 1
        for row in rows:
            if id(row) in self.seen or not row.witnessed:
                continue
            self.seen[id(row)] = row
            if row.rule == "BOOK-DATA" and row.outcome is Outcome.PASS:
                continue
            self._add(row, trades)

    def _add(self, row: ReferenceVerdict, trades: tuple[Trade, ...]) -> None:
        quotas, place = self.quotas, (row.policy or "", row.rule)
        rule = self.rules.get(place)
        quotas.verdicts += 1
        quotas.shares["pass"] += row.outcome is Outcome.PASS
        quotas.shares["breach"] += row.outcome is Outcome.BREACH
        quotas.shares["near"] += is_near(row, _unit(row, rule), trades, self.book)
        for kind, name in _of_rule(rule, row):
            quotas.count(kind, name)
        for name, holds in (
            ("exception", place in self.excepted),
            ("excepted", row.outcome is Outcome.EXCEPTED),
            ("waiver", place in self.waived),
            ("waived", row.outcome is Outcome.WAIVED),
            ("early warning", row.warned),
            ("worsened", row.worsened),
            ("household", row.household is not None),
            ("two policies", self.has_two),
            (row.rule, row.rule.startswith("BOOK-")),
        ):
            if holds:
                quotas.count("clause", name)


def is_near(row: ReferenceVerdict, unit: Unit | None, trades: tuple[Trade, ...], book: Book) -> bool:
    """Return whether a figure is within a cent or about one share of its limit.

    With one trade, a share is what the figure moved by, over the trade's quantity; with more, the price of
    the dearest security, of an account that is worth a round sum.
    """
    if row.rule == "BOOK-SHORT":
        return any(_is_all_but_one(trade, book) for trade in trades if trade.number in row.trades)
    is_still = row.before == row.after
    if row.after is None or not trades or (is_still and unit is None):
        return False
    rooms = [row.high - row.after] if row.high is not None else []
    rooms += [row.after - row.low] if row.low is not None else []
    if not rooms:
        return False
    room = abs(min(rooms))
    if len(trades) == 1 and row.before is not None and not is_still:
        return room <= abs(row.after - row.before) / Fraction(trades[0].quantity) or room == 0
    dearest = max(Fraction(book.prices[trade.symbol].price) for trade in trades)
    match unit:
        case Unit.MONEY:
            return room <= dearest
        case Unit.SHARE | Unit.POINTS | Unit.BPS:
            return room <= dearest / ROUND
        case Unit.SHARES_HELD:
            return room <= 1
        case _:
            return room == 0


def _is_all_but_one(trade: Trade, book: Book) -> bool:
    """Return whether a sale takes what is held, or a share more."""
    held = sum(
        lot.quantity for lot in book.lots if (lot.account, lot.symbol) == (trade.account, trade.symbol)
    )
    return trade.side is Side.SELL and abs(held - trade.quantity) <= 1


def _unit(row: ReferenceVerdict, rule: CheckedRule | None) -> Unit | None:
    if rule is None:
        return Unit.SHARE if row.target else Unit.MONEY
    return rule.obligation.measure.unit if isinstance(rule.obligation, Limit) else None


def _of_rule(rule: CheckedRule | None, row: ReferenceVerdict) -> Iterator[tuple[str, str]]:
    if row.outcome is Outcome.MISSING_DATA and row.why:
        yield "missing", _missing(row.why)
    if rule is None:
        yield "obligation", "targets" if row.target else "of the book"
        return
    for name in _obligations(rule):
        yield "obligation", name
    if isinstance(rule.obligation, Limit):
        for term in rule.obligation.measure.terms:
            yield "measure", term.measure
    if isinstance(rule.obligation, Forbid) and rule.obligation.window is not None:
        yield from (("window", name) for name in _windows(rule.obligation, row))
    for response in _consulted(rule, row):
        yield "response", f"{response[0]} {response[1].kind}"


def _windows(obligation: Forbid, row: ReferenceVerdict) -> Iterator[str]:
    window = obligation.window
    assert window is not None
    when = "around" if window.before and window.after else "after" if window.after else "before"
    yield from (f"event {window.event}", f"of {window.relation}", f"trade {when}")
    if window.event == "loss_sale" and window.relation == "identical":
        yield f"loss_sale identical {when}"
    if row.outcome is Outcome.BREACH:
        yield "completed"


def _consulted(rule: CheckedRule, row: ReferenceVerdict) -> Iterator[tuple[str, Response]]:
    """Yield the responses that a verdict calls for."""
    if row.outcome is Outcome.MISSING_DATA:
        yield "missing", rule.missing
    elif row.breach == "active":
        yield from (("active", response) for response in rule.on_active)
    if row.breach == "passive" or row.worsened:
        yield from (("passive", response) for response in rule.on_passive)


def _obligations(rule: CheckedRule) -> Iterator[str]:
    match rule.obligation:
        case Limit(low=low, high=high):
            yield "between" if low and high else "at most" if high else "at least"
            if rule.each is not None:
                yield "for each trade" if rule.each.attribute == "trade" else "for each group"
        case Require():
            yield "require"
        case Forbid(window=window) if window is not None:
            yield "window"
        case (Forbid() | AllowOnly()) as ban:
            if isinstance(ban, AllowOnly):
                yield "allow only"
            if ban.subject.kind == "lots":
                yield "lots"
            yield from (action.value for action in ban.actions if action in Action)


_CASES = (
    ("history", r"history|records"),
    ("membership", r"belong|covered|applies|membership"),
    ("benchmark", r"benchmark"),
    ("rating", r"rating"),
    ("volume", r"volume"),
    ("price or figure", r"price|figure|missing|rate of exchange|base is zero"),
    ("fact", r"fact"),
)


def _missing(why: str) -> str:
    """Return which case of missing data a reason tells of."""
    return next((name for name, pattern in _CASES if re.search(pattern, why)), why)
