"""Credit ratings on one notch scale: 22 is best (AAA), 1 is worst (D).

`BBB-` and `Baa3` are both 13; anything from there up is investment grade.
"""

_SCALE = (
    ("AAA", "Aaa"),
    ("AA+", "Aa1"),
    ("AA", "Aa2"),
    ("AA-", "Aa3"),
    ("A+", "A1"),
    ("A", "A2"),
    ("A-", "A3"),
    ("BBB+", "Baa1"),
    ("BBB", "Baa2"),
    ("BBB-", "Baa3"),
    ("BB+", "Ba1"),
    ("BB", "Ba2"),
    ("BB-", "Ba3"),
    ("B+", "B1"),
    ("B", "B2"),
    ("B-", "B3"),
    ("CCC+", "Caa1"),
    ("CCC", "Caa2"),
    ("CCC-", "Caa3"),
    ("CC", "Ca"),
    ("C", "C"),
    ("D", "D"),
)
NOTCHES: dict[str, int] = {name: 22 - i for i, names in enumerate(_SCALE) for name in names}
"""The notch of each rating of either scale; higher is better."""


def notch(rating: str) -> int | None:
    """Return the notch of a rating, 22 for AAA down to 1 for D; None where the text is no rating."""
    return NOTCHES.get(rating.strip())
