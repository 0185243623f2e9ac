"""Grounding: a rulebook laid out over one book, before any trade is known.

ground(rulebook, book) -> GroundBook: limits with their forms, bans, windows, required facts
"""

from rulebooks.grounding.ground_book import ground, ground_state

__all__ = ["ground", "ground_state"]
