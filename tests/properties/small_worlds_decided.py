"""Small worlds with what the gate is to say, in full: where the reference does not speak, a person does.

The decision on a list, a person's yes to it, the largest quantity of a trade and what is said of groups
that a list leaves alone are the gate's own. Each is a policy, a book, one list and the expected words,
as `in_words` puts them. One share is 10 USD. What the operator decides is said with each.

    approval; R breach approval; 1 approval at most 0     the list, its verdicts, its trades
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from dsl.policy import CheckedPolicy
from engine.facts.book import Book, Coverage
from engine.facts.ids import AccountId
from engine.facts.trades import Trade
from engine.gate.approvals import Approval
from engine.gate.verdict import GateAnswer, Verdict
from tests.properties.small_worlds_of_trades import ACME, BETA, EQUITIES, OLD, RICH, aged, rule
from tests.reference_evaluator.small import TODAY, book_of, lot, policy_of, security, trades_of

THIS, OTHER = "this list", "another list"
SAYS = ("approved by", "one person")
"""How the words begin that an approval adds to a verdict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A list with its answer in words; an approval's `decision` is THIS, or of another list."""

    policy: CheckedPolicy
    book: Book
    trades: tuple[Trade, ...]
    expected: tuple[str, ...]
    approvals: tuple[Approval, ...] = ()
    every_group: bool = False


def in_words(answer: GateAnswer) -> tuple[str, ...]:
    """Return the decision, each verdict of a policy's rule, and each trade with its largest quantity."""
    rows = sorted(_in_words(verdict) for verdict in answer.verdicts if verdict.policy is not None)
    faults = () if answer.fault is None else (answer.fault.reason,)
    trades = [
        f"{row.trade.number} {row.decision.value}"
        + ("" if row.max_quantity is None else f" at most {float(row.max_quantity):g}")
        for row in answer.trades
    ]
    return (answer.decision.value, *rows, *trades, *faults)


def _in_words(verdict: Verdict) -> str:
    words = [verdict.rule, *(str(name) for _, name in verdict.group), verdict.outcome.value]
    words += [verdict.decision.value, *(() if verdict.coverage is None else ("by the history",))]
    said = [text for text in verdict.considered if text.startswith(SAYS)]
    return ", ".join((" ".join(words), *said))


def _yes(role: str, person: str = "Ann", *, to: str = THIS, of: str = "R", until: int | None = 0) -> Approval:
    """Return an approval of a rule until so many days from today; None: without an end."""
    day = None if until is None else TODAY + timedelta(days=until)
    return Approval(decision=to, rule=of, role=role, person=person, until=day)


def _asked_for(*given: Approval, says: str, roles: str = 'require approval of "CCO"') -> Decided:
    """A purchase that needs a person's yes, of which 50 shares would not."""
    policy = policy_of(EQUITIES + rule(f"limit value of equities to at most 500 USD\n  on breach {roles}"))
    book = book_of(accounts=(RICH,), securities=(ACME,))
    done = "pass" if "approved" in says else "approval"
    expected = (done, f"R breach {says}", f"1 {done} at most 50")
    return Decided(
        policy=policy, book=book, trades=trades_of("buy 60 ACME"), approvals=given, expected=expected
    )


BOTH = 'require approval of "CCO", require approval of "CIO"'
BY_ANN = "pass, approved by Ann as CCO"
ALONE = "approval, one person cannot approve in every role that is asked for"


def yeses() -> tuple[Decided, ...]:
    """A yes counts for its list, rule and role, to its last day; two roles are two persons."""
    ann, chief = _yes("CCO"), _yes("CIO")
    bob = _yes("CIO", "Bob")
    return (
        _asked_for(says="approval"),
        _asked_for(ann, says=BY_ANN),
        _asked_for(_yes("CCO", until=None), says=BY_ANN),
        _asked_for(_yes("CCO", until=-1), says="approval"),
        _asked_for(_yes("CCO", to=OTHER), says="approval"),
        _asked_for(_yes("CCO", of="S"), says="approval"),
        _asked_for(_yes("CIO"), says="approval"),
        _asked_for(ann, says="approval", roles=BOTH),
        _asked_for(ann, chief, says=ALONE, roles=BOTH),
        _asked_for(ann, bob, says=f"{BY_ANN}, approved by Bob as CIO", roles=BOTH),
        _asked_for(
            ann, chief, bob, says=f"{BY_ANN}, approved by Ann as CIO, approved by Bob as CIO", roles=BOTH
        ),
    )


def without_a_trade_that_answers() -> Decided:
    """A second issuer comes by two purchases: without either it came by the other, yet the list blocks."""
    policy = policy_of(EQUITIES + rule("limit count of issuers in equities to at most 1"))
    book = book_of(accounts=(RICH,), securities=(ACME, BETA), lots=(lot("ACME", "200"),))
    expected = ("block", "R breach block", "1 pass at most 998", "2 pass at most 999")
    return Decided(policy=policy, book=book, trades=trades_of("buy 1 BETA", "buy 2 BETA"), expected=expected)


def warned_of_what_was_there_before() -> Decided:
    """A breach of before that only warns makes the list one to warn of, and no trade."""
    text = "limit value of equities to at most 500 USD\n  on passive breach warn"
    book = book_of(accounts=(RICH,), securities=(ACME, BETA), lots=(lot("ACME", "60"), lot("BETA", "1")))
    expected = ("warn", "R breach warn", "1 pass at most 60")
    return Decided(
        policy=policy_of(EQUITIES + rule(text)), book=book, trades=trades_of("sell 1 ACME"), expected=expected
    )


def of_the_two_largest() -> Decided:
    """Half of the account in its two largest issuers: the part of a third bends where it comes to be one."""
    text = "define two as the 2 largest issuers in equities\n" + rule("limit weight of two to at most 50%")
    core = security("CORE")
    book = book_of(
        accounts=(RICH,), securities=(ACME, BETA, core), lots=(lot("ACME", "200"), lot("BETA", "200"))
    )
    expected = ("pass", "R pass pass", "1 pass at most 500")
    trades = trades_of("buy 400 CORE")
    return Decided(policy=policy_of(EQUITIES + text), book=book, trades=trades, expected=expected)


def turned_over_so_far() -> Decided:
    """What is turned over in a year rests on the history, whose days are told with it."""
    policy = policy_of(rule("limit turnover this calendar_year to at most 10%"))
    covered = Coverage(accounts=(AccountId("A"),), since=date(2024, 1, 1), until=TODAY)
    book = replace(book_of(accounts=(RICH,), securities=(ACME,)), coverage=covered)
    expected = ("pass", "R pass pass by the history", "1 pass at most 200")
    return Decided(policy=policy, book=book, trades=trades_of("buy 1 ACME"), expected=expected)


def at_its_notional_value() -> Decided:
    """Of a bond without a notional value nor a price of these days, the whole is not known."""
    stated = security("ACME", notional="10")
    policy = policy_of(EQUITIES + rule("limit weight of equities to at most 50%\n  valued at notional"))
    lots = (lot("ACME", "100"), lot("OLD", "10"))
    book = aged(book_of(accounts=(RICH,), securities=(stated, OLD), lots=lots), "OLD", 9)
    expected = ("pass", "R missing_data pass", "1 pass at most 455")
    return Decided(policy=policy, book=book, trades=trades_of("buy 1 ACME"), expected=expected)


def _every_group(limit: str, *symbols: str, says: tuple[str, ...]) -> Decided:
    """A purchase where every issuer is asked for: ACME is held, BETA is neither held nor traded."""
    policy = policy_of(rule(f"for each issuer in holdings\n  limit {limit}"))
    lots = (lot("ACME", "20"), *(lot(symbol, "10") for symbol in symbols))
    book = aged(book_of(accounts=(RICH,), securities=(ACME, BETA, OLD), lots=lots), "OLD", 9)
    trades = trades_of("buy 1 ACME")
    return Decided(policy=policy, book=book, trades=trades, expected=says, every_group=True)


def of_what_is_not_held() -> tuple[Decided, ...]:
    """What is neither held nor traded may only pass: it lacks nothing, and keeps a bound that it meets."""
    lacking = ("block", "R ACME missing_data block", "1 block at most 0")
    unpriced = ("pass", "R ACME missing_data pass", "R OLD missing_data pass", "1 pass at most 495")
    kept = ("pass", "R ACME pass pass", "R BETA pass pass", "R OLD pass pass", "1 pass at most 1000")
    return (
        _every_group("active_weight to at most 5%", says=lacking),
        _every_group("weight to at most 50%", "OLD", says=unpriced),
        _every_group("weight to at least 0%", says=kept),
    )


def worlds_decided() -> tuple[Decided, ...]:
    """Return all of them."""
    return (
        *yeses(),
        without_a_trade_that_answers(),
        warned_of_what_was_there_before(),
        of_the_two_largest(),
        turned_over_so_far(),
        at_its_notional_value(),
        *of_what_is_not_held(),
    )
