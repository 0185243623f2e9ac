"""What was considered beside the limit: waivers and exceptions, and why they do or do not govern."""

from collections.abc import Iterator

from dsl.policy import Waiver
from engine.gate.amounts import words
from engine.gate.engine.gatefacts import Standing
from engine.gate.infer import Concluded
from engine.gate.items import Item
from engine.gate.measure import OpenBook


def considered(opened: OpenBook, concluded: Concluded) -> tuple[str, ...]:
    """Return the waivers and exceptions looked at, in a fixed order."""
    return (*_waivers(opened, concluded), *_exceptions(opened, concluded))


def _waivers(opened: OpenBook, concluded: Concluded) -> Iterator[str]:
    item = concluded.item
    rule = item.rule.rule
    for policy in opened.ground.rulebook.policies:
        for waiver in policy.waivers:
            if waiver.rule != rule.id or policy.id not in (rule.policy, item.rule.governed_by):
                continue
            size = "" if waiver.up_to is None else f" up to {words(waiver.up_to)}"
            named = f"waiver{size} until {waiver.until.isoformat()}, approved by {waiver.approved_by}"
            if waiver.until < opened.book.as_of:
                yield f"{named}: expired"
            elif not _covers(item, waiver):
                yield f"{named}: its scope does not cover this"
            elif item.waiver is None:
                yield f"{named}: how far it goes is unknown"
            elif item.waiver != waiver:
                yield f"{named}: stands beside the one until {item.waiver.until.isoformat()}"
            elif concluded.standing is Standing.WAIVED:
                yield f"{named}: governs"
            elif concluded.standing in (Standing.NEW, Standing.WORSENED, Standing.PASSIVE):
                yield f"{named}: the breach goes beyond it"
            else:
                yield f"{named}: not needed"


def _covers(item: Item, waiver: Waiver) -> bool:
    if waiver.noun == "household":
        return item.scope.household == waiver.id
    if (waiver.noun, waiver.id) in item.group:
        return True
    return waiver.noun in ("account", "portfolio", "fund") and item.scope.account == waiver.id


def _exceptions(opened: OpenBook, concluded: Concluded) -> Iterator[str]:
    rule = concluded.item.rule.rule
    for compiled in opened.ground.rulebook.rules:
        other = compiled.rule
        if other.exception_to == rule.id and compiled.governed_by == concluded.item.rule.governed_by:
            took = (
                "takes all of it" if concluded.standing is Standing.EXCEPTED else "takes its own holdings out"
            )
            yield f"exception {other.id} ({other.title}): {took}"
