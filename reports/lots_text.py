"""Lots and disposals in print for a person at a terminal: years first, then wash sales, then open lots."""

from decimal import Decimal

from engine.facts.book import Book
from engine.facts.lots import Disposal, Lot
from engine.ledger.book import Difference
from engine.ledger.tax.short_held import ShortHeld
from reports import words


def lots_text(
    book: Book,
    differences: tuple[Difference, ...] | None = None,
    *,
    explained: bool = False,
    funds: tuple[ShortHeld, ...] = (),
) -> str:
    """Return the lots of a book as plain text.

    differences: between lots.csv and transactions.csv; None where the book has one of them alone.
    funds: losses on fund shares held six months or less that dividends change.
    explained: every loss with the rules applied, and each purchase near it with what became of it.
    """
    parts = [_head(book)]
    if book.disposals:
        parts += [_years(book.disposals), _washed(book.disposals)]
        parts.append(_funds(funds))
        parts.append(_because(book.disposals) if explained else "")
    parts.append(_open(book))
    parts.append(_reconciled(differences))
    parts.append(_coverage(book))
    return "\n\n".join(part for part in parts if part)


def _head(book: Book) -> str:
    disposals = len(book.disposals or ())
    return (
        f"{words.plural(len(book.lots), 'open lot')}, {words.plural(disposals, 'disposal')} "
        f"as of {words.day(book.as_of)}"
    )


def _years(disposals: tuple[Disposal, ...]) -> str:
    years: dict[int, dict[str, Decimal]] = {}
    for row in disposals:
        if row.term is not None:
            year = years.setdefault(row.sold.year, {"short": Decimal(0), "long": Decimal(0)})
            year[row.term] += row.recognized
    lines = [f"  {'recognized in':<16}{'short-term':>16}{'long-term':>16}"]
    lines += [
        f"  {year:<16}{words.money(told['short']):>16}{words.money(told['long']):>16}"
        for year, told in sorted(years.items())
    ]
    return "\n".join(lines)


def _washed(disposals: tuple[Disposal, ...]) -> str:
    washed = [row for row in disposals if row.disallowed]
    if not washed:
        return "  no loss met a replacement in the records given"
    lines = ["  losses that met a replacement inside their 61 days (26 U.S.C. 1091)"]
    for row in washed:
        lines.append(
            f"    {row.sale} {words.quantity(row.quantity)} {row.symbol} in {row.account} sold "
            f"{row.sold.isoformat()}: gain {words.money(row.gain)}, "
            f"disallowed {words.money(row.disallowed)}, "
            f"of that for good {words.money(row.permanently_disallowed)}"
        )
        lines += [
            f"      replaced by {words.quantity(item.quantity)} in {item.account} on "
            f"{item.acquired.isoformat()}, lot {item.lot}"
            for item in row.replacements
        ]
    return "\n".join(lines)


def _funds(funds: tuple[ShortHeld, ...]) -> str:
    if not funds:
        return ""
    lines = [
        "  losses on fund shares held six months or less that dividends change (26 U.S.C. 852(b)(4));\n"
        "  the years above do not count that, `guardband tax` does"
    ]
    lines += [
        f"    {one.sale} {one.symbol} in {one.account} sold {one.sold.isoformat()}, "
        f"loss {words.money(one.loss)}: "
        + (one.refused or f"{words.money(one.lost)} is lost for good, {words.money(one.long)} is long-term")
        for one in funds
    ]
    return "\n".join(lines)


def _because(disposals: tuple[Disposal, ...]) -> str:
    lines = ["  every loss, and each purchase near it"]
    for row in disposals:
        if row.because:
            lines.append(
                f"    {row.sale} {words.quantity(row.quantity)} {row.symbol} in {row.account}, "
                f"sold {row.sold.isoformat()}"
            )
            lines += [f"      {sentence}" for sentence in row.because]
    return "\n".join(lines) if len(lines) > 1 else ""


def _open(book: Book) -> str:
    lines = [
        f"  {'lot':<12}{'account':<12}{'symbol':<8}{'shares':>12}{'basis':>16}{'gain':>14}{'embedded':>12}  "
        "acquired"
    ]
    lines += [_lot(book, lot) for lot in book.lots]
    return "\n".join(lines)


def _lot(book: Book, lot: Lot) -> str:
    price = book.prices.get(lot.symbol)
    gain = "–" if price is None else words.money(lot.quantity * price.price - lot.basis)
    embedded = words.money(lot.deferred) if lot.deferred else ""
    counted = "" if lot.adjusted_acquired == lot.acquired else f", counted from {lot.adjusted_acquired}"
    return (
        f"  {lot.lot:<12}{lot.account:<12}{lot.symbol:<8}{words.quantity(lot.quantity):>12}"
        f"{words.money(lot.basis):>16}{gain:>14}{embedded:>12}  {lot.acquired}{counted}"
    )


def _reconciled(differences: tuple[Difference, ...] | None) -> str:
    if differences is None:
        return ""
    if not differences:
        return "  lots.csv and transactions.csv agree to the share and the cent"
    lines = ["  lots.csv and transactions.csv differ; the lots above are those of lots.csv"]
    lines += [
        f"    {one.lot or '–'} {one.symbol} in {one.account}, {one.column}: "
        f"{one.given or 'nothing'} in lots.csv, {one.derived or 'nothing'} by the transactions"
        for one in differences
    ]
    return "\n".join(lines)


def _coverage(book: Book) -> str:
    if book.coverage is None:
        return "  no history was given: past sales and wash sales are not known"
    since = "" if book.coverage.since is None else f" from {book.coverage.since}"
    return (
        f"  the records cover {', '.join(book.coverage.accounts)}{since} until {book.coverage.until}; "
        "no match in them is not proof that there is none"
    )
