"""The typed vocabulary that a mandate may use: measures, attributes, events, weight bases.

Domain words are not keywords of the grammar. They live here as plain values, so that new data needs no
new grammar: a measure `weight` has the unit share, so `limit weight to at most 5%` fits and
`at most 5 points` does not. The shipped vocabulary is in `dsl.words`; the checker is handed a
`Catalogue` and knows no other names.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from dsl.policy import SubjectKind, Unit

PeriodUse = Literal["none", "may", "must"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureEntry:
    """What can be limited.

    of: the kinds of subject it can be taken of, empty when it is a figure of the whole account;
    accepts: further units in which its bound may be written; difference: its values are differences of
    shares (told in points or bps), so that a bound written in `%` is questioned.
    """

    name: str
    unit: Unit
    description: str
    of: frozenset[SubjectKind] = frozenset({"holdings"})
    period: PeriodUse = "none"
    accepts: frozenset[Unit] = frozenset()
    difference: bool = False
    needs: tuple[str, ...] = ()  # data beyond positions and prices


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeEntry:
    """A column or figure that a condition can name.

    of: where it is found: `holdings`, `securities`, `lots`, `trades`, `account`; values: the words that
    have a meaning, empty when any text will do; closed: whether other words are errors.
    """

    name: str
    unit: Unit
    description: str
    of: frozenset[str] = frozenset({"holdings", "securities", "lots", "trades"})
    values: tuple[str, ...] = ()
    closed: bool = False
    accepts: frozenset[Unit] = frozenset()
    rated: bool = False  # compared with `worse than`, `better than`


@dataclass(frozen=True, slots=True, kw_only=True)
class EventEntry:
    """What a window can be counted from."""

    name: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureEntry:
    """A figure of the data that can stand as an amount: `benchmark_weight`."""

    name: str
    unit: Unit
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Everything that the checker knows by name."""

    measures: Mapping[str, MeasureEntry]
    attributes: Mapping[str, AttributeEntry]
    events: Mapping[str, EventEntry]
    figures: Mapping[str, FigureEntry]
    bases: Mapping[str, str]  # weight bases and what they mean
    plurals: Mapping[str, str] = field(default_factory=dict)  # issuers -> issuer

    def singular(self, plural: str) -> str | None:
        """Return the attribute that a plural names, or None."""
        return self.plurals.get(plural)

    def averages(self, name: str) -> bool:
        """Return whether a measure is the average of the attribute of that name, as esg_score is."""
        measure = self.measures.get(name)
        return measure is not None and name in self.attributes and measure.needs == (name,)


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSchema:
    """The columns that the data at hand have, with their units; where given, other names are errors."""

    columns: Mapping[str, Unit]


_GROUPS = ("security", "account", "trade", "lot")


def plural(word: str) -> str:
    """Return the English plural of an attribute: `industry` gives `industries`."""
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "x", "ch", "sh")) else "s")


def catalogue(
    *,
    measures: Iterable[MeasureEntry],
    attributes: Iterable[AttributeEntry],
    events: Iterable[EventEntry],
    figures: Iterable[FigureEntry],
    bases: Mapping[str, str],
) -> Catalogue:
    """Return a catalogue of the entries, with the plural of every text attribute."""
    known = {entry.name: entry for entry in attributes}
    words = [*(n for n, e in known.items() if e.unit is Unit.TEXT), *_GROUPS]
    return Catalogue(
        measures=MappingProxyType({entry.name: entry for entry in measures}),
        attributes=MappingProxyType(known),
        events=MappingProxyType({entry.name: entry for entry in events}),
        figures=MappingProxyType({entry.name: entry for entry in figures}),
        bases=MappingProxyType(dict(bases)),
        plurals=MappingProxyType({plural(word): word for word in words}),
    )
