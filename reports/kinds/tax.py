"""The tax pack: the year's figures, Form 8949, Schedule D, carryovers, what waits in open lots.

A loss of 120.00 of which 120.00 is disallowed stands in the rows with (g) 120.00 and (h) 0.00, and, while
its replacement is held, among the embedded losses with 120.00.
"""

from dataclasses import dataclass
from decimal import Decimal

from engine.facts.lots import Lot
from engine.ledger.tax.year import TaxYear
from reports import tax_words, words
from reports.charts.bars import BarRow
from reports.prints.report import Cell, Column, Figure, Kind, Part, Picture, Report, Table
from reports.tax_text import boxes


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxPack:
    """What a tax pack is made of.

    embedded: the open taxable lots whose basis holds a disallowed loss. currency: of every amount.
    """

    told: TaxYear
    embedded: tuple[Lot, ...]
    currency: str


def tax_pack(pack: TaxPack) -> Report:
    """Return the tax pack of a household's year."""
    told = pack.told
    return Report(
        kind="tax",
        house="Guardband tax pack",
        dated=told.coverage.until,
        title=f"{told.household}: tax year {told.year}",
        first=tax_words.first(told),
        notice=tax_words.notice(told),
        parts=(_year(pack), _rows(told), _carried(pack), _broker(told), _embedded(pack)),
        identity=f"{told.household}, tax year {told.year}, as known on {words.day(told.coverage.until)}",
        footer=(
            tax_words.coverage(told),
            "26 U.S.C. 1091, 1211, 1212, 1222, 1223; Form 8949 instructions. Not tax advice.",
        ),
    )


def _year(pack: TaxPack) -> Part:
    told, netting = pack.told, pack.told.netting
    figures = [
        _money("Net short-term", netting.net_short, "Schedule D, line 7"),
        _money("Net long-term", netting.net_long, "Schedule D, line 15"),
        _money("Deducted", netting.ordinary_deduction, "from other income, line 21"),
        _money("Qualified dividends", told.qualified_dividends, "held long enough"),
    ]
    if told.investment_tax is not None:
        figures += [
            _money("Net investment income", told.investment_tax.income, "gains, dividends, interest"),
            _money("Tax on it", told.investment_tax.tax, "3.8%, Form 8960"),
        ]
    return Part(
        anchor="year",
        title="The year",
        first=f"Amounts are in {pack.currency}.",
        figures=tuple(figures),
        tables=(_schedule(told), _restated(told)),
    )


LINES = {
    "1b": "short-term, boxes A and G",
    "2": "short-term, boxes B and H",
    "3": "short-term, boxes C and I",
    "6": "short-term loss carried in",
    "7": "net short-term",
    "8b": "long-term, boxes D and J",
    "9": "long-term, boxes E and K",
    "10": "long-term, boxes F and L",
    "13": "capital gain distributions",
    "14": "long-term loss carried in",
    "15": "net long-term",
}
"""What the lines of Schedule D that may be told are for; boxes are those of Form 8949."""


def _schedule(told: TaxYear) -> Table:
    return Table(
        title="Schedule D, parts I and II",
        columns=(
            Column(name="Line"),
            Column(name="What"),
            *(
                Column(name=name, kind="money")
                for name in ("(d) Proceeds", "(e) Basis", "(g) Adjustment", "(h) Gain")
            ),
        ),
        rows=tuple(
            (one.line, LINES[one.line], one.proceeds, one.basis, one.adjustment, one.gain)
            for one in told.lines
        ),
        empty="Nothing was sold and nothing was carried into the year.",
    )


def _restated(told: TaxYear) -> Table:
    return Table(
        title="Changed by purchases after the year’s end",
        columns=(
            Column(name="Sale"),
            Column(name="Sold", kind="day"),
            Column(name="Disallowed on 31 December", kind="money"),
            Column(name="Disallowed now", kind="money"),
            Column(name="By"),
        ),
        rows=tuple(
            (
                f"{one.row.sale} {one.row.symbol}",
                one.row.sold,
                one.disallowed_at_year_end,
                one.disallowed,
                ", ".join(
                    f"{part.lot} in {part.account}, {words.day(part.acquired)}"
                    for part in one.row.replacements
                ),
            )
            for one in told.restated
        ),
        empty="No sale of the year was changed by a later purchase.",
    )


def _rows(told: TaxYear) -> Part:
    columns: tuple[tuple[str, Kind], ...] = (
        ("Part", "text"),
        ("Box", "text"),
        ("(a) Description", "text"),
        ("Account", "text"),
        ("(b) Acquired", "day"),
        ("(c) Sold", "day"),
        ("(d) Proceeds", "money"),
        ("(e) Basis", "money"),
        ("(f)", "text"),
        ("(g) Adjustment", "money"),
        ("(h) Gain", "money"),
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            row.part,
            row.box + ("" if row.needs_form_8949 else "*"),
            row.description,
            row.account,
            row.acquired,
            row.sold,
            row.proceeds,
            row.basis,
            row.code,
            row.adjustment,
            row.gain,
        )
        for row in told.rows
    )
    sums = [
        sum((getattr(row, name) for row in told.rows), Decimal(0))
        for name in ("proceeds", "basis", "adjustment", "gain")
    ]
    total: tuple[Cell, ...] = ("", "", "All rows", "", None, None, sums[0], sums[1], "", sums[2], sums[3])
    table = Table(
        title="Form 8949",
        columns=tuple(Column(name=name, kind=kind) for name, kind in columns),
        rows=rows,
        total=total if rows else None,
        empty="No taxable sale in the year.",
    )
    told_first = (tax_words.direct_entry(told), tax_words.codes(told))
    return Part(
        anchor="rows",
        title="Form 8949",
        first=f"{words.plural(len(told.rows), 'row')}; a sale of which a part is long-term is two rows. "
        + " ".join(part for part in told_first if part),
        tables=(table,),
    )


def _carried(pack: TaxPack) -> Part:
    netting, short, long = pack.told.netting, _brought(pack, "6"), _brought(pack, "14")
    out = netting.carryover_short + netting.carryover_long
    first = (
        f"{words.money(out)} of losses is carried into {pack.told.year + 1}."
        if out
        else f"No loss is carried into {pack.told.year + 1}."
    )
    year = pack.told.year
    table = Table(
        title="Carryovers",
        columns=(
            Column(name="Term"),
            Column(name=f"Brought into {year}", kind="money"),
            Column(name=f"Carried into {year + 1}", kind="money"),
        ),
        rows=(
            ("short-term", short, netting.carryover_short),
            ("long-term", long, netting.carryover_long),
        ),
        total=("both", short + long, out),
        empty="",
    )
    return Part(anchor="carryovers", title="Carryovers", first=first, tables=(table,))


def _brought(pack: TaxPack, line: str) -> Decimal:
    """Return the size of a carryover into the year, as it stands on its line of Schedule D."""
    return -sum((one.gain for one in pack.told.lines if one.line == line), Decimal(0))


def _broker(told: TaxYear) -> Part:
    differences = Table(
        title="Sales that the broker tells otherwise",
        columns=tuple(
            Column(name=name, kind="text") for name in ("Sale", "Account", "Boxes", "Statement", "Why")
        ),
        rows=tuple(
            (
                f"{one.sale} {one.symbol}",
                one.account,
                boxes(one),
                "needed" if one.needs_statement else "",
                one.because,
            )
            for one in told.box_differences
        ),
        empty="No sale differs from what the brokers report, or must report.",
        note="Brokers report wash sales of one account and one CUSIP; a taxpayer reports all of them "
        "(26 U.S.C. 6045(g)(2)(B)(ii)).",
    )
    return Part(
        anchor="broker",
        title="Beside the broker’s form",
        first=tax_words.forms(told),
        lines=tax_words.unpaired(told),
        tables=(differences,),
    )


def _embedded(pack: TaxPack) -> Part:
    total = sum((lot.deferred for lot in pack.embedded), Decimal(0))
    table = Table(
        title="Embedded losses",
        columns=(
            Column(name="Lot"),
            Column(name="Account"),
            Column(name="Symbol"),
            Column(name="Shares", kind="quantity"),
            Column(name="Acquired", kind="day"),
            Column(name="Counted from", kind="day"),
            Column(name="Original basis", kind="money"),
            Column(name="Basis", kind="money"),
            Column(name="Embedded loss", kind="money"),
        ),
        rows=tuple(
            (
                lot.lot,
                lot.account,
                lot.symbol,
                lot.quantity,
                lot.acquired,
                lot.adjusted_acquired,
                lot.original_basis,
                lot.basis,
                lot.deferred,
            )
            for lot in pack.embedded
        ),
        total=("all", "", "", None, None, None, None, None, total) if pack.embedded else None,
        empty="No open lot holds a disallowed loss in its basis.",
    )
    return Part(
        anchor="embedded",
        title="Losses still embedded in open lots",
        first=f"{words.money(total)} of disallowed losses wait in the basis of "
        f"{words.plural(len(pack.embedded), 'open lot')}, released when they are sold.",
        pictures=_largest(pack),
        tables=(table,),
    )


def _largest(pack: TaxPack) -> tuple[Picture, ...]:
    """Return a chart of the securities with the most embedded losses; none where there are none."""
    by_symbol: dict[str, Decimal] = {}
    for lot in pack.embedded:
        by_symbol[lot.symbol] = by_symbol.get(lot.symbol, Decimal(0)) + lot.deferred
    largest = sorted(by_symbol.items(), key=lambda row: (-row[1], row[0]))[:12]
    bars = tuple(BarRow(label=symbol, count=int(amount.to_integral_value())) for symbol, amount in largest)
    question = "Which securities hold the most? Whole units of money."
    return (Picture(question=question, rows=bars, unit=pack.currency),) if bars else ()


def _money(name: str, amount: Decimal, beside: str) -> Figure:
    return Figure(name=name, value=amount, kind="money", beside=beside)
