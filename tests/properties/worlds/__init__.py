"""Random worlds for the two evaluators: books, lists and mandates that meet at their limits.

Everything comes from one seed. Prices are a few dollars and accounts are worth a round sum, so that a
list drawn to fill a limit lands exactly on it, one share beyond, or one share short. Mandates are drawn
as text and checked like any other, so that no rule is tried which nobody could write.
"""

from random import Random

from dsl.policy import CheckedPolicy
from engine.facts.book import Book
from engine.facts.trades import Trade
from tests.properties.worlds.books import drawn_book
from tests.properties.worlds.lists import drawn_list
from tests.properties.worlds.mandates import drawn_policy
from tests.properties.worlds.mix import PLAIN, WIDE, Mix

__all__ = ["PLAIN", "WIDE", "Mix", "world_of"]


def world_of(
    seed: int, *, lists: int = 3, mix: Mix = PLAIN
) -> tuple[CheckedPolicy, Book, list[tuple[Trade, ...]]]:
    """Return a policy, a book and so many lists to judge, all drawn from a seed."""
    chance = Random(seed)
    policy = drawn_policy(chance, mix)
    book = drawn_book(chance, policy, mix)
    return policy, book, [drawn_list(chance, book, policy, mix) for _ in range(lists)]
