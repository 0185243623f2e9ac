"""Corporate actions that a custodian tells as two records: what went out, and what came in for it.

-12,000 GCM.OLD, +480 GCM, `SPLIT 1 FOR 25`    a split of 1/25, exact, for the security as a whole
-1,000 old CUSIP, +1,000 NEWH, name change     the security answers to another name
-344 old CUSIP, +34 AMC, conversion            a merger: what is held becomes 34 of the other
"""

import re
from decimal import Decimal
from fractions import Fraction

from engine.shell.importers.text import Unreadable

_ADDED = re.compile(r"\s+XXX|\s+EFF:")
"""What Schwab puts between a security's name and the notice of its corporate action: `XXX`, or the day."""

_RATIO = re.compile(r"\bSPLIT\s+(\d+(?:\.\d+)?)\s+FOR\s+(\d+(?:\.\d+)?)", re.IGNORECASE)


def exact_decimal(ratio: Fraction) -> Decimal | None:
    """Return a ratio as a decimal, None where it has no end, as 1/3."""
    rest = ratio.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return None
    digits = ratio.denominator.bit_length()
    return _scaled(ratio, digits).normalize()


def _scaled(ratio: Fraction, digits: int) -> Decimal:
    whole = ratio * 10**digits
    assert whole.denominator == 1, "a ratio of twos and fives ends within its bits"
    return Decimal(whole.numerator).scaleb(-digits)


def told_ratio(words: str) -> Fraction | None:
    """Return new shares for each old one as the words tell it: `SPLIT 1 FOR 25` is 1/25."""
    found = _RATIO.search(words)
    return Fraction(found[1]) / Fraction(found[2]) if found and Fraction(found[2]) else None


def counted_ratio(new: Decimal, old: Decimal) -> Fraction:
    """Return new shares for each old one as the two quantities tell it; Unreadable where old is 0."""
    if not old:
        raise Unreadable("nothing went out for what came in", "correct the quantity from the notice")
    return Fraction(abs(new)) / Fraction(abs(old))


def security_name(words: str) -> str:
    """Return a name without what Schwab adds to it: `TONIX PHARMA HLDGS XXXREVERSE SPLIT EFF: 06/10/24`."""
    return _ADDED.split(words)[0].strip()
