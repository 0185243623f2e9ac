"""The audit explanation: one decision with its full proof, from the gate's answer as it was recorded.

Nothing is recalculated: every figure is the text that the answer told (`guardband/gate/1`), so a record of
last year is explained by what it said then.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from textwrap import shorten
from typing import Any, Literal, assert_never

from reports import words
from reports.charts.headroom import HeadroomRow
from reports.prints.report import (
    Card,
    Cell,
    Column,
    Figure,
    Part,
    Picture,
    Report,
    Table,
    cell_text,
    measured,
)

Data = Mapping[str, Any]
Status = Literal["block", "approval", "warn", "pass"]
BARS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What the decision log says of the decision, name by name, and whether its chain and a replay hold."""

    facts: tuple[tuple[str, str], ...]
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """A decision to be explained; `record` is None where it was reached now and is not recorded."""

    title: str
    notice: str
    gate: Data
    record: Recorded | None


def audit(audited: Audited) -> Report:
    """Return the explanation of a decision."""
    gate = audited.gate
    book = gate["rulebook"]
    parts = (
        _glance(audited),
        _trades(gate),
        _spoken(gate),
        _tried(gate),
        _because(gate),
        _contributors(gate),
        _rests(audited),
    )
    return Report(
        kind="audit",
        house="Guardband audit explanation",
        dated=date.fromisoformat(gate["as_of"]),
        title=audited.title,
        first=_first(gate),
        notice=audited.notice,
        parts=parts,
        identity=f"Rulebook {book['id']} {book['version']}, {book['hash'][:16]}",
        footer=(
            f"Rulebook {book['id']} {book['version']}, hash {book['hash']}",
            f"Facts {gate['facts_hash']}. Reached by {' and '.join(gate['evaluators']) or 'nobody'}.",
        ),
    )


def _first(gate: Data) -> str:
    decision, trades = gate["decision"], gate["trades"]
    stopped = [row for row in trades if row["decision"] in ("block", "approval")]
    rules = sorted({rule for row in stopped for rule in row["rules"]})
    count = words.plural(len(trades), "trade")
    if "fault" in gate:
        return f"The decision is {decision}: no answer could be reached, and that blocks."
    if stopped:
        return f"The decision is {decision}: {len(stopped)} of {count} stopped by {', '.join(rules)}."
    if not trades:
        return f"The decision is {decision}: the list is empty, and the book is judged as it stands."
    return f"The decision is {decision}: {'it' if len(trades) == 1 else 'all'} of {count} may go."


def _glance(audited: Audited) -> Part:
    verdicts = audited.gate["verdicts"]
    outcomes = Counter(row["outcome"] for row in verdicts)
    record = audited.record
    return Part(
        anchor="glance",
        title="At a glance",
        heading=False,
        lines=(
            "The decision was reached now for this report and stands in no decision log."
            if record is None
            else record.sentence,
        ),
        figures=(
            Figure(
                name="Decision",
                value=audited.gate["decision"],
                beside=f"of {words.plural(len(audited.gate['trades']), 'trade')}",
            ),
            Figure(
                name="Verdicts",
                value=len(verdicts),
                kind="count",
                beside=f"of {len({row['rule'] for row in verdicts})} rules",
            ),
            Figure(name="In breach", value=outcomes["breach"], kind="count", beside="active and passive"),
            Figure(
                name="Waived or excepted",
                value=outcomes["waived"] + outcomes["excepted"],
                kind="count",
                beside=f"{outcomes['missing_data']} for want of data",
            ),
        ),
        pictures=_scarce(verdicts),
    )


def _scarce(verdicts: list[Data]) -> tuple[Picture, ...]:
    rows = []
    for row in verdicts:
        after, limit = measured(row["after"], row["unit"]), measured(row["limit"], row["unit"])
        if after is None or limit is None or limit.value <= 0 or after.value < 0 or not _is_ceiling(row):
            continue
        told = f"{cell_text(after)} of {cell_text(limit)}"
        group = " ".join(str(value).replace("_", " ") for value in row["group"].values())
        where = f" ({row['account']})" if row.get("account") else ""
        used = float(after.value / limit.value)
        rows.append(
            HeadroomRow(
                label=shorten(f"{row['rule']} {group}".strip(), 34, placeholder=" …") + where,
                used=used,
                told=told,
            )
        )
    rows.sort(key=lambda one: (-one.used, one.label))
    if not rows:
        return ()
    return (Picture(question="How much of each limit is used, the scarcest first?", rows=tuple(rows[:BARS])),)


def _is_ceiling(row: Data) -> bool:
    """Return whether a verdict's limit is the most that it may be; of a floor, more use is more room."""
    under = Decimal(row["after"]) <= Decimal(row["limit"])
    return "low" not in row and row["headroom"] is not None and (Decimal(row["headroom"]) >= 0) == under


def _trades(gate: Data) -> Part:
    table = Table(
        title="The list",
        columns=(
            Column(name="No.", kind="count"),
            Column(name="Account"),
            Column(name="Side"),
            Column(name="Symbol"),
            Column(name="Shares", kind="measured"),
            Column(name="Lot"),
            Column(name="Decision"),
            Column(name="Rules"),
            Column(name="Would pass, shares", kind="measured"),
        ),
        rows=tuple(
            (
                row["trade"],
                row["account"],
                row["side"],
                row["symbol"],
                measured(row["quantity"], "shares"),
                row.get("lot") or "",
                row["decision"],
                ", ".join(row["rules"]),
                measured(row["max_quantity"], "shares"),
            )
            for row in gate["trades"]
        ),
        empty="The list is empty: the book is judged as it stands.",
    )
    return Part(anchor="list", title="The list", tables=(table,))


def _speaks(row: Data) -> bool:
    return row["outcome"] in ("breach", "waived", "missing_data") or row["decision"] != "pass"


def _spoken(gate: Data) -> Part:
    cards = tuple(_card(row) for row in gate["verdicts"] if _speaks(row))
    told = f"{words.plural(len(cards), 'verdict is', 'verdicts are')} told in full: decision, rule, figures, "
    told += "what they are made of, and the clause."
    first = told if cards else "No rule objects."
    return Part(anchor="full", title="Verdicts in full", first=first, cards=cards, new_page=True)


def _card(row: Data) -> Card:
    status: Status = row["decision"]
    passive = row["breach"] == "passive" and status == "pass"
    word = status if status != "pass" else ("passive" if passive else row["outcome"].replace("_", " "))
    unit = row["unit"]
    facts = [("where", _scope(row))]
    if row["after"] is not None:
        figures = (f"{name} {_text(row[name], unit)}" for name in ("before", "after", "limit", "headroom"))
        facts.append(("measured", f"{words.plain_words(row['measure'])}: {', '.join(figures)}"))
    if row.get("limit_words"):
        facts.append(("limit", row["limit_words"]))
    if row["contributors"]:
        facts.append(("made of", ", ".join(_part(part, unit) for part in row["contributors"][:12])))
    if row["would_pass"]:
        facts.append(("would pass", "; or ".join(_change(one) for one in row["would_pass"])))
    if row["responses"]:
        facts.append(("response", ", ".join(row["responses"])))
    if row.get("window"):
        facts.append(("window", f"{row['window']['from']} to {row['window']['until']}"))
    if row.get("cure_due"):
        facts.append(("cure by", row["cure_due"]))
    return Card(
        state="passive" if passive else status,
        word=word,
        title=row["title"],
        beside=f"{row['rule']} · {_place(row)}",
        text=row["reason"],
        facts=tuple(facts),
        quotes=tuple(_clause(cite) for cite in row["because"]),
        lines=tuple(row.get("considered", ())),
    )


def _tried(gate: Data) -> Part:
    table = Table(
        title="Every verdict",
        columns=(
            *(Column(name=name) for name in ("Rule", "Where", "Outcome", "Decision")),
            *(Column(name=name, kind="measured") for name in ("Before", "After", "Limit", "Headroom")),
        ),
        rows=tuple(
            (
                row["rule"],
                _scope(row) + (f", {row['groups_passed']} groups in all" if row.get("groups_passed") else ""),
                row["outcome"].replace("_", " "),
                row["decision"],
                *(measured(row[name], row["unit"]) for name in ("before", "after", "limit", "headroom")),
            )
            for row in gate["verdicts"]
        ),
        empty="No rule was tried.",
    )
    return Part(
        anchor="tried",
        title="Every verdict",
        first=f"{words.plural(len(table.rows), 'verdict')} in all; those that pass too.",
        tables=(table,),
        new_page=True,
    )


def _because(gate: Data) -> Part:
    seen: dict[tuple[str, str], tuple[Cell, ...]] = {}
    for row in gate["verdicts"]:
        cites = row["because"] or [{"source": "no clause is cited", "clause": "", "quote": None}]
        for cite in cites:
            told = (
                row["rule"],
                row["title"],
                cite["source"],
                cite["clause"],
                cite["quote"] or "",
                _place(row),
            )
            seen.setdefault((row["rule"], f"{cite['source']} {cite['clause']}"), told)
    table = Table(
        title="Rules and clauses",
        columns=tuple(Column(name=name) for name in ("Rule", "Title", "Source", "Clause", "Words", "File")),
        rows=tuple(seen[key] for key in sorted(seen)),
        empty="No rule was tried.",
    )
    return Part(
        anchor="clauses",
        title="Rules and clauses",
        first="Each rule that was tried, the words that it stands for, and its line.",
        tables=(table,),
    )


def _contributors(gate: Data) -> Part:
    rows = tuple(
        (
            row["rule"],
            _scope(row),
            part["symbol"],
            part.get("account", ""),
            measured(part["amount"], row["unit"]),
            part.get("note", ""),
        )
        for row in gate["verdicts"]
        if _speaks(row)
        for part in row["contributors"]
    )
    table = Table(
        title="What figures are made of",
        columns=(
            *(Column(name=name) for name in ("Rule", "Where", "Symbol", "Account")),
            Column(name="Amount", kind="measured"),
            Column(name="Note"),
        ),
        rows=rows,
        empty="No verdict speaks, so nothing is taken apart.",
    )
    return Part(
        anchor="parts",
        title="What figures are made of",
        first="Each position’s part of the figures of the verdicts told in full.",
        tables=(table,),
    )


def _rests(audited: Audited) -> Part:
    gate = audited.gate
    rows: list[tuple[Cell, ...]] = [
        ("rulebook", f"{gate['rulebook']['id']} {gate['rulebook']['version']}", gate["rulebook"]["hash"]),
        *(("policy", f"{row['id']} {row['version']}", row["hash"]) for row in gate["policies"]),
        ("facts", f"of {gate['as_of']}", gate["facts_hash"]),
        ("evaluators", " and ".join(gate["evaluators"]) or "nobody", "agree on every verdict"),
    ]
    if "fault" in gate:
        rows.append(("fault", "", gate["fault"]["reason"]))
    if audited.record is not None:
        rows += [(name, "", told) for name, told in audited.record.facts]
    table = Table(
        title="What it rests on",
        columns=(Column(name="What"), Column(name="Name"), Column(name="Hash or words", kind="code")),
        rows=tuple(rows),
        empty="",
    )
    return Part(anchor="rests", title="What it rests on", tables=(table,))


def _scope(row: Data) -> str:
    if row.get("account"):
        owner = str(row["account"])
    else:
        owner = f"household {row['household']}" if row.get("household") else "the book"
    groups = words.plain_words(
        ", ".join(f"{name} {value or 'unknown'}" for name, value in row["group"].items())
    )
    return f"{owner}, {groups}" if groups else owner


def _text(value: str | None, unit: str) -> str:
    return cell_text(measured(value, unit))


def _part(part: Data, unit: str) -> str:
    note = part.get("note")
    return str(note) if note else f"{part['symbol']} {_text(part['amount'], unit)}"


def _place(row: Data) -> str:
    where = row["where"]
    return f"{where['file']}:{where['line']}" if where else "built in"


def _clause(cite: Data) -> str:
    return f"{cite['source']} {cite['clause']}" + (f": “{cite['quote']}”" if cite["quote"] else "")


def _change(one: Data) -> str:
    change: Literal["quantity", "date", "security", "add_trade", "drop"] = one["change"]
    match change:
        case "quantity":
            return f"trade {one['trade']} with {one['to']} shares"
        case "date" | "security" | "add_trade" | "drop":
            return str(one["to"])
        case _:
            assert_never(change)
