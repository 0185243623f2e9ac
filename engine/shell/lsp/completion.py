"""What can be typed next: keywords that the grammar takes, and the names that fit where one is due."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from dsl.policy import Unit
from engine.shell.lsp.grammar import Expected, expected_at
from engine.shell.lsp.names import Kind
from engine.shell.lsp.reading import Reading

Sort = Literal["keyword", "measure", "attribute", "figure", "event", "base", "value", "noun", "policy"] | Kind

_NOUNS = ("holdings", "securities", "trades", "lots")
_CLIENTS = ("account", "portfolio", "fund", "household")
_PERIODS = ("day", "week", "month", "quarter", "year")
_CONDITION = frozenset({"where", "when", "unless", "require", "(", "not"})
_SUBJECT = frozenset({"of", "in", "as", "except", "buying", "selling", "holding", "shorting", "increasing"})
_BOUND = frozenset({"most", "least", "between", "exactly", "than", "times"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One completion; `sort` says what kind of thing it is, `told` what it means."""

    text: str
    sort: Sort
    told: str = ""


def completions(reading: Reading, offset: int) -> tuple[str, tuple[Offer, ...]]:
    """Return the part of a word already typed, and what may stand there in its place."""
    expected = expected_at(reading.text, offset)
    if expected is None:
        return "", ()
    offers = [Offer(text=phrase, sort="keyword") for phrase in expected.phrases]
    if expected.takes_name:
        offers = [*_names(reading, expected), *offers]
    fitting = [offer for offer in offers if offer.text.startswith(expected.typed)]
    return expected.typed, tuple({offer.text: offer for offer in reversed(fitting)}.values())[::-1]


def _names(reading: Reading, expected: Expected) -> list[Offer]:
    words = [text for _, text in expected.before]
    before, last = ["", "", *words][-2:]
    found = _after_keyword(reading, before, last)
    return _after(reading, words, before, last) if found is None else found


_REFERS: dict[str, tuple[Kind, ...]] = {
    "because": ("source",),
    "manual": ("source",),
    "set": ("parameter",),
    "rebalance": ("targets",),
    "waive": ("rule", "targets"),
    "by": ("rule", "targets"),
    "expect": ("rule", "targets"),
}


def _after_keyword(reading: Reading, before: str, last: str) -> list[Offer] | None:
    """Return the names that a keyword alone decides on; None where it decides nothing."""
    match before, last:
        case _, ("rule" | "parameter" | "define" | "list" | "identical" | "targets" | "source" | "id"):
            return []  # a new name: nobody but the author knows it
        case "exception", "to":
            return _own(reading, "rule")
        case "applies", "to":
            return _words(_CLIENTS)
        case (("is" | "not"), "in"):
            return _own(reading, "list")
        case "for", "each":
            return [*_texts(reading), *_words(("security", "account", "trade", "lot"))]
        case "weights", "of":
            return [Offer(text=n, sort="base", told=told) for n, told in reading.catalogue.bases.items()]
        case _, ("extends" | "use"):
            return [Offer(text=id_, sort="policy") for id_ in reading.library.ids]
        case _, ("each" | "this"):
            return _words((*_PERIODS, *(("tax_year", "calendar_year") if last == "this" else ())))
        case _, ("a" | "an" | "given"):
            events = reading.catalogue.events.values()
            return [Offer(text=event.name, sort="event", told=event.description) for event in events]
        case _:
            kinds = _REFERS.get(last)
            return None if kinds is None else [one for kind in kinds for one in _own(reading, kind)]


def _after(reading: Reading, words: list[str], before: str, last: str) -> list[Offer]:
    """Return the names that fit by what is being said: a condition, a bound, a subject or a measure."""
    attribute = _attribute_before(words)
    if last in ("limit", "plus"):
        return [*_measures(reading), *_weights(reading)]
    if attribute is not None:
        return _values(reading, attribute)
    if last in _CONDITION or (last in ("and", "or") and _in_condition(words)):
        return [*_attributes(reading), *_measures(reading), *_weights(reading)]
    if last in _BOUND or last == "and":
        return [*_own(reading, "parameter"), *_figures(reading)]
    if last in _SUBJECT:
        return [*_own(reading, "definition"), *_words(_NOUNS), *_plurals(reading)]
    return _attributes(reading) if last == "with" else [*_own(reading, "definition"), *_attributes(reading)]


def _attribute_before(words: list[str]) -> str | None:
    """Return the attribute of a test that is being written: `asset_class is` or `asset_class is not`."""
    tail = words[:-1] if words[-1:] == ["is"] else words[:-2] if words[-2:] == ["is", "not"] else []
    return tail[-1] if tail else None


def _in_condition(words: list[str]) -> bool:
    """Return whether an `and` joins conditions, rather than two bounds."""
    for word in reversed(words[:-1]):
        if word in ("where", "when", "unless", "require", "whose"):
            return True
        if word in ("between", "smaller", "greater", "limit"):
            return False
    return False


def _own(reading: Reading, kind: Kind) -> list[Offer]:
    return [Offer(text=name, sort=kind) for name in reading.known(kind)]


def _words(words: Iterable[str]) -> list[Offer]:
    return [Offer(text=word, sort="noun") for word in words]


def _measures(reading: Reading) -> list[Offer]:
    entries = reading.catalogue.measures.values()
    return [Offer(text=entry.name, sort="measure", told=entry.description) for entry in entries]


def _weights(reading: Reading) -> list[Offer]:
    return [
        Offer(text=f"{name}_weight", sort="measure", told=f"weight of {name}")
        for name in reading.known("definition")
    ]


def _attributes(reading: Reading) -> list[Offer]:
    entries = reading.catalogue.attributes.values()
    return [Offer(text=entry.name, sort="attribute", told=entry.description) for entry in entries]


def _texts(reading: Reading) -> list[Offer]:
    entries = [entry for entry in reading.catalogue.attributes.values() if entry.unit is Unit.TEXT]
    return [Offer(text=entry.name, sort="attribute", told=entry.description) for entry in entries]


def _plurals(reading: Reading) -> list[Offer]:
    return [
        Offer(text=plural, sort="attribute", told=f"groups by {one}")
        for plural, one in reading.catalogue.plurals.items()
    ]


def _figures(reading: Reading) -> list[Offer]:
    entries = reading.catalogue.figures.values()
    return [Offer(text=entry.name, sort="figure", told=entry.description) for entry in entries]


def _values(reading: Reading, attribute: str) -> list[Offer]:
    entry = reading.catalogue.attributes.get(attribute)
    return [Offer(text=value, sort="value") for value in entry.values] if entry is not None else []
