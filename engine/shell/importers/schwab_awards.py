"""`guardband import schwab-awards FILE`: the Equity Award Center of Charles Schwab, JSON.

Shares that vest are an `award` on the day of vesting at the fair market value of that day, which is the
basis. A sale names the grant and the vesting day of its shares: where that award is in the file too, the
sale names its lot.

    deposit of 10.45 GOOG, vested 10/25/2022 at $112.42   award, basis 1,174.79
"""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from engine.facts.failure import InputError
from engine.facts.transactions import TransactionType as T
from engine.shell.importers import text
from engine.shell.importers.drafting import came_or_went, cash, oldest_first, unknown
from engine.shell.importers.statement import Draft, Paper, Statement, Unread
from engine.shell.importers.text import Unreadable

FORMAT = "schwab-awards"
HELP = "equity awards of Charles Schwab, JSON"


def parse(path: Path) -> Statement:
    """Return what a file of equity awards says. Raises InputError where it is none."""
    try:
        records = json.loads(text.decoded(path), parse_float=Decimal, parse_int=Decimal)["transactions"]
    except (ValueError, KeyError, TypeError):
        raise InputError(
            "the file has no list of `transactions`", place=path.name, cure="export it again as JSON"
        ) from None
    drafts, unread = [], []
    for number, record in zip(_lines(path, len(records)), records, strict=True):
        try:
            drafts.append(_draft(number, record))
        except Unreadable as stop:
            words = f"{record.get('action')} {record.get('quantity')} {record.get('symbol')}"
            unread.append(Unread(line=number, words=words, reason=stop.reason, cure=stop.cure))
    known = {draft.key for draft in drafts if draft.key}
    return Statement(
        source=path.name,
        records=len(records),
        drafts=oldest_first([_naming_lots(draft, known) for draft in drafts]),
        papers=tuple(
            Paper(symbol=symbol, currency="USD")
            for symbol in dict.fromkeys(record.get("symbol") for record in records)
            if symbol
        ),
        unread=tuple(unread),
        currency="USD",
    ).check()


def _lines(path: Path, count: int) -> list[int]:
    """Return the lines on which the records tell their day; their numbers where these do not match."""
    found = [n for n, line in enumerate(text.decoded(path).splitlines(), start=1) if '"eventDate":' in line]
    return found if len(found) == count else list(range(1, count + 1))


def _draft(number: int, record: dict[str, Any]) -> Draft:
    draft = Draft(
        line=number,
        day=text.day(record["eventDate"], text.US),
        type=T.AWARD,
        words=f"{record['action']}: {record.get('description') or ''}",
        symbol=record.get("symbol") or None,
        quantity=text.size(record.get("quantity") or ""),
        fees=text.size(record.get("totalCommissionsAndFees") or "") or Decimal(0),
    )
    details = record.get("transactionDetails") or []
    signed = text.amount(record.get("amount") or "")
    match record["action"]:
        case "Deposit" | "Lapse":
            return _award(draft, details)
        case "Sale":
            if draft.quantity is None or signed is None:
                raise Unreadable("a sale without quantity or amount", "add it from the confirmation")
            return _sale(replace(draft, amount=abs(signed)), details)
        case "Dividend" if signed is not None:
            kind = T.DIVIDEND
        case "Tax Withholding" | "Tax Reversal" if signed is not None:
            kind = T.FEE
        case "Wire Transfer" | "Journal" | "Disbursement" if signed is not None:
            return cash(number, day=draft.day, words=draft.words, type=came_or_went(signed), signed=signed)
        case other:
            raise unknown(str(other))
    return cash(number, day=draft.day, words=draft.words, type=kind, signed=signed, symbol=draft.symbol)


def _award(draft: Draft, details: list[dict[str, Any]]) -> Draft:
    if len(details) != 1 or not details[0].get("vestFairMarketValue"):
        raise Unreadable("an award without its vesting day and value", "add it from the confirmation")
    detail = details[0]
    vested = text.day(detail["vestDate"], text.US)
    return replace(
        draft,
        day=vested,
        price=text.needed(detail["vestFairMarketValue"], "vestFairMarketValue"),
        words=f"{draft.words}, award {detail.get('awardName')}, delivered {draft.day}",
        key=_key(detail.get("awardName"), detail["vestDate"]),
    )


def _sale(draft: Draft, details: list[dict[str, Any]]) -> Draft:
    """Return a sale with the vestings that it is out of; parts of zero shares are left aside."""
    parts = [(part, text.amount(part.get("shares") or "") or Decimal(0)) for part in details]
    told = [f"{shares} of {p.get('grantId')} vested {p.get('vestDate')}" for p, shares in parts if shares]
    return replace(
        draft,
        type=T.SELL,
        words=f"{draft.words}: {'; '.join(told)}",
        lots=tuple((_key(p.get("grantId"), p.get("vestDate")), shares) for p, shares in parts if shares),
    )


def _key(grant: object, vested: object) -> str:
    return f"{grant} {vested}"


def _naming_lots(draft: Draft, known: set[str]) -> Draft:
    """Return a sale whose lots are all in the file, or one that names none; its words tell them anyway."""
    return draft if all(key in known for key, _ in draft.lots) else replace(draft, lots=())
