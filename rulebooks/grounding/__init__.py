"""Grounding: a rulebook laid out over one book, before any trade is known.

ground(rulebook, book) -> GroundBook: limits with their forms, bans, windows, required facts
"""

from rulebooks.grounding.ground_book import ground, ground_state
from rulebooks.grounding.part import book_around, common_of, joined, parts_of, unlaid

__all__ = ["book_around", "common_of", "ground", "ground_state", "joined", "parts_of", "unlaid"]
