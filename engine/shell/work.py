"""A desk: mandates, a book and the rules engine opened together for one command.

    with opened(("household.mandate",), Path("book"), None) as desk:
        answer = desk.judge(trades)

Everything is read and checked before anything is judged; a problem anywhere leaves nothing done.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from dsl.policy import CheckedPolicy
from engine.facts.book import Records
from engine.facts.failure import InputError
from engine.facts.ids import AccountId
from engine.facts.readings import TaxReading
from engine.facts.trades import Trade
from engine.gate.approvals import Approval
from engine.gate.engine.port import InferenceEngine
from engine.gate.judge import judge
from engine.gate.measure import OpenBook
from engine.gate.verdict import GateAnswer
from engine.shell import policies
from engine.shell.books import read_book
from engine.shell.console import complain
from optimizer.proposal import Proposal
from optimizer.settings import Intent, Settings
from rulebooks.ground import GroundBook, Rulebook

if TYPE_CHECKING:
    from engine.gate.drift import AccountDrift


@contextmanager
def engine() -> Iterator[InferenceEngine]:
    """Give a contained rules engine and close it afterwards; plain inference where it cannot be had.

    Without the rules engine a notice goes to standard error, and every answer names one evaluator.
    """
    from engine.gate.engine.contained import Contained
    from engine.gate.engine.durable import available
    from engine.gate.engine.plain import Plain

    absent = available()
    if absent is not None:
        complain(f"guardband: one of the gate's two evaluators is missing: {absent}")
        yield Plain()
        return
    with Contained() as contained:
        yield contained


def rulebook_of(checked: tuple[CheckedPolicy, ...]) -> Rulebook:
    """Return the compiled rulebook of checked policies."""
    from rulebooks.catalogue import catalogue
    from rulebooks.compile import compile_rulebook

    return compile_rulebook(checked, catalogue=catalogue())


@dataclass(frozen=True)
class Desk:
    """Everything that one command works on."""

    records: Records
    ground: GroundBook
    inference: InferenceEngine
    named: tuple[str, ...] = ()  # the policies as named, for the decision log
    beside: policies.Beside = None  # where those lie that are named by id
    facts: str | None = None  # fingerprint of the whole book, where the ground is a part of it

    @cached_property
    def opened(self) -> OpenBook:
        """The book with every measure taken once."""
        opened = OpenBook(self.ground)
        if self.facts is not None:
            opened.fingerprint = self.facts
        return opened

    def around(self, accounts: tuple[AccountId, ...]) -> "Desk":
        """Return the desk over the households of some accounts; what is asked of them costs no others.

        Answers carry the fingerprint of the whole book.
        """
        from rulebooks.grounding import book_around, ground

        book = book_around(self.ground.book, accounts)
        if book is self.ground.book:
            return self
        return replace(self, ground=ground(self.ground.rulebook, book), facts=self.opened.fingerprint)

    def judge(
        self,
        trades: tuple[Trade, ...],
        *,
        approvals: tuple[Approval, ...] = (),
        every_group: bool = False,
        witnesses: int = 1,
    ) -> GateAnswer:
        """Return the gate's answer for a list, with the largest part that passes where it fails.

        witnesses: how many evaluators must know every rule.
        """
        from engine.gate.subset import with_largest_passing

        answer = judge(
            self.opened,
            trades,
            engine=self.inference,
            approvals=approvals,
            every_group=every_group,
            witnesses=witnesses,
        )
        return with_largest_passing(self.opened, answer, trades, engine=self.inference)

    def drift(self) -> "tuple[AccountDrift, ...]":
        """Return where each account stands against its targets."""
        from engine.gate.drift import drift

        return drift(self.opened)

    def propose(
        self,
        *,
        accounts: tuple[str, ...] = (),
        intent: Intent | None = None,
        settings: Settings | None = None,
    ) -> Proposal:
        """Return a proposal for the accounts named, for all governed accounts where none is.

        Raises InputError for an account that no policy governs.
        """
        from optimizer.propose import propose

        chosen = self.chosen(accounts)
        desk = self.around(chosen)
        judging = _Judging(desk)
        proposal = propose(
            desk.ground,
            accounts=chosen,
            intent=intent or Intent(),
            settings=settings or Settings(),
            judge=judging,
        )
        return proposal if proposal.gate is judging.first else desk.explained(proposal)

    def chosen(self, accounts: tuple[str, ...]) -> tuple[AccountId, ...]:
        """Return the accounts named, all governed ones where none is; InputError for an ungoverned one."""
        chosen = tuple(AccountId(name) for name in accounts) or self.ground.accounts
        for account in chosen:
            if account not in self.ground.accounts:
                raise InputError(
                    f"no policy governs the account `{account}`",
                    place="--account",
                    cure=f"name one of {', '.join(self.ground.accounts)}",
                )
        return chosen

    def quick_judge(self, trades: tuple[Trade, ...]) -> GateAnswer:
        """Return the gate's answer without what would pass: for lists on the way to a proposal."""
        return judge(self.opened, trades, engine=self.inference, explained=False)

    def explained(self, proposal: Proposal) -> Proposal:
        """Return the proposal with the gate's whole answer for exactly its trades."""
        listed = tuple(row.trade for row in proposal.trades)
        if proposal.gate is None or proposal.gate.fault is not None:
            return proposal
        return replace(proposal, gate=judge(self.opened, listed, engine=self.inference))

    def review_of(self, proposal: Proposal, *, title: str, notice: str = "") -> str:
        """Return the review report of a proposal as HTML."""
        assert proposal.gate is not None
        return self._review(proposal, proposal.gate, title, notice)

    def review_of_list(self, trades: tuple[Trade, ...], *, title: str, notice: str = "") -> str:
        """Return the review report of a given list as HTML."""
        return self.record_of(self.judge(trades), title=title, notice=notice)

    def record_of(self, answer: GateAnswer, *, title: str, notice: str = "") -> str:
        """Return the decision record of a list that was judged, as HTML."""
        return self._review(None, answer, title, notice)

    def _review(self, proposal: Proposal | None, answer: GateAnswer, title: str, notice: str) -> str:
        from reports.review import Review, review_html

        return review_html(
            Review(
                title=title,
                notice=notice,
                ground=self.ground,
                drift=self.drift(),
                proposal=proposal,
                answer=answer,
            )
        )


class _Judging:
    """A proposal's gate: the first list, which nearly always stands, is told in full at once."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.first: GateAnswer | None = None

    def __call__(self, trades: tuple[Trade, ...]) -> GateAnswer:
        """Return the gate's answer; of later lists without what would pass."""
        if self.first is not None:
            return self._desk.quick_judge(trades)
        self.first = judge(self._desk.opened, trades, engine=self._desk.inference)
        return self.first


@contextmanager
def opened(
    names: Sequence[str] | None,
    book: str | Path,
    as_of: datetime | None,
    known: datetime | None = None,
    *,
    laid: bool = True,
) -> Iterator[Desk]:
    """Give a desk over a book: a folder, or a database as it was known at a moment.

    names: mandate files or policy ids; None: the policies that the book's accounts name, else every
    mandate in its folder or in force in its database. laid: with the rules laid out; without, only who is
    governed by what is known. Raises InputErrors and MandateErrors before anything is done.
    """
    read = read_book(book, as_of=as_of, known=known)
    with opened_over(read.records, names, as_of, beside=read.beside, laid=laid) as desk:
        yield desk


@contextmanager
def opened_over(
    records: Records,
    names: Sequence[str] | None,
    as_of: datetime | None,
    *,
    beside: policies.Beside,
    laid: bool = True,
) -> Iterator[Desk]:
    """Give a desk over records that were read already; `beside` is where policies lie that go by an id."""
    chosen = tuple(names) if names else named_by(records, beside)
    rulebook = rulebook_of(policies.load(chosen, beside=beside))
    ground = grounded(records, rulebook, as_of, laid=laid)
    with engine() as inference:
        yield Desk(records=records, ground=ground, inference=inference, named=chosen, beside=beside)


def grounded(
    records: Records, rulebook: Rulebook, as_of: datetime | None, *, laid: bool = True
) -> GroundBook:
    """Return the rulebook laid out over the book of a day; `laid` False: no rule yet, open orders done."""
    from engine.ledger.book import default_as_of, open_book
    from rulebooks.grounding import ground, unlaid

    day = as_of.date() if as_of else default_as_of(records)
    book = open_book(records, as_of=day, reading=rulebook.tax)
    return ground(rulebook, book) if laid else unlaid(rulebook, book)


def named_by(records: Records, beside: policies.Beside) -> tuple[str, ...]:
    """Return the policies that govern a book where the command names none."""
    named = sorted({row.policy for row in records.accounts.values() if row.policy})
    if named:
        return tuple(named)
    if isinstance(beside, Path):
        lying = sorted(str(path) for path in beside.glob(f"*{policies.SUFFIX}"))
    else:
        lying = [] if beside is None else [policy.id for policy in beside.in_force]
    if not lying:
        where = "lies in the book's folder" if isinstance(beside, Path) else "is in force in the database"
        raise InputError(
            f"no policy is named and none {where}",
            place="--policy",
            cure="name a mandate: --policy household.mandate",
        )
    return tuple(lying)


def as_of_date(records: Records, as_of: datetime | None) -> date:
    """Return the day asked for, else the last date of the prices, else of the transactions."""
    if as_of is not None:
        return as_of.date()
    days = [price.date for price in records.prices] or [row.date for row in records.transactions or ()]
    if not days:
        raise InputError("there is no date in the book", place="prices.csv", cure="say --as-of")
    return max(days)


def reading_of(names: list[str] | None, beside: policies.Beside) -> TaxReading:
    """Return the readings of the law of the policies named; the defaults where none is."""
    if not names:
        return TaxReading()
    return rulebook_of(policies.load(tuple(names), beside=beside)).tax


def standing_text(desk: Desk) -> str:
    """Return where a book stands before anything is proposed: rules, lots, open losses, drift."""
    from engine.gate.drift import drift_text
    from reports import words

    book, rulebook = desk.ground.book, desk.ground.rulebook
    losses = [
        lot.basis - lot.quantity * book.prices[lot.symbol].price
        for lot in book.lots
        if lot.symbol in book.prices and not book.accounts[lot.account].is_retirement
    ]
    open_losses = [loss for loss in losses if loss > 0]
    washed = [row for row in book.disposals or () if row.disallowed]
    lines = (
        f"mandate  {rulebook.id} {rulebook.version}: {words.plural(len(rulebook.rules), 'rule')}, "
        f"rulebook {rulebook.hash[:12]}",
        f"lots     {words.plural(len(book.lots), 'open lot')} as of {words.day(book.as_of)}; "
        f"{len(open_losses)} taxable lots are below their basis, by {words.money(sum(open_losses))} in all; "
        f"{words.plural(len(washed), 'past loss', 'past losses')} met a replacement",
    )
    return "\n".join(lines) + "\n\n" + drift_text(desk.drift())
