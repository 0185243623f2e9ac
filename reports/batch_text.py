"""The summary of a batch as plain text: one line an account, then how many of each."""

from typing import Any

from reports import words


def batch_text(summary: dict[str, Any]) -> str:
    """Return a batch's summary for people."""
    rows = summary["accounts"]
    counts = ", ".join(f"{count} {status.replace('_', ' ')}" for status, count in summary["counts"].items())
    lines = [f"{words.plural(len(rows), 'account')}: {counts}", f"  asked: {summary['intent']}", ""]
    lines += [_row(row) for row in rows]
    return "\n".join(lines)


def _row(row: dict[str, Any]) -> str:
    if row["status"] == "failed":
        return f"  {row['account']:<16} failed: {row['reason']}"
    gap = "" if row["gap"] is None else f", gap {row['gap']} bp"
    told = f"{words.plural(row['trades'], 'trade')}; the gate says {row['decision']}{gap}"
    return f"  {row['account']:<16} {row['status'].replace('_', ' ')}: {told}"
