"""Amounts: from text to `Decimal` and back, and the roundings that sources name.

>>> from decimal import Decimal
>>> read_decimal("1,234.50")
Decimal('1234.50')
>>> plain(Decimal("5.4000"))
'5.4'
>>> cents_half_up(Decimal("2.345"))
Decimal('2.35')
"""

import re
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

CENT = Decimal("0.01")
"""One hundredth of a currency unit, the smallest amount of money told."""

EXACT = Context(prec=60)
"""Digits enough for any product of price, quantity and rate that a book can hold."""

_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)?(\.\d+)?")


def read_decimal(text: str) -> Decimal:
    """Return the number written in `text`, thousands commas allowed; never through a float.

    Raises ValueError where the text is not a plain finite number.
    """
    stripped = text.strip()
    if not _NUMBER.fullmatch(stripped) or not any(c.isdigit() for c in stripped):
        raise ValueError(f"`{text}` is not a number")
    return Decimal(stripped.replace(",", ""))


def read_share(text: str) -> Decimal:
    """Return a share as a fraction of one: `5%` and `0.05` are both 0.05."""
    stripped = text.strip()
    if stripped.endswith("%"):
        return EXACT.multiply(read_decimal(stripped[:-1]), CENT)
    return read_decimal(stripped)


def plain(value: Decimal) -> str:
    """Return `value` as text without exponent or padding zeros."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def cents_half_up(value: Decimal | Fraction) -> Decimal:
    """Return money rounded to the cent, halves away from zero."""
    if isinstance(value, Fraction):
        return rounded(value, places=2)
    return value.quantize(CENT, rounding=ROUND_HALF_UP, context=EXACT)


def rounded(value: Fraction, *, places: int) -> Decimal:
    """Return a rational as a decimal with `places` decimals, halves away from zero."""
    return Decimal(steps(value, places=places)).scaleb(-places, context=EXACT)


def rounded_down(value: Fraction, *, places: int) -> Decimal:
    """Return a rational as a decimal with `places` decimals that is never above it."""
    return Decimal(value.numerator * 10**places // value.denominator).scaleb(-places, context=EXACT)


def steps(value: Fraction, *, places: int) -> int:
    """Return how many units of the last of `places` decimals a rational comes to, halves away from zero."""
    above, below = value.as_integer_ratio()
    whole: int = (2 * abs(above) * 10**places + below) // (2 * below)
    return whole if above >= 0 else -whole
