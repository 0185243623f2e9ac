"""Halts: a person stops proposals and sending at once; lifting one needs a second person.

    halt(session, author, scope=Scope(kind="security", name="KO"), reason="takeover bid")   -> record 12
    halted_answer(answer, halts)      every trade in KO blocked by HALT-12, with the reason
    lift(session, author, number=12, reason="bid withdrawn")    refused to the person who halted

Halts live in the decision log and nowhere else: a halt holds until a later record lifts it.
"""

from collections.abc import Container, Iterable
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Literal

from sqlmodel import Session

from dsl.policy import BLOCK
from engine.facts.failure import InputError
from engine.facts.ids import AccountId
from engine.facts.trades import Trade
from engine.gate.verdict import Decision, GateAnswer, Outcome, TradeDecision, Verdict
from engine.shell.log.chain import Author, Entry, append, entries
from engine.shell.publishing.people import SecondPerson, is_same_person, require
from optimizer.proposal import Conflict, Proposal, Status

HALT, LIFT = "halt", "lift"
TITLE = "Trading is halted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What is halted: one account, one security, or everything (`name` empty)."""

    kind: Literal["account", "security", "all"]
    name: str = ""

    @property
    def words(self) -> str:
        """The scope in words."""
        kind = "" if self.kind == "security" else "the account "
        return "all trading" if self.kind == "all" else f"trading in {kind}{self.name}"

    def touches(self, trade: Trade) -> bool:
        """Return whether a trade is halted."""
        match self.kind:
            case "account":
                return trade.account == self.name
            case "security":
                return trade.symbol == self.name
            case "all":
                return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Halt:
    """A halt that holds; `number` is its record in the log."""

    number: int
    scope: Scope
    person: str
    reason: str
    since: date

    @property
    def rule(self) -> str:
        """How verdicts name it."""
        return f"HALT-{self.number}"

    def concerns(self, accounts: Container[str]) -> bool:
        """Return whether what is asked of some accounts is halted before there is any trade."""
        return self.scope.kind == "all" or (self.scope.kind == "account" and self.scope.name in accounts)

    @property
    def words(self) -> str:
        """Who halted what, when and why."""
        return f"{self.scope.words} was halted on {self.since} by {self.person}: {self.reason}"


def halt(session: Session, author: Author, *, scope: Scope, reason: str) -> Entry:
    """Halt trading; returns the record. Raises InputError where the person may not."""
    require(session, author.person, "halt")
    _need(reason, "--reason")
    body = {"scope": scope.kind, "name": scope.name, "reason": reason}
    return append(session, author, HALT, body)


def lift(session: Session, author: Author, *, number: int, reason: str) -> Entry:
    """Lift a halt as a second person; returns the record.

    Raises InputError where it does not hold, SecondPerson where the person is the one who halted,
    NotAllowed where the person may not lift.
    """
    require(session, author.person, "lift")
    _need(reason, "--reason")
    found = next((row for row in halts(session) if row.number == number), None)
    if found is None:
        held = ", ".join(str(row.number) for row in halts(session)) or "there is none"
        raise InputError(f"no halt {number} holds", place="--lift", cure=f"halts that hold: {held}")
    if is_same_person(found.person, author.person):
        raise SecondPerson(
            f"{found.person} halted it; lifting needs a second person", place="--by", cure="ask a colleague"
        )
    return append(session, author, LIFT, {"halt": number, "halted_by": found.person, "reason": reason})


def halts(session: Session) -> tuple[Halt, ...]:
    """Return the halts that hold, oldest first."""
    held: dict[int, Halt] = {}
    for row in entries(session, HALT, LIFT):
        if row.kind == LIFT:
            held.pop(int(row.body["halt"]), None)
            continue
        scope = Scope(kind=row.body["scope"], name=row.body["name"])
        held[row.seq] = Halt(
            number=row.seq,
            scope=scope,
            person=row.person,
            reason=row.body["reason"],
            since=row.recorded_at.date(),
        )
    return tuple(held.values())


def halted_answer(answer: GateAnswer, held: Iterable[Halt], *, accounts: Iterable[str] = ()) -> GateAnswer:
    """Return the gate's answer with halts taken into account: what they touch is blocked.

    accounts: those that are asked about, where there may be no trades yet.
    """
    asked = tuple(accounts)
    for row in held:
        touched = tuple(t.trade.number for t in answer.trades if row.scope.touches(t.trade))
        if touched or row.concerns(asked):
            answer = replace(
                answer,
                decision=Decision.BLOCK,
                trades=tuple(_blocked(t, row) if t.trade.number in touched else t for t in answer.trades),
                verdicts=(_verdict(row, touched, answer), *answer.verdicts),
                largest_passing=None,
            )
    return answer


def halted_proposal(proposal: Proposal, held: Iterable[Halt], *, accounts: Iterable[str]) -> Proposal:
    """Return the proposal, or none where halts touch it or the accounts that it is for."""
    asked = frozenset(accounts)
    stopped = [
        row
        for row in held
        if row.concerns(asked) or any(row.scope.touches(listed.trade) for listed in proposal.trades)
    ]
    if not stopped:
        return proposal
    gate = None if proposal.gate is None else replace(proposal.gate, trades=(), verdicts=())
    gate = None if gate is None else _stopped(gate, stopped)
    conflict = tuple(Conflict(rule=row.rule, group=None, because=(), words=row.words) for row in stopped)
    return replace(
        proposal,
        status=Status.INFEASIBLE,
        trades=(),
        objective=proposal.doing_nothing,
        gap=None,
        binding=(),
        removals=(),
        conflict=conflict,
        relaxations=(),
        let_go=(),
        gate=gate,
        after=proposal.before,
        accounts=tuple(replace(row, after=row.before) for row in proposal.accounts),
        tax_at=(),
        changes=(),
    )


def _stopped(gate: GateAnswer, stopped: list[Halt]) -> GateAnswer:
    verdicts = tuple(_verdict(row, (), gate) for row in stopped)
    return replace(gate, decision=Decision.BLOCK, verdicts=verdicts, largest_passing=None)


def _blocked(decided: TradeDecision, row: Halt) -> TradeDecision:
    return replace(
        decided, decision=Decision.BLOCK, rules=(row.rule, *decided.rules), max_quantity=Fraction(0)
    )


def _verdict(row: Halt, touched: tuple[int, ...], answer: GateAnswer) -> Verdict:
    accounts = {t.trade.account for t in answer.trades if t.trade.number in touched}
    alone = row.scope.name if row.scope.kind == "account" else min(accounts, default="all accounts")
    return Verdict(
        rule=row.rule,
        policy=None,
        account=AccountId(alone),
        household=None,
        title=TITLE,
        group=(("symbol", row.scope.name),) if row.scope.kind == "security" else (),
        outcome=Outcome.BREACH,
        breach="active",
        responses=(BLOCK,),
        decision=Decision.BLOCK,
        measure="halt",
        unit="number",
        before=None,
        after=None,
        limit=None,
        headroom=None,
        low=None,
        high=None,
        contributors=(),
        trades=touched,
        because=(),
        where=None,
        reason=row.words,
    )


def _need(reason: str, place: str) -> None:
    if not reason.strip():
        raise InputError("no reason is given", place=place, cure="say why: it is kept in the log")
