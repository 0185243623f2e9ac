"""Rules laid out over books: bans, limits on each trade, required facts, targets."""

from datetime import date
from decimal import Decimal

from engine.facts.ids import AccountId, LotId, Symbol
from engine.facts.trades import Side
from rulebooks.forms import TermKind
from rulebooks.ground import GroundBan, GroundLimit, PerTrade
from tests.rulebooks.test_grounding import HOUSE, PAPER, header
from tests.rulebooks.tiny import Laid, account_of, lay, lot_of, price_of, rule, tiny

A, B = AccountId("A"), AccountId("B")


# ------------------------------------------------------------------ bans


def ban_of(text: str, book: object = None, **kw: str) -> GroundBan:
    laid = lay(text, PAPER if book is None else book, **kw)  # type: ignore[arg-type]
    (ban,) = laid.ground.bans
    return ban


def test_forbid_names_what_it_covers() -> None:
    ban = ban_of(rule("forbid buying or selling securities where issuer.kind is sovereign"))
    assert ban.actions == {"buying", "selling"}
    assert ban.securities == {(A, "GOV"): True, (A, "MIX.G"): True}


def test_allow_only_forbids_what_is_outside() -> None:
    ban = ban_of(rule("allow only buying securities where issuer.kind is sovereign"))
    assert ban.securities == {(A, "CORP"): True, (A, "MIX.C"): True}


def test_unknown_membership_of_a_ban() -> None:
    book = tiny({"X": (1, 1), "Y": (1, 1)}, about={"X": {"tobacco_revenue": "6%"}})
    ban = ban_of(rule("forbid buying securities where tobacco_revenue is more than 5%"), book)
    assert ban.securities == {(A, "X"): True, (A, "Y"): None}
    only = ban_of(rule("allow only buying securities where tobacco_revenue is at most 5%"), book)
    assert only.securities == {(A, "X"): True, (A, "Y"): None}


def test_cash_is_never_banned() -> None:
    ban = ban_of(
        rule("allow only buying securities where asset_class is equity"), tiny({"X": (1, 1)}, cash=9)
    )
    assert ban.securities == {}


def test_a_ban_of_lots_names_lots() -> None:
    lots = [
        lot_of("X", 1, 9, name="loser"),
        lot_of("X", 1, 1, name="winner"),
        lot_of("Y", 1, 5, name="unpriced"),
        lot_of("X", 1, 1, name="parts"),
        lot_of("X", 1, 9, name="parts"),
    ]
    book = tiny(more={"X": 5}, about={"X": {}, "Y": {}}, lots=lots)
    ban = ban_of(rule("forbid selling lots where gain is less than 0 USD"), book)
    assert ban.lots == {(A, "loser"): True, (A, "unpriced"): None, (A, LotId("parts")): True}
    assert ban.securities == {}


def test_a_ban_covers_the_accounts_that_the_policy_governs() -> None:
    text = rule("across household forbid buying securities")
    ban = ban_of(text, HOUSE, header=header('applies to account "A"'))
    assert ban.securities == {(A, "X"): True}


def test_forbid_holding_is_a_limit_at_zero() -> None:
    laid = lay(rule("forbid holding securities where issuer.kind is sovereign"), PAPER)
    limit = laid.limit()
    assert laid.ground.bans == ()
    assert (laid.told(), laid.headroom()) == (25, -25)
    assert (limit.base, limit.rule.measure, limit.rule.unit) == (None, "value", "USD")


def test_shorting_and_increasing_are_told_to_the_gate() -> None:
    assert ban_of(rule("forbid shorting securities")).actions == {"shorting"}
    assert ban_of(rule("forbid increasing securities")).actions == {"increasing"}


# ------------------------------------------------------------------ each trade


def per_trade(text: str, book: object = None) -> PerTrade:
    (found,) = lay(text, tiny({"X": (10, 5)}) if book is None else book).ground.per_trade  # type: ignore[arg-type]
    return found


def test_a_ticket_size_that_exempts_closing_trades() -> None:
    text = "for each trade except trades where closes_position is yes limit trade_value to at least 1,000 USD"
    found = per_trade(rule(text))
    assert found.closing == "excluded"
    assert found.bounds == {Symbol("X"): (1000, None)}
    assert found.members == {(Symbol("X"), side): True for side in Side}
    assert found.measure is TermKind.TRADE_VALUE


def test_only_closing_trades_or_one_side() -> None:
    text = "for each trade in trades where closes_position is yes limit trade_value to at least 1,000 USD"
    assert per_trade(rule(text)).closing == "only"
    bought = per_trade(rule("for each trade in trades where side is buy limit trade_value to at least 1 USD"))
    assert (bought.closing, bought.members) == (None, {("X", Side.BUY): True})


def test_a_share_of_daily_volume_is_a_bound_for_each_security() -> None:
    book = tiny({"X": (10, 5), "Y": (1, 1)}, volumes={Symbol("X"): Decimal(500)})
    found = per_trade(rule("for each trade limit trade_shares to at most 20% of average_daily_volume"), book)
    assert found.bounds["X"] == (None, 100)  # type: ignore[index]
    assert found.missing == {"Y"}


# ------------------------------------------------------------------ required facts


def test_required_facts_of_prices_and_of_the_account() -> None:
    book = tiny(
        accounts=[account_of("A", signed="yes")],
        prices={"X": price_of("X", 1), "Y": price_of("Y", 1, on=date(2026, 3, 1))},
        about={"X": {}, "Y": {}, "Z": {}},
    )
    text = rule("require price_age is at most 3 business_days") + rule(
        "require account.signed is yes", name="R-2"
    )
    prices, signed = lay(text, book).ground.requires
    assert prices.facts == {(A, "X"): True, (A, "Y"): False, (A, "Z"): None}
    assert signed.facts == {(A, None): True}


# ------------------------------------------------------------------ targets


def bands(laid: Laid) -> dict[str | None, GroundLimit]:
    return {limit.target: limit for limit in laid.ground.limits}


def test_each_class_of_a_target_is_a_limit_named_by_the_statement() -> None:
    targets = 'targets mix because ips "§2"\n  equities 42% band 5 points\n  bonds 35% from 20% to 40%\n'
    book = tiny({"E": (50, 1), "B": (25, 1)}, cash=25, about={"B": {"asset_class": "fixed_income"}})
    laid = lay(targets, book)
    assert set(bands(laid)) == {"equities", "bonds"}
    assert laid.headroom(name="mix", target="equities") == -3
    assert laid.headroom(name="mix", target="bonds") == 5
    assert laid.limit(name="mix", target="bonds").rule.measure == "weight"
