"""The log for an examiner: one row for each trade of each decision, and one for every other act.

Columns follow what a memorandum of each order must tell: terms, who proposed, who approved, when, for which
account, under which version of which policy, and what was decided.

Source: 17 CFR 275.204-2(a)(3); Commission Delegated Regulation (EU) 2017/565, Annex IV.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from sqlmodel import Session

from engine.facts.failure import InputError
from engine.shell.log.chain import Entry, entries
from engine.shell.log.verify import Checked
from engine.shell.store.columns import moment_text

COLUMNS = (
    "record",
    "recorded_at",
    "kind",
    "person",
    "as_of",
    "decision",
    "status",
    "proposed_by",
    "approved_by",
    "policies",
    "rulebook_hash",
    "facts_hash",
    "decision_id",
    "trade",
    "account",
    "side",
    "symbol",
    "quantity",
    "price",
    "book_price",
    "currency",
    "lot",
    "trade_decision",
    "reason",
    "details",
    "hash",
)

Row = dict[str, str]


def export_rows(session: Session) -> Iterator[Row]:
    """Yield the rows, each with every column; blank where a column has no meaning."""
    for row in entries(session):
        base = _base(row)
        trades = row.body.get("trades") or ()
        if not trades:
            yield base
        for trade in trades:
            yield {**base, **_trade(trade)}


def csv_text(rows: Iterator[Row]) -> str:
    """Return the rows as CSV; cells that a spreadsheet would take for a formula begin with an apostrophe."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _no_formula(value) for name, value in row.items()} for row in rows)
    return out.getvalue()


def xlsx_bytes(rows: Iterator[Row], checked: Checked) -> bytes:
    """Return the rows as a workbook, with a second sheet that tells whether the chain holds."""
    try:
        import xlsxwriter
    except ModuleNotFoundError:
        cure = 'install it: pip install "guardband[excel]", or use --format csv'
        raise InputError("workbooks need `xlsxwriter`", place="--format xlsx", cure=cure) from None
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    try:
        sheet, bold = book.add_worksheet("Decisions"), book.add_format({"bold": True})
        sheet.write_row(0, 0, COLUMNS, bold)
        for number, row in enumerate(rows, start=1):
            for column, name in enumerate(COLUMNS):
                sheet.write_string(number, column, row[name])
        sheet.freeze_panes(1, 1)
        chain = book.add_worksheet("Chain")
        chain.write_string(0, 0, status_words(checked), bold)
        chain.write_row(2, 0, ("day", "first record", "last record", "Merkle root"), bold)
        for number, day in enumerate(checked.days, start=3):
            chain.write_row(number, 0, (day.day.isoformat(), day.first, day.last, day.root))
    finally:
        book.close()
    return out.getvalue()


def html_text(rows: Iterator[Row], checked: Checked, *, title: str) -> str:
    """Return the rows as one page that stands alone."""
    heads = "".join(f"<th scope=col>{escape(name.replace('_', ' '))}</th>" for name in COLUMNS)
    body = "\n".join(
        "<tr>" + "".join(f"<td>{escape(row[name])}</td>" for name in COLUMNS) + "</tr>" for row in rows
    )
    days = "".join(
        f"<tr><td>{row.day}</td><td>{row.first}</td><td>{row.last}</td><td><code>{row.root}</code></td></tr>"
        for row in checked.days
    )
    return _PAGE.format(
        title=escape(title), status=escape(status_words(checked)), heads=heads, body=body, days=days
    )


def status_words(checked: Checked) -> str:
    """Return whether the chain holds, in a sentence."""
    if checked.finding is not None:
        return f"The log does not hold: {checked.finding.words}."
    count = "1 record" if checked.records == 1 else f"{checked.records} records"
    return f"The log holds: {count}; signatures: {checked.signatures}; last hash {checked.last}."


def _base(row: Entry) -> Row:
    body = row.body
    approved = body.get("approved_by") or ()
    named = approved if isinstance(approved, str) else "; ".join(_approval(given) for given in approved)
    policies = "; ".join(f"{p['id']} {p['version']} {p['hash'][:12]}" for p in body.get("policies") or ())
    return {
        **dict.fromkeys(COLUMNS, ""),
        "record": str(row.seq),
        "recorded_at": moment_text(row.recorded_at),
        "kind": row.kind,
        "person": row.person,
        "as_of": _text(body.get("as_of")),
        "decision": _text(body.get("decision")),
        "status": _text(body.get("status")),
        "proposed_by": _text(body.get("proposed_by")),
        "approved_by": named,
        "policies": policies or " ".join(filter(None, map(_text, (body.get("policy"), body.get("version"))))),
        "rulebook_hash": _text((body.get("rulebook") or {}).get("hash")),
        "facts_hash": _text(body.get("facts_hash")),
        "decision_id": _text(body.get("decision_id")),
        "reason": _text(body.get("reason")),
        "details": _details(body),
        "hash": row.hash,
    }


_TOLD = frozenset(
    {"as_of", "decision", "status", "proposed_by", "approved_by", "policies", "policy", "version", "rulebook"}
    | {"facts_hash", "decision_id", "reason", "trades", "request", "inputs", "answer", "evidence", "mandate"}
)


def _details(body: Mapping[str, Any]) -> str:
    rest = {key: value for key, value in body.items() if key not in _TOLD and value not in (None, "", [])}
    return "; ".join(f"{key} {_plain(value)}" for key, value in rest.items())


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_plain, value))
    return " ".join(map(_plain, value.values())) if isinstance(value, dict) else _text(value)


def _trade(trade: Mapping[str, Any]) -> Row:
    told = {name: _text(trade.get(name)) for name in COLUMNS if name in trade and name != "decision"}
    return {**told, "trade_decision": _text(trade.get("decision"))}


def _approval(given: Mapping[str, Any]) -> str:
    return f"{given['person']} as {given['role']} ({given['rule']})"


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _no_formula(value: str) -> str:
    return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
<style>
body {{ font: 14px/1.45 system-ui, sans-serif; margin: 2rem; color: #1b1f24; }}
table {{ border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums; }}
th, td {{ border-bottom: 1px solid #d5d9de; padding: .3rem .6rem; text-align: left; vertical-align: top; }}
th {{ position: sticky; top: 0; background: #f4f6f8; }}
.wide {{ overflow-x: auto; }}
</style>
</head>
<body>
<h1>{title}</h1>
<p>{status}</p>
<div class="wide" tabindex="0" role="region" aria-label="Decisions">
<table><thead><tr>{heads}</tr></thead>
<tbody>
{body}
</tbody></table>
</div>
<h2>Merkle roots</h2>
<table><thead><tr><th scope=col>day</th><th scope=col>first record</th><th scope=col>last record</th>
<th scope=col>root</th></tr></thead><tbody>{days}</tbody></table>
</body>
</html>
"""
