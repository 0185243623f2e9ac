"""Random worlds for the two evaluators: books, lists and mandates that meet at their limits.

Everything comes from one seed. Prices are a few dollars and accounts are worth a round sum, so that a
list drawn to fill a limit lands exactly on it, one share beyond, or one share short. Mandates are drawn
as text and checked like any other, so that no rule is tried which nobody could write.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

from dsl.policy import CheckedPolicy
from engine.facts.book import Book
from engine.facts.trades import Trade
from tests.properties.worlds.books import drawn_book
from tests.properties.worlds.edges import Ask, edges
from tests.properties.worlds.lists import drawn_list, drawn_trade
from tests.properties.worlds.mandates import checked_policy, drawn_mandate, drawn_policy
from tests.properties.worlds.mix import FULL, PLAIN, WIDE, Evenly, Mix

__all__ = ["FULL", "PLAIN", "WIDE", "Evenly", "Mix", "World", "full_world", "lists_of", "world_of"]


def world_of(
    seed: int, *, lists: int = 3, mix: Mix = PLAIN
) -> tuple[CheckedPolicy, Book, list[tuple[Trade, ...]]]:
    """Return a policy, a book and so many lists to judge, all drawn from a seed."""
    chance = Random(seed)
    policy = drawn_policy(chance, mix)
    book = drawn_book(chance, policy, mix)
    return policy, book, [drawn_list(chance, book, policy, mix) for _ in range(lists)]


BEFORE = (0, 1)
"""Trades of the lists that are brought to an edge by one trade more."""


@dataclass(frozen=True, slots=True)
class World:
    """One or two mandates, as text and checked, over one book."""

    mandates: tuple[str, ...]
    policies: tuple[CheckedPolicy, ...]
    book: Book


def full_world(chance: Random, mix: Mix = FULL) -> World:
    """Draw one or two mandates and a book."""
    names = ("world", "second") if chance.choice((0, 0, 1)) else ("world",)
    mandates = tuple(drawn_mandate(chance, mix, name=name) for name in names)
    policies = tuple(map(checked_policy, mandates))
    return World(mandates, policies, drawn_book(chance, policies[0], mix))


def lists_of(
    chance: Random, world: World, ask: Ask, *, drawn: int, probes: int, most: int, mix: Mix = FULL
) -> Iterator[tuple[Trade, ...]]:
    """Yield lists to judge: none, so many drawn ones, and at most so many at the edges of rules.

    probes: how many trades are brought to an edge, after each of the lists of `BEFORE`.
    ask: what the gate says of a list; the lists asked of it are not yielded.
    """
    yield ()
    for _ in range(drawn):
        yield drawn_list(chance, world.book, chance.choice(world.policies), mix)
    found: list[tuple[Trade, ...]] = []
    for size in BEFORE:
        listed = drawn_list(chance, world.book, chance.choice(world.policies), mix)[:size]
        number = 1 + max((trade.number for trade in listed), default=0)
        for _ in range(probes):
            more = drawn_trade(chance, world.book, chance.choice(world.policies), number)
            if more is not None:
                found += edges(listed, more, ask)
    for edge in found if len(found) <= most else chance.sample(found, most):
        for other in chance.choices(found, k=chance.choice((0, 1, 2, 2))):
            edge = _together(edge, other)
        yield edge


def _together(edge: tuple[Trade, ...], other: tuple[Trade, ...]) -> tuple[Trade, ...]:
    """Return two lists as one where they trade in accounts of their own."""
    if not {trade.account for trade in edge}.isdisjoint(trade.account for trade in other):
        return edge
    return tuple(replace(trade, number=n) for n, trade in enumerate((*edge, *other), start=1))
