"""What was considered beside the limit: waivers and exceptions, and why they do or do not govern."""

from collections.abc import Iterator
from datetime import date

from dsl.policy import Waiver
from engine.gate.amounts import words as amount_words
from engine.gate.engine.gatefacts import Standing
from engine.gate.infer import Concluded
from engine.gate.items import Item
from engine.gate.measure import OpenBook
from engine.gate.rule_words import RuleWords


def considered(opened: OpenBook, concluded: Concluded, words: RuleWords) -> tuple[str, ...]:
    """Return the waivers and exceptions looked at, in a fixed order."""
    if not words.waivers and not words.exceptions:
        return ()
    waivers = (_waiver(waiver, concluded, opened.book.as_of) for waiver in words.waivers)
    return (*waivers, *_exceptions(concluded, words))


def _waiver(waiver: Waiver, concluded: Concluded, today: date) -> str:
    item = concluded.item
    size = "" if waiver.up_to is None else f" up to {amount_words(waiver.up_to)}"
    named = f"waiver{size} until {waiver.until.isoformat()}, approved by {waiver.approved_by}"
    if waiver.until < today:
        return f"{named}: expired"
    if not _covers(item, waiver):
        return f"{named}: its scope does not cover this"
    if item.waiver is None:
        return f"{named}: how far it goes is unknown"
    if item.waiver != waiver:
        return f"{named}: stands beside the one until {item.waiver.until.isoformat()}"
    if concluded.standing is Standing.WAIVED:
        return f"{named}: governs"
    if concluded.standing in (Standing.NEW, Standing.WORSENED, Standing.PASSIVE):
        return f"{named}: the breach goes beyond it"
    return f"{named}: not needed"


def _covers(item: Item, waiver: Waiver) -> bool:
    if waiver.noun == "household":
        return item.scope.household == waiver.id
    if (waiver.noun, waiver.id) in item.group:
        return True
    return waiver.noun in ("account", "portfolio", "fund") and item.scope.account == waiver.id


def _exceptions(concluded: Concluded, words: RuleWords) -> Iterator[str]:
    took = "takes all of it" if concluded.standing is Standing.EXCEPTED else "takes its own holdings out"
    for other in words.exceptions:
        yield f"exception {other.id} ({other.title}): {took}"
