"""`guardband import ofx FILE`: investment statements in OFX or QFX, version 1 and 2, of any custodian.

Read are purchases, sales, reinvestments, income, transfers, splits, returns of capital, expenses, journals,
options and cash; stated positions are compared with the book. The number that custodians give to a
transaction (FITID) is in the note and not relied on: the same number was seen on a purchase and its sale.

    <BUYMF> UNITS 10.16089 TOTAL -1135.48   buy 10.16089 for 1,135.48
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from engine.facts.ids import Symbol
from engine.facts.securities import Price
from engine.facts.transactions import TransactionType as T
from engine.shell.importers import text
from engine.shell.importers.corporate import counted_ratio, exact_decimal
from engine.shell.importers.drafting import (
    before_fees,
    came_or_went,
    cash,
    gains_paid_out,
    moved,
    oldest_first,
    unknown,
)
from engine.shell.importers.options import option
from engine.shell.importers.sgml import Element, tree
from engine.shell.importers.statement import CashHeld, Draft, Held, Paper, Statement, Unread
from engine.shell.importers.text import Unreadable

FORMAT = "ofx"
HELP = "investment statements in OFX or QFX, of Vanguard, Fidelity, Schwab and others"

_BUYS = ("BUYMF", "BUYSTOCK", "BUYDEBT", "BUYOTHER", "BUYOPT")
_SELLS = ("SELLMF", "SELLSTOCK", "SELLDEBT", "SELLOTHER", "SELLOPT")
_POSITIONS = ("POSMF", "POSSTOCK", "POSDEBT", "POSOPT", "POSOTHER")
_FEES = ("COMMISSION", "FEES", "TAXES", "LOAD")
_INSTRUMENTS = {"MFINFO": ("mutual_fund", None), "DEBTINFO": ("bond", "fixed_income")}


def parse(path: Path) -> Statement:
    """Return what a statement says. Raises InputError where it holds no statement."""
    root = tree(text.decoded(path))
    statements = [*root.all("INVSTMTRS"), *root.all("STMTRS")]
    if not statements:
        raise text.no_header(path, "<INVSTMTRS> or <STMTRS>")
    names = {info.value("UNIQUEID"): info.value("TICKER") or info.value("UNIQUEID") for info in _infos(root)}
    drafts: list[Draft] = []
    held: list[Held] = []
    money: list[CashHeld] = []
    unread: list[Unread] = []
    prices: list[Price] = []
    for statement in statements:
        account = statement.value("ACCTID")
        for element in _records(statement):
            try:
                drafts.append(_draft(element, account, names))
            except Unreadable as stop:
                words = f"{element.name} {element.value('MEMO')}".strip()
                unread.append(Unread(line=element.line, words=words, reason=stop.reason, cure=stop.cure))
        positions = list(statement.all(*_POSITIONS))
        held += [_held(element, account, names) for element in positions]
        prices += [price for element in positions if (price := _price(element, names)) is not None]
        money += [
            CashHeld(
                line=balance.line,
                amount=text.needed(balance.value("AVAILCASH"), "AVAILCASH"),
                account=account,
                words="AVAILCASH",
            )
            for balance in statement.all("INVBAL")
        ]
    return Statement(
        source=path.name,
        records=len(drafts) + len(held) + len(money) + len(unread),
        drafts=oldest_first(drafts),
        held=tuple(held),
        cash=tuple(money),
        papers=tuple(_paper(info, names) for info in _infos(root)),
        prices=tuple(prices),
        unread=tuple(unread),
        currency=statements[0].value("CURDEF") or None,
        kind="401k" if any(True for _ in root.all("INV401K")) else None,
    ).check()


def _infos(root: Element) -> list[Element]:
    return list(root.all("MFINFO", "STOCKINFO", "DEBTINFO", "OPTINFO", "OTHERINFO"))


def _records(statement: Element) -> list[Element]:
    """Return the transactions of a statement: every aggregate of its list that has one of OFX's names."""
    lists = list(statement.all("INVTRANLIST", "BANKTRANLIST"))
    return [element for one in lists for element in one.inside]


def _draft(element: Element, account: str, names: dict[str, str]) -> Draft:
    unique = element.value("UNIQUEID")
    stamp = element.value("DTTRADE") or element.value("DTPOSTED")
    if not stamp:
        raise Unreadable("the transaction has no day", "add it to transactions.csv from the confirmation")
    words = " ".join(part for part in (element.name, element.value("MEMO"), element.value("FITID")) if part)
    draft = Draft(
        line=element.line,
        day=_day(stamp),
        type=T.BUY,
        words=words,
        account=account,
        symbol=names.get(unique, unique) or None,
        quantity=text.size(element.value("UNITS")),
        price=text.amount(element.value("UNITPRICE")),
    )
    readers: dict[str, Callable[[Element, Draft], Draft]] = {
        **dict.fromkeys(_BUYS + _SELLS, _trade),
        "REINVEST": _reinvest,
        "INCOME": _income,
        "TRANSFER": _transfer,
        "JRNLSEC": _transfer,
        "SPLIT": _split,
        "CLOSUREOPT": _closure,
    }
    reader = readers.get(element.name, _cash)
    return reader(element, draft)


def _day(stamp: str) -> date:
    return text.day(stamp[:8], text.COMPACT)


def _trade(element: Element, draft: Draft) -> Draft:
    is_sale = element.name in _SELLS
    fees = sum((text.size(element.value(name)) or Decimal(0) for name in _FEES), Decimal(0))
    net = text.needed(element.value("TOTAL"), "TOTAL")
    kind = T.SELL if is_sale else T.BUY
    how = element.value("OPTBUYTYPE") or element.value("OPTSELLTYPE")
    if how:
        kind = {"BUYTOOPEN": T.OPTION_BUY, "SELLTOOPEN": T.OPTION_WRITE}.get(how, T.OPTION_CLOSE)
    elif element.value("BUYTYPE") == "BUYTOCOVER":
        kind = T.BUY_TO_COVER
    elif element.value("SELLTYPE") == "SELLSHORT":
        kind = T.SHORT_SELL
    if not draft.symbol or draft.quantity is None:
        raise Unreadable("a trade without security or units", "add it from the confirmation")
    return replace(draft, type=kind, fees=fees, amount=before_fees(net, fees, is_sale=is_sale))


def _reinvest(element: Element, draft: Draft) -> Draft:
    return replace(draft, type=T.REINVEST, amount=abs(text.needed(element.value("TOTAL"), "TOTAL")))


def _income(element: Element, draft: Draft) -> Draft:
    kind, signed = element.value("INCOMETYPE"), text.needed(element.value("TOTAL"), "TOTAL")
    words = draft.words
    if kind in ("CGLONG", "CGSHORT"):
        words = gains_paid_out(words, is_long=kind == "CGLONG")
    type = T.INTEREST if kind in ("INTEREST", "MISC") or not draft.symbol else T.DIVIDEND
    return cash(
        draft.line,
        day=draft.day,
        words=words,
        type=type,
        signed=signed,
        account=draft.account,
        symbol=None if type is T.INTEREST else draft.symbol,
    )


def _transfer(element: Element, draft: Draft) -> Draft:
    signed = text.needed(element.value("UNITS"), "UNITS")
    if not signed:
        raise Unreadable("a transfer of no units", "check it with the custodian")
    is_out = element.value("TFERACTION") == "OUT" or signed < 0
    return replace(draft, type=T.TRANSFER_OUT if is_out else T.TRANSFER_IN, price=None)


def _split(element: Element, draft: Draft) -> Draft:
    new, old = text.amount(element.value("NEWUNITS")), text.amount(element.value("OLDUNITS"))
    if new is None or old is None or new < old:
        top, below = (text.needed(element.value(name), name) for name in ("NUMERATOR", "DENOMINATOR"))
        ratio = exact_decimal(counted_ratio(top, below))
        if ratio is not None:
            return replace(draft, type=T.SPLIT, quantity=ratio, price=None)
        if new is None:
            raise Unreadable(
                f"a split of {top} for {below} without its units", "add it from the confirmation"
            )
        return replace(draft, type=T.MERGER, from_symbol=draft.symbol, quantity=new, price=None)
    return replace(draft, type=T.STOCK_DIVIDEND, quantity=new - old, price=None)


def _closure(element: Element, draft: Draft) -> Draft:
    kinds = {"EXERCISE": T.EXERCISE, "ASSIGN": T.ASSIGNMENT, "EXPIRE": T.EXPIRY}
    if element.value("OPTACTION") not in kinds:
        raise unknown(f"CLOSUREOPT {element.value('OPTACTION')}")
    return replace(draft, type=kinds[element.value("OPTACTION")], price=None)


def _cash(element: Element, draft: Draft) -> Draft:
    signed = text.needed(element.value("TOTAL") or element.value("TRNAMT"), "TOTAL")
    match element.name:
        case "RETOFCAP":
            kind, symbol = T.RETURN_OF_CAPITAL, draft.symbol
        case "INVEXPENSE" | "MARGININTEREST":
            kind, symbol, signed = T.FEE, draft.symbol, -abs(signed)
        case "JRNLFUND":
            kind, symbol = moved(signed), None
        case "INVBANKTRAN" | "STMTTRN":
            kind, symbol = _bank(element.value("TRNTYPE"), signed), None
        case other:
            raise unknown(other)
    return cash(
        draft.line,
        day=draft.day,
        words=draft.words,
        type=kind,
        signed=signed,
        account=draft.account,
        symbol=symbol,
    )


def _bank(kind: str, signed: Decimal) -> T:
    if kind in ("INT", "DIV"):
        return T.INTEREST
    if kind in ("FEE", "SRVCHG"):
        return T.FEE
    return moved(signed) if kind == "XFER" else came_or_went(signed)


def _held(element: Element, account: str, names: dict[str, str]) -> Held:
    units = text.needed(element.value("UNITS"), "UNITS")
    unique = element.value("UNIQUEID")
    stamp = element.value("DTPRICEASOF")
    return Held(
        line=element.line,
        symbol=names.get(unique, unique),
        quantity=-abs(units) if element.value("POSTYPE") == "SHORT" else units,
        account=account,
        day=_day(stamp) if stamp else None,
    )


def _price(element: Element, names: dict[str, str]) -> Price | None:
    value, stamp = text.amount(element.value("UNITPRICE")), element.value("DTPRICEASOF")
    unique = element.value("UNIQUEID")
    if not value or not stamp:
        return None
    return Price(symbol=Symbol(names.get(unique, unique)), date=_day(stamp), price=value)


def _paper(info: Element, names: dict[str, str]) -> Paper:
    unique = info.value("UNIQUEID")
    symbol, name = names[unique], info.value("SECNAME") or None
    kind = info.value("UNIQUEIDTYPE").upper()
    if info.name == "OPTINFO":
        of = [element.value("UNIQUEID") for element in info.all("SECID")][1:]
        return option(
            symbol,
            underlying=names.get(of[0], of[0]) if of else symbol.split()[0],
            right=info.value("OPTTYPE").lower(),
            strike=text.needed(info.value("STRIKEPRICE"), "STRIKEPRICE"),
            expiry=_day(info.value("DTEXPIRE")),
            multiplier=text.amount(info.value("SHPERCTRCT")) or Decimal(100),
            words=name or "",
        )
    instrument, asset_class = _INSTRUMENTS.get(info.name, (None, None))
    return Paper(
        symbol=symbol,
        name=name,
        instrument=instrument,
        asset_class=asset_class,
        cusip=unique if kind == "CUSIP" else None,
        isin=unique if kind == "ISIN" else None,
    )
