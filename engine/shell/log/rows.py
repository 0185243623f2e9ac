"""The rows of `trades` and `verdicts` that repeat a decision for questions in SQL.

They are made from the answer that the log holds and from nothing else, so that `audit verify` can make them
again and compare.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from engine.shell.store.recording import insert_rows, table_of
from engine.shell.store.schema.work import TradeRow, VerdictRow

Data = Mapping[str, Any]


def insert_copies(session: Session, seq: int, answer: Data) -> None:
    """Write the rows of a decision."""
    insert_rows(session, table_of(TradeRow), list(trade_rows(seq, answer)))
    insert_rows(session, table_of(VerdictRow), list(verdict_rows(seq, answer)))


def copies_differ(session: Session, seq: int, answer: Data) -> str | None:
    """Return the table whose rows are not those of the decision; None where all are."""
    for model, made in ((TradeRow, trade_rows(seq, answer)), (VerdictRow, verdict_rows(seq, answer))):
        table = table_of(model)
        kept = session.execute(select(table).where(table.c.decision_seq == seq).order_by(table.c.id))
        found = [{name: row[name] for name in row if name != "id"} for row in kept.mappings()]
        if found != list(made):
            return table.name
    return None


def gate_part(answer: Data) -> Data | None:
    """Return the gate's answer in an answer of any command."""
    if "verdicts" in answer:
        return answer
    gate = answer.get("gate")
    return gate if isinstance(gate, Mapping) else None


def trade_rows(seq: int, answer: Data) -> Iterator[dict[str, Any]]:
    """Yield the rows of `trades`."""
    gate = gate_part(answer)
    for row in () if gate is None else gate["trades"]:
        yield {
            "proposal_id": None,
            "decision_seq": seq,
            "number": row["trade"],
            "account": row["account"],
            "side": row["side"],
            "symbol": row["symbol"],
            "quantity": Decimal(row["quantity"]),
            "price": _decimal(row.get("price")),
            "lot": row.get("lot"),
            "reason": row.get("reason"),
            "decision": row["decision"],
        }


def verdict_rows(seq: int, answer: Data) -> Iterator[dict[str, Any]]:
    """Yield the rows of `verdicts`."""
    gate = gate_part(answer)
    for row in () if gate is None else gate["verdicts"]:
        grouped = ", ".join(f"{name} {value}" for name, value in row["group"].items())
        yield {
            "decision_seq": seq,
            "rule": row["rule"],
            "policy": row["policy"],
            "account": row.get("account"),
            "household": row.get("household"),
            "grouped": grouped or None,
            "outcome": row["outcome"],
            "breach": row["breach"],
            "responses": ", ".join(row["responses"]),
            "measure": row["measure"],
            "unit": row["unit"],
            "before": _decimal(row["before"]),
            "after": _decimal(row["after"]),
            "bound": _decimal(row["limit"]),
            "headroom": _decimal(row["headroom"]),
        }


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
