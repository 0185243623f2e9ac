"""Charts, one question each, drawn by matplotlib as deterministic SVG with a text alternative."""
