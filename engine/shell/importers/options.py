"""Options by the names that custodians give them, as the columns that securities.csv needs.

`CRCL 06/18/2026 150.00 C`      Schwab       -> call on CRCL, strike 150, 2026-06-18, 100 shares
`TSLA $250 Call 12/20/2024`     Robinhood
`-SPY250620P500`                Fidelity
"""

import re
from datetime import date
from decimal import Decimal

from engine.facts.money import plain
from engine.shell.importers import text
from engine.shell.importers.statement import Paper

_SCHWAB = re.compile(r"(?P<of>[A-Z.]+) (?P<day>\d\d/\d\d/\d{4}) (?P<strike>[\d.]+) (?P<right>[CP])")
_ROBINHOOD = re.compile(r"(?P<of>[A-Z.]+) \$?(?P<strike>[\d.]+) (?P<right>Call|Put) (?P<day>\d+/\d+/\d{4})")
_ROBINHOOD_NEW = re.compile(
    r"(?P<of>[A-Z.]+) (?P<day>\d+/\d+/\d{4}) (?P<right>Call|Put) \$?(?P<strike>[\d,.]+)"
)
_FIDELITY = re.compile(r"-?(?P<of>[A-Z]+)(?P<day>\d{6})(?P<right>[CP])(?P<strike>[\d.]+)")
_DAYS = {_SCHWAB: text.US, _ROBINHOOD: text.US, _ROBINHOOD_NEW: text.US, _FIDELITY: "%y%m%d"}


def option_paper(name: str, words: str = "") -> Paper | None:
    """Return the option that a custodian's name means, None where it is none."""
    for pattern, form in _DAYS.items():
        found = pattern.fullmatch(name.strip())
        if found:
            expiry = text.day(found["day"], form)
            return option(
                name.strip(),
                underlying=found["of"],
                right="call" if found["right"].upper().startswith("C") else "put",
                strike=text.needed(found["strike"], "strike"),
                expiry=expiry,
                words=words,
            )
    return None


def option(
    symbol: str,
    *,
    underlying: str,
    right: str,
    strike: Decimal,
    expiry: date,
    multiplier: Decimal = Decimal(100),
    currency: str = "USD",
    words: str = "",
) -> Paper:
    """Return an option as the columns of securities.csv; strike per share, multiplier in shares."""
    return Paper(
        symbol=symbol,
        name=words or None,
        asset_class="option",
        instrument="option",
        currency=currency,
        more={
            "underlying": underlying,
            "right": right,
            "strike": plain(strike),
            "expiry": expiry.isoformat(),
            "multiplier": plain(multiplier),
        },
    )


def option_symbol(name: str) -> str:
    """Return a symbol with single spaces, as an option's name is written."""
    return " ".join(name.split())
