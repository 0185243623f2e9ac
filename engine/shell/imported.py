"""What became of a custodian's file, as text and as JSON: two prints of one value.

activity.csv -> household

119 records, 113 facts, 4 read into another's, 2 unread
transactions     113 new       0 changed      0 known before
"""

from typing import Any

from engine.facts.money import plain, rounded
from engine.shell.importers.corrections import words
from engine.shell.importers.merging import Check, Merged
from engine.shell.importers.naming import UNCLASSIFIED
from engine.shell.importing import Imported

_SHOWN = 40


def imported_answer(format: str, done: Imported) -> dict[str, Any]:
    """Return what became of a file as JSON."""
    merged, statement = done.merged, done.merged.statement
    return {
        "schema": "guardband/import/1",
        "format": format,
        "source": statement.source,
        "changed": done.is_written and merged.changes,
        "in": statement.records,
        "out": statement.facts,
        "joined": statement.joined,
        "unread": [
            {"line": row.line, "words": row.words, "reason": row.reason, "cure": row.cure}
            for row in merged.unread
        ],
        "corrections": [
            {
                "before": [words(row) for row in one.before],
                "after": [{"line": row.row, "words": words(row)} for row in one.after],
            }
            for one in merged.corrections
        ],
        "gone": [{"transaction": row.id, "words": words(row)} for row in merged.gone],
        "records": [
            {"records": name, "in": new, "superseded": changed, "unchanged": same}
            for name, new, changed, same in _families(merged)
        ],
        "positions": [
            {
                "account": check.account,
                "symbol": check.symbol,
                "stated": plain(check.stated),
                "derived": _derived(check),
                "agrees": check.agrees,
            }
            for check in merged.checks
        ],
        "new_accounts": [row.account for row in merged.accounts],
        "doubts": [
            {"symbol": symbol, "date": day.isoformat(), "words": words} for symbol, day, words in done.doubts
        ],
        "files": list(done.files),
    }


def imported_text(done: Imported) -> str:
    """Return what became of a file as text."""
    merged, statement = done.merged, done.merged.statement
    way = "->" if done.is_written else "-> nothing is written to"
    joined = f", {statement.joined} read into another's" if statement.joined else ""
    lines = [f"{statement.source} {way} {done.book}", ""]
    lines.append(f"{statement.records} records, {statement.facts} facts{joined}, {len(merged.unread)} unread")
    for name, new, changed, same in _families(merged):
        if new or changed or same:
            lines.append(f"{name:<14}{new:>7} new{changed:>8} changed{same:>8} known before")
    lines += _positions(merged)
    for row in merged.unread:
        lines += [
            "",
            f"{statement.source} row {row.line}: {row.reason}",
            f"  {row.words}",
            f"  cure: {row.cure}",
        ]
    lines += _gone(merged)
    lines += _told(done)
    if done.is_written and not merged.changes:
        lines += ["", "nothing changed"]
    return "\n".join(lines)


def _families(merged: Merged) -> tuple[tuple[str, int, int, int], ...]:
    forms = len(merged.statement.forms)
    return (
        ("accounts", len(merged.accounts), 0, 0),
        ("securities", len(merged.securities), 0, 0),
        ("transactions", len(merged.new), len(merged.changed), merged.unchanged),
        ("broker forms", len(merged.forms), 0, forms - len(merged.forms)),
        ("prices", len(merged.prices), 0, 0),
    )


def _derived(check: Check) -> str | None:
    return None if check.derived is None else plain(rounded(check.derived, places=8))


def _positions(merged: Merged) -> list[str]:
    if not merged.checks:
        return []
    agree = sum(check.agrees for check in merged.checks)
    lines = ["", f"{len(merged.checks)} positions stated, {agree} as the book's transactions have them"]
    for check in [check for check in merged.checks if not check.agrees][:_SHOWN]:
        derived = _derived(check)
        said = "no transaction of it is known" if derived is None else f"the transactions come to {derived}"
        lines.append(f"  {check.account} {check.symbol}: {plain(check.stated)} stated, {said}")
    return lines


def _gone(merged: Merged) -> list[str]:
    if not merged.gone:
        return []
    rows = (
        "1 row of days that the file covers is"
        if len(merged.gone) == 1
        else (f"{len(merged.gone)} rows of days that the file covers are")
    )
    lines = ["", f"{rows} not in it any more"]
    lines += [f"  {words(row)}" for row in merged.gone[:_SHOWN]]
    return [*lines, "  where the custodian cancelled them: --corrections apply"]


def _told(done: Imported) -> list[str]:
    merged, lines = done.merged, []
    for account in merged.accounts:
        what = f"{account.kind}, owner self, household {account.household}, cash {plain(account.cash)}"
        lines += ["", f"account {account.account} was added as {what}: correct it where that is wrong"]
    bare = [row.symbol for row in merged.securities if row.instrument == UNCLASSIFIED[1]]
    if bare:
        names = ", ".join(bare[:_SHOWN]) + (", …" if len(bare) > _SHOWN else "")
        lines += ["", f"{len(bare)} new securities of which the file does not say what they are ({names}): "
                  "fill in asset_class, instrument and issuer"]  # fmt: skip
    if merged.left_out:
        lines += ["", f"{merged.left_out} prices of securities that the book does not hold were left out"]
    if done.doubts:
        lines += ["", f"{len(done.doubts)} days that nothing explains; add the transaction, or an event "
                  "`data_reviewed`, before anything trades on them"]  # fmt: skip
        lines += [f"  {symbol}: {words}" for symbol, _, words in done.doubts[:_SHOWN]]
        if len(done.doubts) > _SHOWN:
            lines.append(f"  and {len(done.doubts) - _SHOWN} more")
    return lines
