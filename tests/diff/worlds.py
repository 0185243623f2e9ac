"""Policies drawn by chance over three securities and cash, and the plain truth about them from a grid.

Every rule limits the weight of neighbours in the row tech, energy, other, cash, at a multiple of 5%. Sums
over neighbours have whole corners, so a grid of 5% holds a portfolio of each kind that there is: what the
grid does not find does not exist.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from dsl.check import check
from dsl.library import library_of, no_files
from dsl.parse import parse
from dsl.policy import CheckedPolicy
from rulebooks.catalogue import catalogue
from tests.rulebooks.tiny import TODAY

STEP = 5
HEADER = """policy "Drawn policy"
  id drawn.policy
  version {version}
  source ips = "Statement"
  currency USD
  weights of net_assets

"""
SETS = {
    "tech": ('holdings where sector is "tech"', (0,)),
    "energy": ('holdings where sector is "energy"', (1,)),
    "both": ('holdings where sector is in ("tech", "energy")', (0, 1)),
    "rest": ('holdings where sector is in ("energy", "other")', (1, 2)),
    "shares": ("holdings where asset_class is equity", (0, 1, 2)),
    "cash": ("holdings where asset_class is cash", (3,)),
}
UNIVERSE = {
    symbol: {"symbol": symbol, "asset_class": "equity", "instrument": "common_stock", "sector": sector}
    for symbol, sector in (("AAA", "tech"), ("BBB", "energy"), ("CCC", "other"))
}

Portfolio = tuple[int, int, int, int]
"""Percent in tech, energy, other, cash."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """One rule: `low` and `high` in percent, None where there is none; level 3 block, 2 approval, 1 warn."""

    name: str
    of: str
    low: int | None
    high: int | None
    level: int

    @property
    def text(self) -> str:
        match self.low, self.high:
            case None, high:
                bound = f"at most {high}%"
            case low, None:
                bound = f"at least {low}%"
            case low, high:
                bound = f"between {low}% and {high}%"
        does = {3: "block", 2: 'require approval of "CIO"', 1: "warn"}[self.level]
        return (
            f'rule {self.name} "Drawn"\n  limit weight of {SETS[self.of][0]} to {bound}\n'
            f'  on active breach {does}\n  because ips "§1"\n'
        )

    def keeps(self, portfolio: Portfolio) -> bool:
        weight = sum(portfolio[index] for index in SETS[self.of][1])
        return (self.low is None or weight >= self.low) and (self.high is None or weight <= self.high)


@lru_cache(maxsize=1)
def grid() -> tuple[Portfolio, ...]:
    return tuple(_grid())


def _grid() -> Iterator[Portfolio]:
    for tech in range(0, 101, STEP):
        for energy in range(0, 101 - tech, STEP):
            for other in range(0, 101 - tech - energy, STEP):
                yield (tech, energy, other, 100 - tech - energy - other)


def drawn_rule(
    draw: random.Random, name: str, *, levels: tuple[int, ...] = (3,), floors: bool = False
) -> Drawn:
    of = draw.choice(tuple(SETS))
    low, high = sorted(draw.sample(range(0, 101, STEP), 2))
    kind = draw.choice(("low", "low", "high", "both") if floors else ("low", "high", "high", "both"))
    if floors and kind != "both":
        low, high = high, low
    return Drawn(
        name,
        of,
        None if kind == "high" else low,
        None if kind == "low" else high,
        draw.choice(levels),
    )


def drawn_rules(
    draw: random.Random, *, levels: tuple[int, ...] = (3,), floors: bool = False
) -> tuple[Drawn, ...]:
    count = draw.randint(1, 4)
    return tuple(drawn_rule(draw, f"R-{n}", levels=levels, floors=floors) for n in range(1, count + 1))


def changed(draw: random.Random, rules: tuple[Drawn, ...], *, levels: tuple[int, ...]) -> tuple[Drawn, ...]:
    """Return another version: rules redrawn, dropped or added."""
    found = list(rules)
    for _ in range(draw.randint(1, 2)):
        what = draw.choice(("redraw", "redraw", "drop", "add"))
        if what == "add" or not found:
            found.append(drawn_rule(draw, f"N-{len(found)}", levels=levels))
        elif what == "drop":
            found.pop(draw.randrange(len(found)))
        else:
            index = draw.randrange(len(found))
            found[index] = drawn_rule(draw, found[index].name, levels=levels)
    return tuple({rule.name: rule for rule in found}.values())


def policy_of(rules: tuple[Drawn, ...], *, version: str = "1.0.0") -> tuple[CheckedPolicy, str]:
    text = HEADER.format(version=version) + "\n".join(rule.text for rule in rules)
    checked = check(
        parse(text, file="drawn.mandate"),
        catalogue=catalogue(),
        library=library_of(()),
        files=no_files,
        schema=None,
        today=TODAY,
    )
    assert checked.policy is not None, checked.diagnostics
    return checked.policy, text
