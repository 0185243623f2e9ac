"""A household's tax year in print for a person at a terminal."""

from engine.ledger.tax.answer import TaxYear
from reports import words


def tax_text(told: TaxYear) -> str:
    """Return the year as plain text: Schedule D first, then the rows, then what may still change."""
    netting = told.netting
    parts = [
        f"{told.household}, tax year {told.year}, as known on {words.day(told.coverage.until)}",
        "\n".join(
            (
                f"  net short-term (Schedule D line 7)    {words.money(netting.net_short):>16}",
                f"  net long-term (line 15)               {words.money(netting.net_long):>16}",
                f"  deducted from other income (line 21)  {words.money(netting.ordinary_deduction):>16}",
                f"  carried on, short-term                {words.money(netting.carryover_short):>16}",
                f"  carried on, long-term                 {words.money(netting.carryover_long):>16}",
                f"  qualified dividends                   {words.money(told.qualified_dividends):>16}",
            )
        ),
        _rows(told),
        _differences(told),
        _restated(told),
        _open(told),
    ]
    return "\n\n".join(part for part in parts if part)


def _rows(told: TaxYear) -> str:
    if not told.rows:
        return "  no taxable sale in the year"
    lines = [
        f"  {'part':<5}{'box':<4}{'description':<22}{'acquired':<12}{'sold':<12}{'proceeds':>13}"
        f"{'basis':>13} {'code':<5}{'adjustment':>11}{'gain':>13}"
    ]
    lines += [
        f"  {row.part:<5}{row.box:<4}{row.description[:21]:<22}{row.acquired.isoformat():<12}"
        f"{row.sold.isoformat():<12}{words.money(row.proceeds):>13}{words.money(row.basis):>13} "
        f"{row.code:<5}{words.money(row.adjustment) if row.adjustment else '':>11}{words.money(row.gain):>13}"
        for row in told.rows
    ]
    return "\n".join(lines)


def _differences(told: TaxYear) -> str:
    lines = [
        f"    {one.sale} {one.symbol} in {one.account}: box 1g {words.money(one.box_1g)}, "
        f"true {words.money(one.disallowed)}; {one.because}"
        for one in told.box_differences
    ]
    return "\n".join(["  where the broker's form tells it differently", *lines]) if lines else ""


def _restated(told: TaxYear) -> str:
    lines = [
        f"    {one.row.sale} {one.row.symbol} sold {one.row.sold}: disallowed "
        f"{words.money(one.disallowed_at_year_end)} on 31 December, {words.money(one.disallowed)} now"
        for one in told.restated
    ]
    return "\n".join(["  changed by purchases after the year's end", *lines]) if lines else ""


def _open(told: TaxYear) -> str:
    coverage = told.coverage
    text = (
        f"  the records cover {', '.join(coverage.accounts)} until {coverage.until}; "
        "no match in them is not proof that there is none"
    )
    if told.window_is_open:
        text += f"\n  note: purchases until 30 January {told.year + 1} can still disallow losses of December"
    return text
