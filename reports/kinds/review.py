"""The proposal review as figures: what its page shows, for the workbook and the data inside its PDF.

The page itself is `reports.review`; both are made of the same review, and a test compares them.
"""

from decimal import Decimal

from optimizer.proposal import AccountFigures
from reports import words
from reports.aims import is_aimed
from reports.kinds.identity import footer_of, identity_of
from reports.prints.report import Cell, Column, Figure, Part, Report, Table, measured, money, percent
from reports.review import Review
from reports.sections.lots import lot_rows
from reports.sections.summary import first_sentence
from reports.sections.verdicts import card


def review_report(review: Review) -> Report:
    """Return every figure of the review."""
    parts = (_glance(review), _trades(review), _classes(review), _verdicts(review), _lots(review))
    return Report(
        kind="review",
        house="Guardband review",
        dated=review.answer.as_of,
        title=review.title,
        first=first_sentence(review),
        notice=review.notice,
        parts=parts,
        identity=identity_of(review.answer),
        footer=footer_of(review.answer),
    )


def _off_target(before: AccountFigures, after: AccountFigures) -> tuple[Figure, ...]:
    if not is_aimed(before):
        return (Figure(name="Off target", value=None, beside="the mandate sets no target"),)
    return (
        Figure(name="Off target before", value=percent(before.drift), kind="percent"),
        Figure(name="Off target after", value=percent(after.drift), kind="percent"),
    )


def _glance(review: Review) -> Part:
    proposal = review.proposal
    figures = [
        Figure(name="Trades", value=len(review.answer.trades), kind="count"),
        Figure(name="Gate", value=review.answer.decision.value, beside="of exactly this list"),
    ]
    if proposal is not None:
        objective, before, after = proposal.objective, proposal.before, proposal.after
        figures += [
            Figure(name="Net assets", value=before.net_assets, kind="money", beside=proposal.currency),
            Figure(name="Cash before", value=before.cash, kind="money", beside=proposal.currency),
            Figure(name="Cash after", value=after.cash, kind="money", beside=proposal.currency),
            *_off_target(before, after),
            Figure(name="Tax of the list", value=objective.tax, kind="money", beside="negative: tax saved"),
            Figure(name="Cost of trading", value=objective.cost, kind="money", beside=proposal.currency),
            Figure(name="Better than nothing by", value=proposal.improvement, kind="money"),
            Figure(
                name="Certificate",
                value=proposal.status.value.replace("_", " "),
                beside="no bound known"
                if proposal.gap is None
                else f"at most {words.money(proposal.gap)} bp from the best",
            ),
        ]
    return Part(anchor="glance", title="At a glance", figures=tuple(figures))


def _trades(review: Review) -> Part:
    proposed = {row.trade.number: row for row in review.proposal.trades} if review.proposal else {}
    rows: list[tuple[Cell, ...]] = []
    for decided in review.answer.trades:
        trade, row = decided.trade, proposed.get(decided.trade.number)
        rows.append(
            (
                trade.number,
                trade.account,
                trade.side.value,
                trade.symbol,
                trade.quantity,
                trade.lot,
                row.price if row else trade.price,
                row.value if row else None,
                row.gain if row and row.term else None,
                row.term if row else None,
                row.tax if row else None,
                decided.decision.value,
                ", ".join(decided.rules),
            )
        )
    kinds = ("count", "text", "text", "text", "quantity", "text", "money", "money", "money", "text", "money")
    names = ("No.", "Account", "Side", "Symbol", "Shares", "Lot", "Price", "Value", "Gain", "Term", "Tax")
    table = Table(
        title="Trades",
        columns=(
            *(Column(name=name, kind=kind) for name, kind in zip(names, kinds, strict=True)),  # type: ignore[arg-type]
            Column(name="Decision"),
            Column(name="Rules"),
        ),
        rows=tuple(rows),
        empty="No trade is proposed.",
    )
    return Part(anchor="trades", title="Trades", tables=(table,))


def _classes(review: Review) -> Part:
    rows: list[tuple[Cell, ...]] = []
    for change in review.proposal.accounts if review.proposal else ():
        after = {row.name: row.weight for row in change.after.classes}
        rows += [
            (
                change.account,
                row.name,
                percent(row.weight),
                percent(after.get(row.name)),
                percent(row.target),
                percent(row.low),
                percent(row.high),
            )
            for row in change.before.classes
        ]
    names = ("Before", "After", "Target", "Low", "High")
    table = Table(
        title="Classes",
        columns=(
            Column(name="Account"),
            Column(name="Class"),
            *(Column(name=name, kind="percent") for name in names),
        ),
        rows=tuple(rows),
        empty="A given list was judged: no class was measured before and after.",
    )
    return Part(anchor="classes", title="Classes", tables=(table,))


def _verdicts(review: Review) -> Part:
    rows: list[tuple[Cell, ...]] = []
    for verdict in review.answer.verdicts:
        told = card(verdict, review.answer)
        rows.append(
            (
                verdict.rule,
                verdict.title,
                told.scope,
                verdict.outcome.value.replace("_", " "),
                verdict.decision.value,
                verdict.measure,
                measured(verdict.before, verdict.unit),
                measured(verdict.after, verdict.unit),
                measured(verdict.limit, verdict.unit),
                measured(verdict.headroom, verdict.unit),
            )
        )
    table = Table(
        title="Verdicts",
        columns=(
            *(Column(name=name) for name in ("Rule", "Title", "Where", "Outcome", "Decision", "Measure")),
            *(Column(name=name, kind="measured") for name in ("Before", "After", "Limit", "Headroom")),
        ),
        rows=tuple(rows),
        empty="No rule was tried.",
    )
    return Part(anchor="verdicts", title="Verdicts", tables=(table,))


def _lots(review: Review) -> Part:
    rows = tuple(
        (
            row.lot.lot,
            row.lot.account,
            row.lot.symbol,
            row.lot.quantity,
            row.lot.adjusted_acquired,
            row.days_held,
            row.lot.basis,
            money(row.value),
            money(row.gain),
            "yes" if row.proposed else "",
        )
        for row in lot_rows(review)
    )
    under = sum((money(row.gain) or Decimal(0) for row in lot_rows(review) if row.gain < 0), Decimal(0))
    table = Table(
        title="Open lots",
        columns=(
            Column(name="Lot"),
            Column(name="Account"),
            Column(name="Symbol"),
            Column(name="Shares", kind="quantity"),
            Column(name="Counted from", kind="day"),
            Column(name="Days held", kind="count"),
            Column(name="Basis", kind="money"),
            Column(name="Value", kind="money"),
            Column(name="Gain", kind="money"),
            Column(name="To be sold"),
        ),
        rows=rows,
        empty="No taxable lot with a price is open.",
    )
    return Part(
        anchor="lots",
        title="Open lots",
        figures=(Figure(name="Below basis by", value=-under, kind="money", beside="taxable lots"),),
        tables=(table,),
    )
