"""Sentences that every print of a tax year shares: the form, what may still change, what is covered."""

from decimal import Decimal

from engine.ledger.tax.year import TaxYear
from reports import words


def direct_entry(told: TaxYear) -> str:
    """Return which rows must stand on Form 8949, in a sentence; empty where the year has no rows."""
    if not told.rows:
        return ""
    needed = sum(row.needs_form_8949 for row in told.rows)
    if not needed:
        return "None needs the form: they may be added up on Schedule D, lines 1a and 8a."
    if needed == len(told.rows):
        return "Each needs the form; none may be entered directly on Schedule D."
    return (
        f"{needed} of {len(told.rows)} {'needs' if needed == 1 else 'need'} the form; those marked * may be "
        "added up on Schedule D, lines 1a and 8a, instead."
    )


def codes(told: TaxYear) -> str:
    """Return what the codes of column (f) stand for that the year's rows have."""
    meanings = {
        "B": "B, the basis reported to the IRS is not the true one",
        "D": "D, accrued market discount is interest",
        "E": "E, selling expenses are not in the proceeds reported",
        "L": "L, exempt-interest dividends disallow the loss",
        "O": "O, the proceeds reported are not the true ones",
        "T": "T, the term reported is not the true one",
        "W": "W, a wash sale disallows the loss",
    }
    used = sorted({code for row in told.rows for code in row.code})
    return f"Codes: {'; '.join(meanings[code] for code in used)}." if used else ""


def notice(told: TaxYear) -> str:
    """Return what purchases after the year's end did, or can still do; empty where neither."""
    if told.window_is_open:
        return f"Purchases until 30 January {told.year + 1} can still disallow losses of December."
    if told.restated:
        count = words.plural(len(told.restated), "sale")
        return f"Purchases after the year's end changed {count} of the year; see below."
    return ""


def coverage(told: TaxYear) -> str:
    """Return what the records cover, and what that is no proof of."""
    since = "" if told.coverage.since is None else f" from {words.day(told.coverage.since)}"
    return (
        f"The records cover {', '.join(told.coverage.accounts)}{since} until "
        f"{words.day(told.coverage.until)}. No match in the records given is not proof that there is none."
    )


def forms(told: TaxYear) -> str:
    """Return how the brokers' forms meet the records, in a sentence."""
    differing = words.plural(len(told.box_differences), "sale")
    if told.forms is None:
        if not told.box_differences:
            return "No Form 1099-B is at hand; nothing differs from what the brokers must report."
        verb = "differs" if len(told.box_differences) == 1 else "differ"
        return f"No Form 1099-B is at hand; {differing} {verb} from what the brokers must report."
    lines = words.plural(told.forms.lines, "line")
    text = f"{lines} of Form 1099-B: {told.forms.agreeing} agree, {differing} told otherwise"
    if told.forms.missing:
        text += f", {words.plural(len(told.forms.missing), 'sale')} on no form"
    if told.forms.unmatched:
        text += f", {words.plural(len(told.forms.unmatched), 'line')} not in the records"
    return text + "."


def unpaired(told: TaxYear) -> tuple[str, ...]:
    """Return, a line each, the sales that stand on no form and the lines of forms without a sale."""
    if told.forms is None:
        return ()
    return (
        *(
            f"{row.sale} {row.symbol} in {row.account}, sold {row.sold}: on no form"
            for row in told.forms.missing
        ),
        *(
            f"row {line.row} of form_1099b.csv, {line.account} {line.sale or line.symbol}: "
            "no such sale in the records"
            for line in told.forms.unmatched
        ),
    )


def first(told: TaxYear) -> str:
    """Return the year in one sentence."""
    total = told.netting.net_short + told.netting.net_long
    kind = "gain" if total >= 0 else "loss"
    carried = told.netting.carryover_short + told.netting.carryover_long
    text = f"A net {kind} of {words.money(abs(total))}"
    if carried:
        text += f"; {words.money(carried)} is carried into {told.year + 1}"
    gone = sum((row.permanent for row in told.rows), Decimal(0))
    deferred = sum((row.disallowed for row in told.rows), Decimal(0)) - gone
    text += f"; wash sales defer {words.money(deferred)}"
    return f"{text}, and {words.money(gone)} is lost for good." if gone else f"{text}."
