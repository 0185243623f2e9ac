"""Nodes of the tests that travel with a mandate."""

from dataclasses import dataclass

from dsl.syntax.base import Node, Word
from dsl.syntax.parts import Day, Literal, Quoted
from dsl.syntax.rules import Response


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute(Node):
    """`issuer "Acme Corp"`, `asset_class equity`, `benchmark_weight 3%` after `with`."""

    path: Word
    value: Word | Quoted | Literal | Day


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenDate(Node):
    """`given date D`."""

    day: Word


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenValue(Node):
    """`given value 1,000,000 USD`."""

    value: Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenHolding(Node):
    """`given holding "X" weight 5% with … for account "A"`."""

    symbol: Word
    weight: Literal
    attributes: tuple[Attribute, ...]
    account: Word | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenLot(Node):
    """`given lot "X" bought D cost A worth B with … for account "A"`."""

    symbol: Word
    bought: Word
    cost: Literal
    worth: Literal
    attributes: tuple[Attribute, ...]
    account: Word | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenEvent(Node):
    """`given purchase of "SPY" on D with … for account "A"`."""

    event: Word
    symbol: Word
    day: Word
    attributes: tuple[Attribute, ...]
    account: Word | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenFact(Node):
    """`given that net_realized_gains 21,000 USD`."""

    attribute: Attribute


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeOf(Node):
    """`trade buy 5,000 USD of "ACME" for account "A"`."""

    side: Word
    amount: Literal
    symbol: Word
    account: Word | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectPass(Node):
    """`expect pass`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectResponse(Node):
    """`expect block by RULE`."""

    response: Response
    rule: Word


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectMeasured(Node):
    """`expect RULE measured 5.4%`."""

    rule: Word
    value: Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectRebalance(Node):
    """`expect rebalance NAME`."""

    targets: Word


Given = GivenDate | GivenValue | GivenHolding | GivenLot | GivenEvent | GivenFact
Expect = ExpectPass | ExpectResponse | ExpectMeasured | ExpectRebalance


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleOf(Node):
    """`example "title"` with its givens, trades and expectations in the order written."""

    title: Word
    parts: tuple[Given | TradeOf | Expect, ...]
