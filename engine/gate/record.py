"""The decision record in words, at three lengths: one line, one page (`text`), and the full proof.

BLOCK 2026-03-10 1 of 2 trades stopped by IPS-4.1; the largest part that passes: trade 2; decision 3f9a…

The proof has every verdict that was tried, also those that passed, and what it takes to reach them again:
rulebook, policies, facts and decision by their hashes, and who reached the verdicts.
"""

from collections.abc import Iterator

from engine.gate.answer import figure_text
from engine.gate.text import WIDTH, gate_text, verdict_lines
from engine.gate.verdict import GateAnswer, Verdict


def record_line(answer: GateAnswer) -> str:
    """Return the decision on one line."""
    stopped = [trade for trade in answer.trades if trade.decision.stops]
    count = len(answer.trades)
    parts = [f"{answer.decision.value.upper()} {answer.as_of.isoformat()}"]
    if answer.fault is not None:
        parts.append(f"no answer could be reached: {answer.fault.reason.splitlines()[0]}")
    elif stopped:
        rules = list(dict.fromkeys(rule for trade in stopped for rule in trade.rules))
        parts.append(f"{len(stopped)} of {count} trades stopped by {', '.join(rules)}")
    else:
        parts.append(f"{count} trade{'' if count == 1 else 's'} may go" if count else "no trades")
    if answer.largest_passing is not None:
        numbers = ", ".join(map(str, answer.largest_passing.trades)) or "none"
        word = "largest part" if answer.largest_passing.exact else "a part"
        parts.append(f"{word} that passes: {numbers}")
    parts.append(f"decision {answer.decision_id[:12] or 'none'}")
    return "; ".join(parts) + "\n"


def proof_text(answer: GateAnswer, *, width: int = WIDTH) -> str:
    """Return the page with every verdict in full, and what the decision rests on."""
    return "\n".join((gate_text(answer, width=width).rstrip("\n"), "", *_proof(answer, width))) + "\n"


def _proof(answer: GateAnswer, width: int) -> Iterator[str]:
    yield "PROOF"
    yield f"  decision    {answer.decision_id or 'none was reached'}"
    yield f"  rulebook    {answer.rulebook_id} {answer.rulebook_version}, hash {answer.rulebook_hash}"
    for name, version, digest in answer.policies:
        yield f"  policy      {name} {version}, hash {digest}"
    yield f"  facts       {answer.facts_hash}"
    yield f"  reached by  {' and '.join(answer.evaluators) or 'nobody'}"
    for verdict in answer.verdicts:
        yield ""
        yield from verdict_lines(answer, verdict, width=width)
        yield from _details(verdict)


def _details(verdict: Verdict) -> Iterator[str]:
    """Yield what the page leaves out of a verdict."""
    yield f"  measure     {verdict.measure} in {verdict.unit}; {verdict.rule_class or 'a check of the gate'}"
    exact = [
        f"{name} {figure_text(value)}"
        for name, value in (
            ("before", verdict.before),
            ("after", verdict.after),
            ("limit", verdict.limit),
            ("headroom", verdict.headroom),
        )
        if value is not None
    ]
    if exact:
        yield f"  exactly     {', '.join(exact)}"
    if verdict.limit_words:
        yield f"  limit       {verdict.limit_words}"
    if verdict.responses:
        yield f"  responses   {', '.join(response.words for response in verdict.responses)}"
    if verdict.coverage is not None:
        since = "the beginning" if verdict.coverage.since is None else verdict.coverage.since.isoformat()
        yield f"  history     from {since} until {verdict.coverage.until.isoformat()}"
