"""Membership: which slices a subject surely selects, and which it may select.

Every subject is evaluated once over a universe of slices and remembered: exceptions, groups and
bounds ask for the same subjects again and again.
"""

from dsl.policy import ALWAYS, Subject
from rulebooks.predicates import compiled
from rulebooks.scene import Scene
from rulebooks.universe import Slice, slices_of

Verdict = bool | None


def universe_of(scene: Scene, *, look_through: bool) -> tuple[Slice, ...]:
    """Return every slice of the scope; the whole book's cash stands first in each account."""
    if not look_through or not scene.facts.book.fund_holdings:
        return scene.universe
    key = "looking through"
    if key not in scene.cache:
        parts = (slices_of(scene.facts, account, look_through=True) for account in scene.holds)
        scene.cache[key] = tuple(part for slices in parts for part in slices)
    found = scene.cache[key]
    assert isinstance(found, tuple)
    return found


def selects_all(subject: Subject) -> bool:
    """Return whether a subject leaves nothing out."""
    return subject.where == ALWAYS


def memberships(scene: Scene, subject: Subject, *, look_through: bool) -> tuple[Verdict, ...]:
    """Return, slice by slice of the universe, whether the subject selects it; None where unknown.

    `securities` leaves cash out. In an example the account's cash stands for the rest of the portfolio,
    which matches no subject.
    """
    slices = universe_of(scene, look_through=look_through)
    key = (subject.kind == "securities", subject.where, slices is not scene.universe)
    known = scene.cache.get(key)
    if known is None:
        known = tuple(_selects(scene, subject, slices))
        scene.cache[key] = known
    assert isinstance(known, tuple)
    return known


def _selects(scene: Scene, subject: Subject, slices: tuple[Slice, ...]) -> list[Verdict]:
    without_cash = subject.kind == "securities" or scene.facts.book.absent == "no_value"
    if selects_all(subject):
        return [not (without_cash and part.is_cash) for part in slices]
    test = compiled(subject.where, scene.setting)
    return [False if without_cash and part.is_cash else test(scene.row_of(part)) for part in slices]


def select(
    scene: Scene, subject: Subject, *, look_through: bool = False
) -> tuple[tuple[Slice, ...], tuple[Slice, ...]]:
    """Return the slices that a subject surely selects, and those that it may select."""
    slices = universe_of(scene, look_through=look_through)
    found = memberships(scene, subject, look_through=look_through)
    sure = tuple(part for part, member in zip(slices, found, strict=True) if member)
    maybe = tuple(part for part, member in zip(slices, found, strict=True) if member is None)
    return sure, maybe


def select_plain(scene: Scene, subject: Subject) -> tuple[tuple[Slice, ...], tuple[Slice, ...]]:
    """Return what a subject selects, not looking through funds."""
    return select(scene, subject)


def less(member: Verdict, excepted: Verdict) -> Verdict:
    """Return `member and not excepted` in three-valued logic."""
    if member is False or excepted is True:
        return False
    return None if member is None or excepted is None else True


def both(verdicts: tuple[Verdict, ...]) -> Verdict:
    """Return `and` in three-valued logic."""
    return False if False in verdicts else None if None in verdicts else True


def either(verdicts: list[Verdict]) -> Verdict:
    """Return `or` in three-valued logic."""
    return True if True in verdicts else None if None in verdicts else False
