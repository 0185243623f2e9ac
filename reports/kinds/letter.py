"""The client letter: one page that tells what is proposed, what it comes to, and what is asked of the client.

Every figure is that of the proposal review; the letter rounds money to whole units, once.
"""

from decimal import Decimal

from engine.gate.verdict import Decision
from optimizer.proposal import AccountFigures, Proposal
from reports import words
from reports.aims import is_aimed
from reports.kinds.identity import identity_of
from reports.prints.report import Column, Figure, Part, Picture, Report, Table, percent, whole
from reports.review import Review
from reports.sections.summary import band_rows, first_sentence
from reports.sections.trades import whys

CLASSES, REASONS = 5, 3
"""Rows that a page has room for; the review tells the rest."""


def letter(review: Review, *, to: str) -> Report:
    """Return the letter about a proposal, or about a given list that was judged.

    to: whom it is for, as the letter should call them.
    """
    proposal = review.proposal
    parts = [_glance(review, to)]
    if proposal is not None:
        parts += [_classes(proposal), _reasons(proposal)] if proposal.trades else [_classes(proposal)]
    parts.append(_asked(review))
    return Report(
        kind="letter",
        house="A letter about your portfolio",
        dated=review.answer.as_of,
        title=review.title,
        first=first_sentence(review),
        notice=review.notice,
        parts=tuple(parts),
        identity=identity_of(review.answer),
        footer=(
            "Tax is reckoned at the marginal rates that we hold for you. Not tax or investment advice."
            if proposal is not None
            else "Not tax or investment advice.",
        ),
    )


def _glance(review: Review, to: str) -> Part:
    proposal = review.proposal
    if proposal is None:
        figures = tuple(
            Figure(
                name=decision.value.capitalize(),
                value=sum(1 for row in review.answer.trades if row.decision is decision),
                kind="count",
                beside="trades",
            )
            for decision in Decision
        )
    else:
        figures = _figures(proposal)
    return Part(anchor="glance", title="At a glance", first=f"To {to},", heading=False, figures=figures)


def _figures(proposal: Proposal) -> tuple[Figure, ...]:
    harvested = -sum(
        (row.gain for row in proposal.trades if row.gain is not None and row.term and row.gain < 0),
        Decimal(0),
    )
    sold = sum((row.value for row in proposal.trades if row.trade.side.sign < 0), Decimal(0))
    saved = -proposal.objective.tax
    return (
        Figure(
            name="Net assets",
            value=whole(proposal.before.net_assets),
            kind="whole",
            beside=f"{proposal.currency}, {words.plural(len(proposal.accounts), 'account')}",
        ),
        Figure(name="To be sold", value=whole(sold), kind="whole", beside=proposal.currency),
        Figure(name="Losses put to use", value=whole(harvested), kind="whole", beside="this year"),
        Figure(
            name="Tax saved" if saved >= 0 else "Tax to pay",
            value=whole(abs(saved)),
            kind="whole",
            beside="at the rates stated",
        ),
    )


def _classes(proposal: Proposal) -> Part:
    rows = sorted(
        zip(_by_distance(proposal.before), band_rows(proposal.before, proposal.after), strict=True),
        key=lambda pair: (-pair[0], pair[1].label),
    )[:CLASSES]
    chosen = tuple(row for _, row in rows)
    order = {row.label: place for place, row in enumerate(chosen)}
    after = {row.name: row.weight for row in proposal.after.classes}
    more = len(proposal.before.classes) - len(chosen)
    moved = "No target is agreed for your money as a whole."
    if is_aimed(proposal.before):
        moved = (
            f"{words.percent(percent(proposal.before.drift))} of your money is away from its target today; "
        )
        moved += f"afterwards it would be {words.percent(percent(proposal.after.drift))}."
    table = Table(
        title="Your classes",
        columns=(
            Column(name="Class"),
            Column(name="Today", kind="percent"),
            Column(name="Afterwards", kind="percent"),
            Column(name="Target", kind="percent"),
            Column(name="Lowest", kind="percent"),
            Column(name="Highest", kind="percent"),
        ),
        rows=tuple(
            (
                _named(row.name),
                percent(row.weight),
                percent(after.get(row.name)),
                percent(row.target),
                percent(row.low),
                percent(row.high),
            )
            for row in sorted(proposal.before.classes, key=lambda row: order.get(_named(row.name), CLASSES))
            if _named(row.name) in order
        ),
        note=f"The {len(chosen)} furthest from target; {more} more are in the review." if more > 0 else "",
        empty="No targets are agreed.",
    )
    question = "Where does each class stand against what we agreed? Open dot today, filled dot afterwards."
    return Part(
        anchor="classes",
        title="Where your money stands",
        first=moved,
        pictures=(Picture(question=question, rows=chosen),),
        tables=(table,),
    )


def _named(name: str) -> str:
    return name.replace("_", " ")


def _by_distance(figures: AccountFigures) -> tuple[Decimal, ...]:
    return tuple(abs(row.weight - (row.target or Decimal(0))) for row in figures.classes)


def _reasons(proposal: Proposal) -> Part:
    """Return reasons by how many trades have them: their worth to the search is not the client's money."""
    found = whys(proposal)
    table = Table(
        title="Why these trades",
        columns=(Column(name="Reason"), Column(name="Trades", kind="count")),
        rows=tuple((_plainly(row.what), row.trades) for row in found[:REASONS]),
        empty="",
    )
    gap = len(found) - len(table.rows)
    more = (
        f" {words.plural(gap, 'smaller reason stands', 'smaller reasons stand')} in the review."
        if gap > 0
        else ""
    )
    cost = f"{words.whole(whole(proposal.objective.cost))} {proposal.currency}"
    return Part(
        anchor="reasons",
        title="Why these trades",
        first=f"A trade may have several reasons.{more} Trading is expected to cost {cost}.",
        tables=(table,),
    )


def _plainly(what: str) -> str:
    """Return a reason without the names that only the mandate knows."""
    head, _, rest = what.partition(":")
    if rest.endswith("]"):
        return f"{head}: {rest.rpartition('[')[2][:-1]}".replace("_", " ")
    return "closer to target" if what == "drift" else what


def _plain_title(title: str, rule: str) -> str:
    """Return a rule's title for a client, its name beside it where that is a clause's."""
    told = words.plain_words(title)
    return f"{told} ({rule})" if any(letter.isdigit() for letter in rule) else told


def _asked(review: Review) -> Part:
    answer = review.answer
    waiting = [row for row in answer.trades if row.decision is Decision.APPROVAL]
    blocked = [row for row in answer.trades if row.decision is Decision.BLOCK]
    roles = sorted(
        {
            response.role
            for verdict in answer.verdicts
            if verdict.decision is Decision.APPROVAL
            for response in verdict.responses
            if response.kind == "approval" and response.role
        }
    )
    lines = []
    if waiting:
        lines.append(
            f"{words.plural(len(waiting), 'trade')} will only be placed with the approval of "
            f"{' and '.join(roles) or 'a second person'}."
        )
    if blocked:
        titles = {verdict.rule: verdict.title for verdict in answer.verdicts}
        rules = dict.fromkeys(rule for row in blocked for rule in row.rules)
        against = "; ".join(_plain_title(titles.get(rule) or rule, rule) for rule in rules)
        lines.append(f"{words.plural(len(blocked), 'trade')} will not be placed, being against: {against}.")
    if answer.trades and not waiting and not blocked:
        lines.append("Every trade keeps to the mandate that you agreed with us; nothing is asked of you.")
    if not answer.trades:
        lines.append("Nothing is to be done, and nothing is asked of you.")
    lines.append(
        "Please tell us if anything in your life or your tax position has changed: accounts that we do not "
        "know of may hold purchases that disallow a loss."
    )
    return Part(anchor="asked", title="What we ask of you", lines=tuple(lines))
