"""Corporate actions of Interactive Brokers: rows of one moment and one text belong together.

GCM.OLD -12,000 and GCM +480, `SPLIT 1 FOR 25`      a split of GCM, 1/25
UUU -12,000 and UUU.TEN2 +12,000, `TENDERED TO`     UUU becomes UUU.TEN2, basis and dates go along
UUU.TEN2 -12,000 for CAD 34,320, `MERGED`           sold for cash
"""

import re
from dataclasses import replace
from decimal import Decimal

from engine.facts.transactions import TransactionType as T
from engine.shell.importers import text
from engine.shell.importers.corporate import exact_decimal, told_ratio
from engine.shell.importers.drafting import Line
from engine.shell.importers.flex_cells import in_base, moment
from engine.shell.importers.statement import Draft, Unread
from engine.shell.importers.text import Unreadable

_OWN = re.compile(r" \([^()]*(?:\([^()]*\)[^()]*)*\)$")
_CURE = "add the corporate action to transactions.csv by hand, from the issuer's notice"


def corporate_actions(rows: list[Line], base: str | None) -> tuple[list[Draft], list[Unread]]:
    """Return what corporate actions say; a group that is not understood stops its rows alone."""
    groups: dict[tuple[str, str, str], list[Line]] = {}
    for row in rows:
        words = _OWN.sub("", row["description"])
        groups.setdefault((row["accountId"], row["dateTime"], words), []).append(row)
    drafts, unread = [], []
    for (_, _, words), group in groups.items():
        try:
            drafts.append(_draft(words, group, base))
        except Unreadable as stop:
            unread += [
                Unread(line=row.number, words=row["description"], reason=stop.reason, cure=stop.cure)
                for row in group
            ]
    return drafts, unread


def _draft(words: str, group: list[Line], base: str | None) -> Draft:
    gone = [row for row in group if text.needed(row["quantity"], "quantity") < 0]
    came = [row for row in group if row not in gone]
    head = (came or gone)[0]
    day, clock = moment(head["dateTime"] or head["reportDate"])
    low = words.lower()
    draft = Draft(
        line=head.number,
        day=day,
        time=clock,
        type=T.MERGER,
        words=words,
        account=head["accountId"],
        symbol=head["symbol"],
        joined=tuple(row.number for row in group if row is not head),
    )
    if len(gone) > 1 or len(came) > 1:
        raise Unreadable("a corporate action with several securities on one side", _CURE)
    if came and not gone:
        return _only_came(draft, low, came[0])
    if gone and not came:
        return _only_gone(draft, low, gone[0], base)
    new, old = text.needed(came[0]["quantity"], "quantity"), text.needed(gone[0]["quantity"], "quantity")
    if " split " in f" {low} ":
        told = told_ratio(words)
        ratio = exact_decimal(told) if told else None
        if ratio is not None:
            return replace(draft, type=T.SPLIT, quantity=ratio)
        return replace(draft, from_symbol=came[0]["symbol"], quantity=new)
    if "cusip/isin change" in low or "symbol change" in low or "name change" in low:
        return replace(draft, type=T.NAME_CHANGE, from_symbol=gone[0]["symbol"])
    if any(word in low for word in ("tendered", "merged", "merger", "exchange", "acquisition", "assented")):
        assert old < 0, "what went out is negative"
        return replace(draft, from_symbol=gone[0]["symbol"], quantity=new)
    raise Unreadable(f"the action `{words}` is not known", _CURE)


def _only_came(draft: Draft, low: str, row: Line) -> Draft:
    quantity = text.needed(row["quantity"], "quantity")
    ratio = told_ratio(draft.words)
    exact = exact_decimal(ratio) if ratio else None
    if exact is not None:
        return replace(draft, type=T.SPLIT, quantity=exact)
    if "stock dividend" in low:
        return replace(draft, type=T.STOCK_DIVIDEND, quantity=quantity)
    if "spinoff" in low.replace("-", "").replace(" ", ""):
        raise Unreadable("a spin-off without the part of the basis that moves", _CURE)
    raise Unreadable(f"the action `{draft.words}` is not known", _CURE)


def _only_gone(draft: Draft, low: str, row: Line, base: str | None) -> Draft:
    if "merged" in low or "merger" in low or "liquidation" in low or "tender" in low:
        cash = in_base(row, "proceeds" if text.amount(row["proceeds"]) else "amount", base)
        return replace(draft, symbol=None, from_symbol=row["symbol"], quantity=None, amount=abs(cash))
    if text.amount(row["proceeds"]) in (None, Decimal(0)) and "split" in low:
        ratio = told_ratio(draft.words)
        exact = exact_decimal(ratio) if ratio else None
        if exact is not None:
            return replace(draft, type=T.SPLIT, quantity=exact)
    raise Unreadable(f"the action `{draft.words}` is not known", _CURE)
