"""Amounts as people read them: thousands separated, a true minus sign, the unit where it is not said above.

>>> from decimal import Decimal
>>> money(Decimal("-1234.5"))
'−1,234.50'
>>> percent(Decimal("5.4"))
'5.40%'
"""

import re
from datetime import date
from decimal import Decimal
from fractions import Fraction

from engine.facts.money import rounded

Number = Decimal | Fraction | int

MINUS = "−"


def _grouped(value: Number, *, places: int) -> str:
    figure = rounded(Fraction(value), places=places)
    text = f"{abs(figure):,.{places}f}"
    return f"{MINUS}{text}" if figure < 0 else text


def money(value: Number | None, *, places: int = 2) -> str:
    """Return money with thousands separated; a dash where there is none."""
    return "–" if value is None else _grouped(value, places=places)


def whole(value: Number | None) -> str:
    """Return money in whole units, for tables where cents only distract."""
    return money(value, places=0)


def signed(value: Number, *, places: int = 0) -> str:
    """Return a gain with its sign always told."""
    text = _grouped(value, places=places)
    return text if value <= 0 or text.startswith(MINUS) else f"+{text}"


def percent(value: Number | None, *, places: int = 2) -> str:
    """Return a figure that is already in percent."""
    return "–" if value is None else f"{_grouped(value, places=places)}%"


def quantity(value: Number | None) -> str:
    """Return a number of shares with as many decimals as it has, at most six."""
    if value is None:
        return "–"
    text = _grouped(value, places=6)
    return text.rstrip("0").rstrip(".") if "." in text else text


def day(value: date | None) -> str:
    """Return a day as `8 Feb 2018`."""
    return "–" if value is None else f"{value.day} {value:%b %Y}"


def figure(value: Number | None, unit: str) -> str:
    """Return a measured figure in its verdict's unit."""
    if value is None:
        return "–"
    match unit:
        case "percent":
            return percent(value)
        case "shares" | "count":
            return quantity(value)
        case "days" | "years" | "ratio":
            return f"{quantity(value)} {unit}"
        case currency:
            return f"{money(value)} {currency}"


def unquoted(text: str) -> str:
    """Return words without the marks that quote a name at the command line."""
    return text.replace("`", "")


def plain_words(text: str) -> str:
    """Return words as paper has them: no quoting marks, and names of the mandate without underscores.

    Not for the ids of accounts and policies, which are told as they are; one with a full stop inside, such
    as `alder.direct_index`, stays.
    """
    return re.sub(
        r"(?<![\w.])[a-z]+(?:_[a-z0-9]+)+(?!\.?\w)", lambda name: name[0].replace("_", " "), unquoted(text)
    )


def plural(count: int, noun: str, many: str | None = None) -> str:
    """Return `1 trade`, `3 trades`."""
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"
