"""What a year's gains and losses come to together: short with short, long with long, then across.

With S the net short-term and L the net long-term gain of the return, list and year so far and carryovers
together, the tax at marginal rates s >= l is

    S, L of one sign                       s S + l L
    one gain, one loss                     the loss eats the gain first; what is left keeps its own rate

so that it is linear in each of six cones (four pairs of signs, two of them cut by S + L = 0). A net loss is
worth its own rate: it is taken to be used in a later year.

    s 40%, l 20%: S 10,000 and L -4,000 are 6,000 short: 2,400; a further loss of 1,000 saves 400, long or
    short; with L -14,000 in all nothing is left to eat, and a further loss saves 200 for later

Source: 26 U.S.C. 1211(b), 1212(b), 1222.
"""

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from engine.facts.ids import AccountId

ZERO = Fraction(0)
Sign = Literal[1, -1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cone:
    """Signs of S, L and (where they differ) of S + L, and whose rate each kind has there."""

    short: Sign
    long: Sign
    both: Sign | None
    words: str

    @property
    def rates_of(self) -> tuple[Literal["short", "long"], Literal["short", "long"]]:
        """The rate that counts for short-term, and the one for long-term gains."""
        if self.both is None:
            return "short", "long"
        return ("short", "short") if self.both == self.short else ("long", "long")

    def holds(self, short: Fraction, long: Fraction) -> bool:
        """Return whether a position lies in the cone, its edges included."""
        signs = self.short * short >= 0 and self.long * long >= 0
        return signs and (self.both is None or self.both * (short + long) >= 0)


CONES = (
    Cone(short=-1, long=-1, both=None, words="net losses of both kinds"),
    Cone(short=1, long=1, both=None, words="net gains of both kinds"),
    Cone(short=1, long=-1, both=1, words="long-term losses against larger short-term gains"),
    Cone(short=1, long=-1, both=-1, words="short-term gains against larger long-term losses"),
    Cone(short=-1, long=1, both=1, words="short-term losses against larger long-term gains"),
    Cone(short=-1, long=1, both=-1, words="long-term gains against larger short-term losses"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """One tax return: its accounts that may trade, where its year stands, and its rates.

    short, long: net of the year so far less what was carried into it, in the currency of the answer.
    """

    accounts: tuple[AccountId, ...]
    short: Fraction
    long: Fraction
    short_rate: Fraction
    long_rate: Fraction

    def tax(self, short: Fraction, long: Fraction, *, points: int = 0) -> Fraction:
        """Return the tax of a year; points: with both rates so many percentage points higher."""
        cone = next(cone for cone in CONES if cone.holds(short, long))
        own = {"short": self._moved(self.short_rate, points), "long": self._moved(self.long_rate, points)}
        of_short, of_long = cone.rates_of
        return own[of_short] * short + own[of_long] * long

    @staticmethod
    def _moved(rate: Fraction, points: int) -> Fraction:
        return max(ZERO, rate + Fraction(points, 100))

    def added(self, short: Fraction, long: Fraction, *, points: int = 0) -> Fraction:
        """Return by how much a list's gains change the year's tax."""
        after = self.tax(self.short + short, self.long + long, points=points)
        return after - self.tax(self.short, self.long, points=points)

    def mean_rates(self, short: Fraction, long: Fraction) -> tuple[Fraction, Fraction]:
        """Return rates at which a list's gains add up to what they change: those met on the straight way.

        Gains of 10,000 of which the first 4,000 are eaten by old losses at 20% and the rest taxed at 40%
        have the rate 32%.
        """
        edges = sorted({ZERO, Fraction(1), *self._crossings(short, long)})
        of_short = of_long = ZERO
        for start, end in pairwise(edges):
            middle = (start + end) / 2
            at = (self.short + middle * short, self.long + middle * long)
            cone = next(cone for cone in CONES if cone.holds(*at))
            rates = {"short": self.short_rate, "long": self.long_rate}
            of_short += (end - start) * rates[cone.rates_of[0]]
            of_long += (end - start) * rates[cone.rates_of[1]]
        return of_short, of_long

    def _crossings(self, short: Fraction, long: Fraction) -> list[Fraction]:
        """Return where on the way from 0 to 1 a sign changes."""
        lines = ((self.short, short), (self.long, long), (self.short + self.long, short + long))
        found = [-start / change for start, change in lines if change]
        return [at for at in found if 0 < at < 1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Regime:
    """The cone that a problem is held to, and what is known of the others.

    offset: what the year's tax is more than the problem counts, in units. others: no list of another cone
    costs less, in the problem's units; inf where there is none.
    """

    of: Return
    cone: Cone
    offset: float
    others: float
