"""Near names: what the author probably meant.

The distance counts one-letter changes, with a swap of neighbours as one: `asset_calss` is 1 away from
`asset_class`.
"""

from collections.abc import Iterable


def distance(first: str, second: str, *, most: int) -> int:
    """Return the number of one-letter changes between two words, or `most` + 1 when it is more."""
    if abs(len(first) - len(second)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, 1):
        before, last, row = row, before, [i]
        for j, b in enumerate(second, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == second[j - 2] and first[i - 2] == b:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known name that the word most likely stands for; None if none is near.

    A third of the letters may differ, at most 3; names that start or end with the word also count.
    """
    lowered = word.lower()[:60]
    most = min(3, max(1, len(lowered) // 3))
    best: tuple[int, str] | None = None
    for name in known:
        found = (distance(lowered, name.lower(), most=most), name)
        if found[0] <= most and (best is None or found < best):
            best = found
    if best is not None:
        return best[1]
    if len(lowered) < 4:
        return None
    parts = [n for n in known if n.lower().startswith(lowered) or lowered.startswith(n.lower() + "_")]
    return min(parts, key=len, default=None)


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """Return the help line for a near name, or None."""
    found = nearest(word, tuple(known))
    return None if found is None else f"did you mean `{found}`?"
