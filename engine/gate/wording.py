"""Reasons: one sentence for each verdict, in the words of the field and of the mandate.

Acme Corp would be 5.40% (limit at most 5%)
120 VXUS were sold on 2026-03-02 at a loss of 431.20 USD; buying is open again from 2026-04-02
"""

from datetime import timedelta
from fractions import Fraction
from typing import assert_never

from dsl.policy import Forbid
from engine.facts.money import plain, rounded
from engine.gate.amounts import people
from engine.gate.builtin import BOOK_SHORT
from engine.gate.data_items import BOOK_DATA
from engine.gate.engine.gatefacts import Standing
from engine.gate.infer import Concluded
from engine.gate.items import Item, Meeting
from engine.gate.measure import Listed
from engine.gate.riding_items import BOOK_FREE_RIDING
from engine.gate.rule_words import RuleWords
from engine.gate.verdict import NOT_APPLIED

UNKNOWN_GROUP = "unknown"


def reason_of(listed: Listed, concluded: Concluded, *, words: RuleWords, limit: str) -> str:
    """Return what a verdict says, in one sentence without a full stop; limit: in words, where it is one."""
    item = concluded.item
    if concluded.standing is None:
        return f"{NOT_APPLIED}{item.why_not}"
    match concluded.standing:
        case Standing.EXCEPTED:
            return f"nothing of it is left under the rule: {item.why_not}"
        case Standing.MISSING:
            return f"data are missing: {item.missing}"
        case _:
            return _measured(listed, concluded, words, limit)


def _measured(listed: Listed, concluded: Concluded, words: RuleWords, limit: str) -> str:
    match concluded.item.kind:
        case "limit" | "trade":
            return _limit(listed, concluded, words, limit)
        case "ban":
            return _ban(listed, concluded)
        case "window":
            return _window(listed, concluded)
        case "require":
            return _require(concluded)
        case _:
            assert_never(concluded.item.kind)


def subject_of(listed: Listed, item: Item, words: RuleWords) -> str:
    """Return what is measured: the group, the class, the trade, or the measure itself."""
    if item.kind == "trade":
        trade = listed.by_number[int(item.group[0][1] or 0)]
        return f"trade {trade.number} ({trade.side.value} {plain(trade.quantity)} {trade.symbol})"
    if item.groups_passed is not None and item.tightest is not None:
        several = f"the tightest of {item.groups_passed} groups, " if item.groups_passed > 1 else ""
        return f"{several}{item.tightest or UNKNOWN_GROUP}"
    if item.group:
        name, value = item.group[0]
        return value if value is not None else f"what has an {UNKNOWN_GROUP} {name}"
    if item.rule.rule.id == BOOK_SHORT and item.contributors:
        return f"{item.contributors[0].symbol} held"
    return words.measure


def _limit(listed: Listed, concluded: Concluded, words: RuleWords, limit: str) -> str:
    item, told = concluded.item, concluded.item.told
    if item.rule.rule.id == BOOK_FREE_RIDING:
        return _riding(item)
    subject, unit = subject_of(listed, item, words), item.rule.unit
    if told.after is None:
        return f"{subject}: the figure cannot be told, its base is not above zero"
    after = people(told.after, unit, apart_from=told.limit) + (words.base if item.group else "")
    match concluded.standing:
        case Standing.NEW | Standing.WORSENED:
            known = ", counting what is known alone" if item.known_part else ""
            was = _was(item)
            return f"{subject} would be {after}{was}{known}; limit {limit}"
        case Standing.PASSIVE:
            was = _was(item).replace("now", "before the list")
            cure = people(abs(told.headroom or Fraction(0)), unit)
            return f"{subject} is {after}{was}, no worse by this list; limit {limit}; {cure} to cure"
        case Standing.WAIVED:
            return f"{subject} is {after}, within the waiver; limit {limit}"
        case Standing.EARLY:
            return f"{subject} is {after}, within the limit of {limit} but past the level to warn from"
        case _:
            return f"{subject} is {after}; limit {limit}"


def _riding(item: Item) -> str:
    if item.opens is None:
        return "nothing is sold that is not paid for"
    names = ", ".join(dict.fromkeys(part.symbol for part in item.contributors))
    return (
        f"{names} was bought with proceeds that have not settled, and would be sold before it is paid for "
        f"on {item.opens.isoformat()}"
    )


def _was(item: Item) -> str:
    told = item.told
    if told.before is None or told.before == told.after:
        return ""
    return f" (now {people(told.before, item.rule.unit, apart_from=told.limit)})"


def limit_words(item: Item, words: RuleWords) -> str:
    """Return the limit in words, with the figure that it comes to where it had to be worked out."""
    told, unit = item.told, item.rule.unit
    if words.bound is not None:
        if words.is_literal or told.limit is None:
            return words.bound
        return f"{words.bound}, which is {people(told.limit, unit)}"
    return f"at most {people(told.high or Fraction(0), unit)}"  # what is forbidden has no lower bound


def _ban(listed: Listed, concluded: Concluded) -> str:
    item = concluded.item
    names = ", ".join(dict.fromkeys(listed.by_number[number].symbol for number in item.trades))
    if concluded.standing is Standing.HOLDS:
        return "no trade of the list is of this kind"
    if concluded.standing is Standing.WAIVED:
        return f"{names}: {_action_words(item)} is waived"
    amount = people(item.told.after or Fraction(0), item.rule.unit)
    return f"{_action_words(item)} {names} is not allowed; the list does so for {amount}"


def _action_words(item: Item) -> str:
    obligation = item.rule.rule.obligation
    if isinstance(obligation, Forbid):
        return " or ".join(action.value for action in obligation.actions if action.value != "holding")
    return "trading"


def _require(concluded: Concluded) -> str:
    item = concluded.item
    if concluded.standing is Standing.HOLDS and item.rule.rule.id == BOOK_DATA:
        return "prices, attributes and corporate actions of what is traded are in order"
    if concluded.standing is Standing.HOLDS:
        return "what must be true before anything trades is true"
    names = ", ".join(dict.fromkeys(part.symbol for part in item.contributors))
    return f"what must be true before anything trades is not{f', for {names}' if names else ''}"


def _window(listed: Listed, concluded: Concluded) -> str:
    item = concluded.item
    if not item.meetings:
        return "no trade of the list falls into such a window"
    meeting = deciding(item)
    words = f"{event_words(listed, meeting)}; the window is open until {meeting.last.isoformat()}"
    more = len({(pair.event.source, pair.event.lot) for pair in item.meetings}) - 1
    others = f", and {more} more such event{'s' if more > 1 else ''}" if more else ""
    return f"{words}{others}"


def deciding(item: Item) -> Meeting:
    """Return the pair whose window stays open longest."""
    return max(item.meetings, key=lambda pair: (pair.last, pair.event.day, pair.event.source))


def event_words(listed: Listed, meeting: Meeting) -> str:
    """Return an event as a sentence: `120 VXUS were sold on 2026-03-02 at a loss of 431.20 USD`."""
    event = meeting.event
    done = "are" if meeting.event_trade is not None else "were"
    day = "in this list" if meeting.event_trade is not None else f"on {event.day.isoformat()}"
    account = f" in {event.account}" if event.account is not None else ""
    quantity = f"{_number(event.quantity)} {event.symbol}" if event.quantity else str(event.symbol)
    currency = (
        listed.opened.book.accounts[event.account].currency if event.account else listed.opened.currency
    )
    if event.event in ("loss_sale", "sale"):
        loss = f" at a loss of {_money(event.loss)} {currency}" if event.loss else ""
        return f"{quantity} {done} sold{account} {day}{loss}"
    if event.event == "purchase":
        return f"{quantity} {done} bought{account} {day}"
    return f"{event.event.replace('_', ' ')} of {event.symbol} on {event.day.isoformat()}"


def _number(text: str) -> str:
    value = Fraction(text)
    return f"{plain(rounded(value, places=6))}"


def _money(text: str) -> str:
    return f"{rounded(Fraction(text), places=2):,f}"


def first_safe(meeting: Meeting) -> str:
    """Return the first day outside an event's window."""
    return (meeting.last + timedelta(days=1)).isoformat()
