"""The six reports made for a book: each a page and one value of figures, printed in the format asked for."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from engine.facts.failure import InputError
from engine.shell import work
from engine.shell.books import read_book
from engine.shell.reporting.choices import Print, ReportKind
from engine.shell.reporting.period import Period, month_of, year_of

if TYPE_CHECKING:
    from engine.gate.verdict import GateAnswer
    from optimizer.proposal import Proposal
    from reports.kinds.audit import Recorded
    from reports.prints.report import Report
    from reports.review import Review


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a report is asked to be about; None and empty where it is not said."""

    kind: ReportKind
    book: str
    policies: list[str] | None = None
    as_of: datetime | None = None
    known: datetime | None = None
    trades: Path | None = None
    decision: str | None = None
    log: Path | None = None
    month: str | None = None
    year: int | None = None
    household: str | None = None
    to: str | None = None
    title: str | None = None
    notice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A report, and its page where that is told at more length than its figures (None: made from them)."""

    report: "Report"
    page: str | None = None

    def printed(self, form: Print) -> bytes:
        """Return the report as a file's bytes; raises InputError where an extra is not installed."""
        from reports.prints.data import report_json
        from reports.prints.html import report_html
        from reports.prints.pdf import page_pdf
        from reports.prints.workbook import report_xlsx

        match form:
            case Print.HTML:
                return (self.page or report_html(self.report)).encode()
            case Print.PDF:
                page = self.page or report_html(self.report)
                return page_pdf(page, data=report_json(self.report), dated=self.report.dated)
            case Print.XLSX:
                return report_xlsx(self.report)
            case Print.JSON:
                return report_json(self.report)
            case _:
                assert_never(form)


def make(wanted: Wanted) -> Made:
    """Return the report asked for.

    Raises InputErrors, MandateErrors and StoreError where the book, a mandate, the list or the log cannot be
    read, or the report cannot be about what is asked.
    """
    match wanted.kind:
        case ReportKind.LETTER | ReportKind.REVIEW:
            return _of_review(wanted)
        case ReportKind.AUDIT:
            return _audit(wanted)
        case ReportKind.TAX:
            return _tax(wanted)
        case ReportKind.COMPLIANCE | ReportKind.ANNUAL:
            return _oversight(wanted)
        case _:
            assert_never(wanted.kind)


def _of_review(wanted: Wanted) -> Made:
    from optimizer.settings import Settings
    from reports.kinds.letter import letter
    from reports.kinds.review import review_report
    from reports.review import review_html

    is_letter = wanted.kind is ReportKind.LETTER
    with work.opened(wanted.policies, wanted.book, wanted.as_of, wanted.known) as desk:
        if wanted.trades is None:
            proposal = desk.propose(settings=Settings(rule_costs=not is_letter))
            assert proposal.gate is not None, "a proposal for a book that was opened is judged"
            review = _review(desk, proposal.gate, proposal, wanted)
        else:
            review = _review(desk, _judged(desk, wanted.trades), None, wanted)
        if is_letter:
            return Made(report=letter(review, to=wanted.to or _households(desk)))
        return Made(report=review_report(review), page=review_html(review))


def _review(desk: work.Desk, answer: "GateAnswer", proposal: "Proposal | None", wanted: Wanted) -> "Review":
    from reports.review import Review

    is_letter = wanted.kind is ReportKind.LETTER
    return Review(
        title=wanted.title or ("Your portfolio" if is_letter else "Portfolio review"),
        notice=wanted.notice,
        ground=desk.ground,
        drift=desk.drift(),
        proposal=proposal,
        answer=answer,
    )


def _households(desk: work.Desk) -> str:
    book = desk.ground.book
    names = sorted({book.accounts[name].household for name in desk.ground.accounts})
    return f"the household {' and '.join(names)}"


def _judged(desk: work.Desk, trades: Path) -> "GateAnswer":
    from engine.shell.files.trades import read_trades

    return desk.judge(read_trades(trades, desk.records))


def _audit(wanted: Wanted) -> Made:
    from engine.gate.answer import gate_answer
    from reports.kinds.audit import Audited, audit

    title = wanted.title or "Why this decision"
    if wanted.decision is not None:
        gate, record = _recorded(wanted, wanted.decision)
        return Made(report=audit(Audited(title=title, notice=wanted.notice, gate=gate, record=record)))
    with work.opened(wanted.policies, wanted.book, wanted.as_of, wanted.known) as desk:
        answer = desk.propose().gate if wanted.trades is None else _judged(desk, wanted.trades)
    assert answer is not None, "a proposal for a book that was opened is judged"
    told = gate_answer(answer)
    return Made(report=audit(Audited(title=title, notice=wanted.notice, gate=told, record=None)))


def _recorded(wanted: Wanted, name: str) -> "tuple[dict[str, object], Recorded]":
    from engine.shell.reporting.proven import recorded
    from engine.shell.store.address import is_address

    if not is_address(wanted.book) and wanted.log is None:
        cure = "name the log of the folder: --log FILE.db, or keep the book in a database"
        raise InputError("a folder keeps no decision log", place="--decision", cure=cure)
    address = wanted.book if is_address(wanted.book) else f"sqlite:///{wanted.log}"
    return recorded(address, name)


def _tax(wanted: Wanted) -> Made:
    from engine.shell.reporting.taxes import tax_pack_of
    from reports.kinds.tax import tax_pack

    pack = tax_pack_of(
        read_book(wanted.book, as_of=wanted.as_of, known=wanted.known),
        year=wanted.year,
        as_of=wanted.as_of,
        policies=wanted.policies,
        household=wanted.household,
    )
    report = tax_pack(pack)
    return Made(
        report=replace(
            report,
            title=wanted.title or report.title,
            notice=" ".join(filter(None, (wanted.notice, report.notice))),
        )
    )


def _oversight(wanted: Wanted) -> Made:
    from engine.ledger.book import default_as_of
    from engine.shell.reporting.gather import oversight_of
    from reports.kinds.annual import annual
    from reports.kinds.compliance import compliance

    read = read_book(wanted.book, as_of=wanted.as_of, known=wanted.known)
    day = wanted.as_of.date() if wanted.as_of else default_as_of(read.records)
    period = _period(wanted, day)
    stands = datetime.combine(period.stands, datetime.min.time())
    is_month = wanted.kind is ReportKind.COMPLIANCE
    title = wanted.title or f"{'Compliance' if is_month else 'Annual review'}, {period.word}"
    with work.opened(wanted.policies, wanted.book, stands, wanted.known) as desk:
        seen = oversight_of(desk, wanted.book, period, log=wanted.log, title=title, notice=wanted.notice)
    return Made(report=compliance(seen) if is_month else annual(seen))


def _period(wanted: Wanted, day: date) -> Period:
    if wanted.kind is ReportKind.COMPLIANCE:
        return month_of(wanted.month, book_day=day)
    return year_of(wanted.year, book_day=day)
