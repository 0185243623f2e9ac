"""The first page: one sentence, the figures that matter, and where each class stands in its band."""

from dataclasses import dataclass
from decimal import Decimal

from markupsafe import Markup

from engine.gate.verdict import Decision
from optimizer.proposal import AccountFigures, Proposal, Status
from reports import words
from reports.aims import is_aimed
from reports.charts.bands import BandRow, bands_chart
from reports.page import Section, fill
from reports.review import Review

CLASSES_DRAWN = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure of the grid: its name, the figure, and a word beside it."""

    name: str
    text: str
    beside: str


def first_sentence(review: Review) -> str:
    """Return the sentence that answers what the page is opened for."""
    answer = review.answer
    counts = dict.fromkeys(Decision, 0)
    for row in answer.trades:
        counts[row.decision] += 1
    if not answer.trades:
        return "No trade is proposed: nothing that the mandate asks for today calls for one."
    passing = counts[Decision.PASS] + counts[Decision.WARN]
    count = words.plural(len(answer.trades), "trade")
    if passing == len(answer.trades):
        text = f"All {count} pass the mandate" if passing > 1 else "The one trade passes the mandate"
    else:
        text = f"{passing or 'None'} of {count} {'passes' if passing == 1 else 'pass'}"
    rest = [
        f"{count} {told}"
        for count, told in (
            (counts[Decision.WARN], "with a warning"),
            (counts[Decision.APPROVAL], f"{_s(counts[Decision.APPROVAL], 'wait')} for an approval"),
            (counts[Decision.BLOCK], "is blocked" if counts[Decision.BLOCK] == 1 else "are blocked"),
        )
        if count
    ]
    text += "".join(f"; {part}" for part in rest) + "."
    if review.proposal is not None and review.proposal.objective.tax < 0:
        saved = words.whole(-review.proposal.objective.tax)
        text += (
            f" Together they save {saved} {review.proposal.currency} of tax this year at the rates stated."
        )
    return text


def _s(count: int, verb: str) -> str:
    """Return the verb as one or several do it."""
    return f"{verb}s" if count == 1 else verb


def section(review: Review) -> Section:
    """Return the first section: figures and bands."""
    proposal = review.proposal
    grid = _proposal_figures(proposal) if proposal else _list_figures(review)
    return Section(
        anchor="glance",
        title="At a glance",
        first="",
        body=fill("summary.html.j2", grid=grid, chart=_bands(proposal), proposal=proposal),
        heading=False,
    )


def _proposal_figures(proposal: Proposal) -> tuple[Figure, ...]:
    before, after = proposal.before, proposal.after
    sold = sum((row.value for row in proposal.trades if row.trade.side.sign < 0), Decimal(0))
    bought = sum((row.value for row in proposal.trades if row.trade.side.sign > 0), Decimal(0))
    harvested = -sum(
        (row.gain for row in proposal.trades if row.gain is not None and row.term and row.gain < 0),
        Decimal(0),
    )
    certificate = (
        "no bound known" if proposal.gap is None else f"at most {words.money(proposal.gap)} bp from the best"
    )
    return (
        Figure(
            name="Net assets",
            text=words.whole(before.net_assets),
            beside=f"{proposal.currency} in {', '.join(row.account for row in proposal.accounts)}",
        ),
        Figure(
            name="Trades",
            text=str(len(proposal.trades)),
            beside=f"sell {words.whole(sold)}, buy {words.whole(bought)}",
        ),
        Figure(
            name="Off target",
            text=f"{_share(before.drift)} → {_share(after.drift)}" if is_aimed(before) else "–",
            beside="of net assets in the wrong place" if is_aimed(before) else "the mandate sets no target",
        ),
        Figure(name="Losses harvested", text=words.whole(harvested), beside="recognized this year"),
        Figure(
            name="Tax of the list",
            text=words.whole(proposal.objective.tax),
            beside="negative: tax saved",
        ),
        Figure(
            name="Cash",
            text=f"{words.whole(before.cash)} → {words.whole(after.cash)}",
            beside="before, after",
        ),
        Figure(
            name="Gate",
            text=proposal.gate.decision.value if proposal.gate else "–",
            beside="of exactly this list",
        ),
        Figure(name="Certificate", text=_status(proposal.status), beside=certificate),
    )


def _status(status: Status) -> str:
    return status.value.replace("_", " ")


def _list_figures(review: Review) -> tuple[Figure, ...]:
    answer = review.answer
    return tuple(
        Figure(
            name=decision.value.capitalize(),
            text=str(sum(1 for row in answer.trades if row.decision is decision)),
            beside="trades",
        )
        for decision in reversed(Decision)
    )


def _share(value: Decimal) -> str:
    return words.percent(100 * value, places=1)


def _bands(proposal: Proposal | None) -> Markup:
    if proposal is None or not proposal.before.classes:
        return Markup("")
    rows = band_rows(proposal.before, proposal.after)
    if len(rows) > CLASSES_DRAWN:
        rows = tuple(sorted(rows, key=lambda row: -abs(row.before - (row.target or 0)))[:CLASSES_DRAWN])
    return Markup(bands_chart(rows, question="Where does each class stand against its target?"))


def band_rows(before: AccountFigures, after: AccountFigures | None) -> tuple[BandRow, ...]:
    """Return the rows of the band chart for one account or for all together."""
    later = {row.name: row for row in after.classes} if after else {}
    return tuple(
        BandRow(
            label=row.name.replace("_", " "),
            low=_float(row.low),
            high=_float(row.high),
            target=_float(row.target),
            before=float(100 * row.weight),
            after=float(100 * later[row.name].weight) if row.name in later else None,
        )
        for row in before.classes
    )


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(100 * value)
