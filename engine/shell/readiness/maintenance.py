"""Maintenance: prices are fresh, jumps are explained, policies in force, alerts seen to."""

from collections.abc import Iterator
from datetime import date

from engine.ledger.book import latest_prices
from engine.shell.monitoring.days import latest_open
from engine.shell.readiness.counting import counted, unmeasured
from engine.shell.readiness.gather import Gathered, day_of
from reports.readiness import Figure
from rulebooks.state import PRICE_AGE_DAYS

NEED = "maintenance"


def figures(found: Gathered) -> Iterator[Figure]:
    """Yield the figures of what must be kept up."""
    yield from _prices(found)
    yield counted(
        NEED,
        "policies in force",
        found.policies,
        good=lambda policy: (
            (policy.effective_from or date.min) <= found.as_of <= (policy.effective_until or date.max)
        ),
        told=lambda policy: policy.id,
        do="renew the policies that are out of force",
    )
    yield counted(
        NEED,
        "waivers in force",
        [waiver for policy in found.policies for waiver in policy.waivers],
        good=lambda waiver: waiver.until >= found.as_of,
        told=lambda waiver: f"{waiver.rule} for {waiver.noun} {waiver.id}, until {waiver.until}",
        do="renew or delete the waivers that have expired",
    )
    yield from _watched(found)


def _prices(found: Gathered) -> Iterator[Figure]:
    held = _held(found)
    latest = _latest(found)
    yield counted(
        NEED,
        "securities held with a fresh price",
        held,
        good=lambda symbol: symbol in latest and (found.as_of - latest[symbol]).days <= PRICE_AGE_DAYS,
        told=str,
        do="load the prices that are missing or old",
    )
    if found.book is None:
        yield unmeasured(NEED, "securities held without a doubt", found.unreadable)
        return
    doubts = {str(symbol): words for symbol, words in found.book.doubts.items()}
    yield counted(
        NEED,
        "securities held without a doubt",
        held,
        good=lambda symbol: symbol not in doubts,
        told=lambda symbol: f"{symbol}: {doubts[symbol]}",
        do="record the corporate action behind each jump, or that somebody looked",
    )


def _watched(found: Gathered) -> Iterator[Figure]:
    kept = found.kept
    if kept is None:
        why = "a folder is not monitored; a database is: `guardband monitor`"
        yield unmeasured(NEED, "monitored up to date", why)
        yield unmeasured(NEED, "warnings that somebody has seen", why)
        return
    calendars = [policy.calendar for policy in found.policies] or [None]
    is_current = kept.monitored is not None and kept.monitored >= latest_open(found.as_of, calendars)
    told = "never" if kept.monitored is None else f"last on {kept.monitored}"
    yield Figure(
        need=NEED,
        name="monitored up to date",
        have=int(is_current),
        of=1,
        lacking=() if is_current else (told,),
        do="run `guardband monitor` each trading day, by a timer or inside `serve`",
    )
    yield counted(
        NEED,
        "warnings that somebody has seen",
        kept.alerts,
        good=lambda alert: alert[1],
        told=lambda alert: alert[0],
        do="acknowledge the alerts that are open: `guardband monitor ack`",
    )


def _held(found: Gathered) -> tuple[str, ...]:
    rows = found.book.lots if found.book is not None else ()
    symbols = {str(lot.symbol) for lot in rows} or {row.get("symbol", "") for row in found.rows("lots")}
    return tuple(sorted(symbols - {""}))


def _latest(found: Gathered) -> dict[str, date]:
    if found.records is not None:
        latest = latest_prices(found.records.prices, found.as_of)
        return {str(symbol): price.date for symbol, price in latest.items()}
    days: dict[str, date] = {}
    for row in found.rows("prices"):
        day = day_of(row.get("date", ""))
        if day is not None and day <= found.as_of:
            symbol = row.get("symbol", "")
            days[symbol] = max(day, days.get(symbol, day))
    return days
