"""A household's tax year in print for a person at a terminal."""

from collections.abc import Iterable
from decimal import Decimal

from engine.facts.lots import Lot
from engine.ledger.tax.broker_forms import BoxDifference
from engine.ledger.tax.year import TaxYear
from reports import tax_words, words


def tax_text(told: TaxYear, embedded: Iterable[Lot] = ()) -> str:
    """Return the year as plain text: Schedule D first, then the rows, then what may still change.

    embedded: the open taxable lots whose basis holds a disallowed loss of an earlier sale.
    """
    parts = [
        f"{told.household}, tax year {told.year}, as known on {words.day(told.coverage.until)}\n"
        f"  {tax_words.first(told)}",
        _figures(told),
        _schedule(told),
        _rows(told),
        _differences(told),
        _embedded(tuple(embedded)),
        _restated(told),
        "\n".join(f"  {line}" for line in (tax_words.notice(told), tax_words.coverage(told)) if line),
    ]
    return "\n\n".join(part for part in parts if part)


def _figures(told: TaxYear) -> str:
    netting = told.netting
    figures = [
        ("net short-term (Schedule D line 7)", netting.net_short),
        ("net long-term (line 15)", netting.net_long),
        ("deducted from other income (line 21)", netting.ordinary_deduction),
        (f"carried into {told.year + 1}, short-term", netting.carryover_short),
        (f"carried into {told.year + 1}, long-term", netting.carryover_long),
        ("ordinary dividends", told.income.dividends),
        ("qualified dividends", told.qualified_dividends),
        ("interest", told.income.interest),
    ]
    if told.investment_tax is not None:
        figures += [
            ("net investment income", told.investment_tax.income),
            ("tax on it, 3.8% (Form 8960)", told.investment_tax.tax),
        ]
    return "\n".join(f"  {name:<38}{words.money(amount):>16}" for name, amount in figures)


def _schedule(told: TaxYear) -> str:
    lines = [f"  {'Schedule D':<12}{'proceeds':>15}{'basis':>15}{'adjustment':>13}{'gain':>15}"]
    lines += [
        f"  {'line ' + one.line:<12}{_blank(one.proceeds):>15}{_blank(one.basis):>15}"
        f"{_blank(one.adjustment):>13}{words.money(one.gain):>15}"
        for one in told.lines
    ]
    return "\n".join(lines)


def _blank(amount: Decimal | None) -> str:
    return "" if amount is None else words.money(amount)


def _rows(told: TaxYear) -> str:
    if not told.rows:
        return "  no taxable sale in the year"
    wide = max(22, *(len(row.description) + 2 for row in told.rows))
    lines = [
        "  " + " ".join(part for part in ("Form 8949.", tax_words.direct_entry(told)) if part),
        f"  {'part':<5}{'box':<4}{'description':<{wide}}{'acquired':<12}{'sold':<12}{'proceeds':>15}"
        f"{'basis':>15} {'code':<5}{'adjustment':>12}{'gain':>15}  account",
    ]
    lines += [
        f"  {row.part:<5}{row.box + ('' if row.needs_form_8949 else '*'):<4}{row.description:<{wide}}"
        f"{row.acquired.isoformat():<12}{row.sold.isoformat():<12}{words.money(row.proceeds):>15}"
        f"{words.money(row.basis):>15} {row.code:<5}"
        f"{words.money(row.adjustment) if row.adjustment else '':>12}{words.money(row.gain):>15}  "
        f"{row.account}"
        for row in told.rows
    ]
    if codes := tax_words.codes(told):
        lines.append(f"  {codes}")
    return "\n".join(lines)


def _differences(told: TaxYear) -> str:
    lines = [f"  Form 1099-B. {tax_words.forms(told)}"]
    for one in told.box_differences:
        lines.append(f"    {one.sale} {one.symbol} in {one.account}: {boxes(one)}; {one.because}")
        if one.needs_statement:
            lines.append("      less than box 1g: attach a statement that says why")
    lines += [f"    {line}" for line in tax_words.unpaired(told)]
    return "\n".join(lines)


def boxes(one: BoxDifference) -> str:
    """Return the boxes in which a broker's figures and the true ones differ."""
    parts = []
    if one.box_1d != one.proceeds:
        parts.append(f"box 1d {words.money(one.box_1d)}, true {words.money(one.proceeds)}")
    if one.box_1e not in (one.basis, None):
        parts.append(f"box 1e {words.money(one.box_1e)}, true {words.money(one.basis)}")
    if one.box_1g != one.disallowed:
        parts.append(f"box 1g {words.money(one.box_1g)}, true {words.money(one.disallowed)}")
    if one.box_2 != one.term:
        parts.append(f"box 2 {one.box_2}, true {one.term}")
    return ", ".join(parts) or "box 1f has an amount"


def _embedded(lots: tuple[Lot, ...]) -> str:
    if not lots:
        return ""
    whole = words.money(sum((lot.deferred for lot in lots), Decimal(0)))
    lines = [f"  losses still embedded in open lots: {whole}, released when they are sold"]
    lines += [
        f"    {words.quantity(lot.quantity)} of {lot.lot} {lot.symbol} in {lot.account}: "
        f"{words.money(lot.deferred)} in a basis of {words.money(lot.basis)}, counted from "
        f"{lot.adjusted_acquired}"
        for lot in lots
    ]
    return "\n".join(lines)


def _restated(told: TaxYear) -> str:
    lines = [
        f"    {one.row.sale} {one.row.symbol} sold {one.row.sold}: disallowed "
        f"{words.money(one.disallowed_at_year_end)} on 31 December, {words.money(one.disallowed)} now, by "
        + ", ".join(f"{part.lot} of {part.acquired}" for part in one.row.replacements)
        for one in told.restated
    ]
    return "\n".join(["  changed by purchases after the year's end", *lines]) if lines else ""
