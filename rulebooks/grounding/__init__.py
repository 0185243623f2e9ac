"""Grounding: a rulebook laid out over one book, before any trade is known."""
