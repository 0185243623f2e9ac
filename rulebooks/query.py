"""Queries over compiled rules: `rules where measure is weight and limit is less than 5%`.

The condition is the language's own, read by the language's own parser; a row of the rulebook's records
answers it. Columns are those of the records (rule, policy, measure, subject, for_each, active, clause, …)
and `kind`, `limit`, `low`, `high`. A limit compares only with an amount of its own unit: 4,000 USD is
never `less than 5%`. Where a column holds several values, one that is equal is enough.

    rule IPS-4.1, limit 5%: `limit is at most 5%` true, `limit is less than 500 USD` false
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from dsl import syntax as s
from dsl.diagnostics import Diagnostic, finding, has_errors
from dsl.near import did_you_mean
from dsl.parse import parse
from dsl.policy import Amount, AnyAmount, Greater, Limit, Op, Smaller, Span, Unit
from engine.facts.money import plain
from rulebooks.ground import CompiledRule, Rulebook

COLUMNS = (
    "rule", "policy", "title", "kind", "measure", "limit", "low", "high", "bound", "unit", "subject",
    "for_each", "in", "target", "scope", "class", "obligation", "base", "valued_at", "looking_through",
    "tested", "when", "unless", "warn_from", "missing", "active", "passive", "exception_to",
    "effective_from", "effective_until", "source", "clause", "quote",
)  # fmt: skip
"""What a condition can name."""

AMOUNTS = frozenset({"limit", "low", "high"})
_SEVERAL = {"active": ", ", "passive": ", ", "source": "; ", "clause": "; ", "quote": "; "}
_NOUNS = ("rules", "rule")
_SHARES = {"%": Fraction(1, 100), "points": Fraction(1, 100), "bps": Fraction(1, 10_000)}
_FAMILIES = {
    Unit.SHARE: "share", Unit.POINTS: "share", Unit.BPS: "share", Unit.MONEY: "money",
    Unit.SHARES_HELD: "shares", Unit.DAYS: "days", Unit.BUSINESS_DAYS: "business_days",
    Unit.MONTHS: "months", Unit.YEARS: "years", Unit.NUMBER: "number", Unit.TEXT: "number",
}  # fmt: skip
_HEAD = 'policy "query"\n  id query\n  version 1.0.0\n\ndefine q as '
_LINES = _HEAD.count("\n")
_INDENT = len("define q as ")


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow:
    """One rule as a row: every column as text, and the amounts of its bound with their unit's family."""

    cells: Mapping[str, str]
    amounts: Mapping[str, tuple[tuple[str, Fraction], ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The rows that a query selects, in rulebook order, or what is wrong with the query."""

    rows: tuple[RuleRow, ...]
    problems: tuple[Diagnostic, ...]


def query(text: str, rulebooks: Iterable[Rulebook]) -> Answer:
    """Return the rules for which the query holds; `rules` alone selects every rule.

    text: `rules`, `rules where CONDITION`, or a condition alone. Spans of problems are in the text.
    """
    condition, problems = _read(text)
    if problems:
        return Answer(rows=(), problems=problems)
    rows = [row_of(rule) for rulebook in rulebooks for rule in rulebook.rules]
    return Answer(rows=tuple(row for row in rows if condition is None or _holds(condition, row)), problems=())


# ------------------------------------------------------------------ reading


def _read(text: str) -> tuple[s.Predicate | None, tuple[Diagnostic, ...]]:
    words = text.strip().split()
    wanted = text if words and words[0] in _NOUNS else f"rules where {text}"
    shift = len(wanted) - len(text) if wanted is not text else 0
    parsed = parse(_HEAD + wanted, file="query")
    if has_errors(parsed.diagnostics):
        return None, tuple(_placed(problem, shift) for problem in parsed.diagnostics)
    select = next(
        (
            node.subject
            for node in parsed.tree.statements
            if isinstance(node, s.Define) and isinstance(node.subject, s.Select)
        ),
        None,
    )
    if select is None or select.noun.text not in _NOUNS or len(parsed.tree.statements) != 1:
        span = Span(file="query", line=1, column=1, end_line=1, end_column=max(2, len(text) + 1))
        return None, (
            finding("E0101", "this is not a question about rules", span, help="write `rules where …`"),
        )
    problems = () if select.where is None else tuple(_problems(select.where, shift))
    return select.where, problems


def _moved(span: Span, shift: int) -> Span:
    first, last = span.line - _LINES, span.end_line - _LINES
    return Span(
        file="query",
        line=max(1, first),
        column=max(1, span.column - (_INDENT + shift if first == 1 else 0)),
        end_line=max(1, last),
        end_column=max(2, span.end_column - (_INDENT + shift if last == 1 else 0)),
    )


def _placed(problem: Diagnostic, shift: int) -> Diagnostic:
    message = problem.message.replace("`define q`", "the question")
    return finding(problem.code, message, _moved(problem.span, shift), label=problem.label, help=problem.help)


def _problems(node: s.Predicate, shift: int) -> Iterable[Diagnostic]:
    match node:
        case s.AllOf() | s.AnyOf():
            for part in node.parts:
                yield from _problems(part, shift)
        case s.Negation():
            yield from _problems(node.part, shift)
        case s.Test():
            if node.path.text not in COLUMNS:
                near = did_you_mean(node.path.text, COLUMNS)
                yield finding(
                    "E0203",
                    f"rules have no `{node.path.text}`",
                    _moved(node.path.span, shift),
                    help=near or f"name one of {', '.join(COLUMNS)}",
                )
            elif node.path.text in AMOUNTS and node.op in _TEXT_ONLY:
                yield finding(
                    "E0303",
                    f"`{node.path.text}` is an amount: it cannot stand with `{node.op.value}`",
                    _moved(node.span, shift),
                    help="write `is at most`, `is at least`, `is more than`, `is less than` or `is between`",
                )
            elif node.path.text not in AMOUNTS and node.op in (*_ORDERS, Op.BETWEEN):
                yield finding(
                    "E0303",
                    f"`{node.path.text}` is a text: it has no size to compare",
                    _moved(node.span, shift),
                    help='write `is`, or `is in ("…", "…")`',
                )


# ------------------------------------------------------------------ rows


def row_of(rule: CompiledRule) -> RuleRow:
    """Return a rule as a row."""
    cells = dict(rule.record)
    cells["kind"] = "target" if rule.target is not None else cells["obligation"].split(" ", 1)[0]
    amounts: dict[str, tuple[tuple[str, Fraction], ...]] = {}
    obligation = rule.rule.obligation
    if isinstance(obligation, Limit):
        amounts["low"] = tuple(_sizes(obligation.low))
        amounts["high"] = tuple(_sizes(obligation.high))
        amounts["limit"] = (*amounts["low"], *amounts["high"])
        for name, bound in (("low", obligation.low), ("high", obligation.high)):
            cells[name] = " or ".join(_shown(bound))
        cells["limit"] = " to ".join(cells[name] for name in ("low", "high") if cells[name])
    return RuleRow(cells={name: cells.get(name, "") for name in COLUMNS}, amounts=amounts)


def _sizes(amount: AnyAmount | None) -> Iterable[tuple[str, Fraction]]:
    match amount:
        case Amount(value=value, unit=unit):
            yield _FAMILIES.get(unit, "number"), Fraction(value)
        case Smaller(parts=parts) | Greater(parts=parts):
            for part in parts:
                yield from _sizes(part)
        case _:
            return


def _shown(amount: AnyAmount | None) -> Iterable[str]:
    match amount:
        case Amount(value=value, unit=Unit.SHARE):
            yield f"{plain(value * 100)}%"
        case Amount(written=written):
            yield written
        case Smaller(parts=parts) | Greater(parts=parts):
            for part in parts:
                yield from _shown(part)
        case _:
            return


# ------------------------------------------------------------------ judging


_ORDERS: dict[Op, Callable[[int], bool]] = {
    Op.AT_LEAST: lambda order: order >= 0,
    Op.AT_MOST: lambda order: order <= 0,
    Op.MORE: lambda order: order > 0,
    Op.LESS: lambda order: order < 0,
}
_TEXT_ONLY = (
    Op.IN, Op.NOT_IN, Op.WORSE, Op.BETTER, Op.NOT_WORSE, Op.NOT_BETTER, Op.BEFORE, Op.AFTER,
)  # fmt: skip


def _holds(node: s.Predicate, row: RuleRow) -> bool:
    match node:
        case s.AllOf():
            return all(_holds(part, row) for part in node.parts)
        case s.AnyOf():
            return any(_holds(part, row) for part in node.parts)
        case s.Negation():
            return not _holds(node.part, row)
        case s.Test():
            return _amount_test(node, row) if node.path.text in AMOUNTS else _text_test(node, row)


def _amount_test(node: s.Test, row: RuleRow) -> bool:
    mine = row.amounts.get(node.path.text, ())
    if node.op in (Op.KNOWN, Op.UNKNOWN):
        return bool(mine) is (node.op is Op.KNOWN)
    bounds = [found for right in node.right if isinstance(right, s.Literal) and (found := _literal(right))]
    if len(bounds) != len(node.right):
        return False
    if node.op is Op.BETWEEN:
        (family, low), (_, high) = bounds
        return any(kind == family and low <= value <= high for kind, value in mine)
    family, bound = bounds[0]
    same = [value for kind, value in mine if kind == family]
    if node.op in (Op.IS, Op.IS_NOT):
        return (bound in same) is (node.op is Op.IS)
    order = _ORDERS[node.op]
    return any(order((value > bound) - (value < bound)) for value in same)


def _literal(node: s.Literal) -> tuple[str, Fraction]:
    number = Fraction(Decimal(node.number.replace(",", "").rstrip("%")))
    plural = node.unit.endswith(("day", "month", "year", "point"))
    unit = f"{node.unit}s" if plural else node.unit
    if unit in _SHARES:
        return "share", number * _SHARES[unit]
    if not unit:
        return "number", number
    return (unit if unit in _FAMILIES.values() else "money"), number


def _text_test(node: s.Test, row: RuleRow) -> bool:
    name = node.path.text
    cell = row.cells[name]
    if node.op in (Op.KNOWN, Op.UNKNOWN):
        return bool(cell) is (node.op is Op.KNOWN)
    values = cell.split(_SEVERAL[name]) if name in _SEVERAL and cell else [cell]
    wanted = {text for right in node.right for text in _texts(right)}
    if node.op in (Op.BEFORE, Op.AFTER):
        day = min(wanted, default="")
        return bool(cell) and (cell < day if node.op is Op.BEFORE else cell > day)
    inside = any(_same(name, value, text) for value in values for text in wanted)
    return inside is (node.op in (Op.IS, Op.IN))


def _texts(right: object) -> Iterable[str]:
    match right:
        case s.Word(text=text) | s.Quoted(text=text) | s.Day(text=text):
            yield text
        case s.Choices(values=values):
            yield from (value.text for value in values)
        case s.Named(name=name):
            yield name.text
        case s.Literal(number=number, unit=unit):
            yield f"{number}{unit}" if unit == "%" else f"{number} {unit}".strip()
        case _:
            return


def _same(name: str, value: str, text: str) -> bool:
    """Return whether a value is the text; `ips §4.1` is also `§4.1`, an approval of a role `approval`."""
    if name == "clause" and value.partition(" ")[2] == text:
        return True
    if name in ("active", "passive") and value.startswith(_LONG.get(text, "\n")):
        return True
    return value == text


_LONG = {"approval": "require approval of ", "cure": "cure within ", "notify": "notify "}


# ------------------------------------------------------------------ answers


def query_answer(text: str, rulebooks: tuple[Rulebook, ...], rows: tuple[RuleRow, ...]) -> dict[str, object]:
    """Return the rows as plain data: `guardband/query/1`."""
    return {
        "schema": "guardband/query/1",
        "query": text,
        "rulebooks": [
            {"id": rulebook.id, "version": rulebook.version, "hash": rulebook.hash} for rulebook in rulebooks
        ],
        "rules": [dict(row.cells) for row in rows],
    }


_SHOWN = ("rule", "for_each", "measure", "bound", "active", "clause")
_HEADINGS = ("rule", "for each", "measure", "bound", "on breach", "clause")
_WIDEST = 46


def query_text(rows: tuple[RuleRow, ...], rules: int) -> str:
    """Return the rows as a table, and how many of the rules they are."""
    count = f"{len(rows)} of {rules} rules"
    if not rows:
        return count
    table = [_HEADINGS, *(tuple(_line(row, name) for name in _SHOWN) for row in rows)]
    widths = [max(len(line[index]) for line in table) for index in range(len(_SHOWN))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in table
    ]
    return "\n".join((*lines, "", count))


def _line(row: RuleRow, name: str) -> str:
    cell = row.cells[name]
    if name == "rule" and row.cells["target"]:
        cell = f"{cell}.{row.cells['target']}"
    if name == "bound" and not cell:
        cell = row.cells["obligation"]
    return cell if len(cell) <= _WIDEST else cell[: _WIDEST - 1] + "…"
