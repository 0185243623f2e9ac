"""What rules select: exceptions wider than their rule, selectors that match nothing, lists without a value.

rule R for each issuer in bonds; exception E for each issuer in holdings where country is "FR"
E also selects French equities, which R is not about: they are limited by E and not relaxed
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from dsl.diagnostics import Diagnostic, Label, finding
from dsl.policy import ALWAYS, CheckedPolicy, CheckedRule, Comparison, Span, Subject, TextSet
from optimizer.lint.finding import Finding
from optimizer.portfolios.choices import OF_LOT_OR_TRADE, OF_POSITION, is_of_account, subjects_in
from optimizer.portfolios.kinds import made_up
from rulebooks.cells import NO_VALUE, Cell
from rulebooks.grounding.exceptions import subjects_of
from rulebooks.predicates import Setting, comparisons_of, compiled

Securities = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class _Row:
    cells: Mapping[str, str]

    def read(self, path: str) -> Cell:
        return self.cells.get(path, NO_VALUE)


_CASH = {"asset_class": "cash", "instrument": "cash"}


def selected(subject: Subject, securities: Securities, setting: Setting) -> frozenset[str]:
    """Return the securities for which the subject's condition holds; cash goes by an empty name."""
    test = compiled(subject.where, setting)
    rows = {**securities, "": _CASH}
    return frozenset(symbol for symbol, cells in rows.items() if test(_Row(cells)))


def _is_plain(subject: Subject) -> bool:
    """Return whether attributes of securities alone decide what the subject selects."""
    return all(
        test.measure is None
        and test.path not in OF_POSITION
        and test.path not in OF_LOT_OR_TRADE
        and not is_of_account(test.path)
        for test in comparisons_of(subject.where)
    )


# ------------------------------------------------------------------ exceptions


def wide_exceptions(policy: CheckedPolicy, *, today: date) -> Iterator[Finding]:
    """Yield a finding for each own exception that selects more than its rule, or all of it."""
    known = {rule.id: rule for rule in policy.rules}
    setting = Setting(today=today, calendar=policy.calendar)
    for rule in policy.rules:
        base = known.get(rule.exception_to or "")
        if rule.policy != policy.id or base is None:
            continue
        problem = _wider(rule, base, setting)
        if problem is not None:
            yield Finding(diagnostic=problem, rules=(rule.id, base.id))


def _wider(rule: CheckedRule, base: CheckedRule, setting: Setting) -> Diagnostic | None:
    made = made_up((rule, base), setting, single=True)
    mine, its = subjects_of(rule), subjects_of(base)
    if not made.complete or not mine or not its or not all(_is_plain(s) for s in (*mine, *its)):
        return None
    excepted = frozenset().union(*(selected(s, made.securities, setting) for s in mine))
    ruled = frozenset().union(*(selected(s, made.securities, setting) for s in its))
    label = Label(span=base.where, text=f"`{base.id}` is about less")
    if excepted - ruled:
        example = _described(made.securities.get(min(excepted - ruled, key=str), _CASH))
        return finding(
            "W0704",
            f"the exception `{rule.id}` is wider than `{base.id}`",
            rule.where,
            label=f"it also selects {example}, which `{base.id}` is not about",
            secondary=(label,),
            help=f"let it select a part of what `{base.id}` is about",
        )
    conditional = rule.when or rule.unless or rule.effective_from or rule.effective_until
    if ruled and ruled <= excepted and not conditional:
        return finding(
            "W0704",
            f"the exception `{rule.id}` leaves nothing to `{base.id}`",
            rule.where,
            label=f"it selects all that `{base.id}` is about",
            secondary=(Label(span=base.where, text=f"`{base.id}` never judges anything"),),
            help=f"let it select a part, or change `{base.id}` itself",
        )
    return None


_UNSAID = frozenset({"symbol", "issuer", "instrument"})


def _described(cells: Mapping[str, str]) -> str:
    told = [f"{name} {value}" for name, value in sorted(cells.items()) if name not in _UNSAID]
    return f"what has {', '.join(told)}" if told else "other things"


# ------------------------------------------------------------------ nothing selected


def empty_selectors(
    policy: CheckedPolicy, *, today: date, securities: Securities | None
) -> Iterator[Finding]:
    """Yield a finding for each condition that nothing can meet, or that nothing in the book meets."""
    setting = Setting(today=today, calendar=policy.calendar)
    seen: set[Span] = set()
    for rule in policy.rules:
        if rule.policy != policy.id:
            continue
        for subject in subjects_in(rule):
            tests = tuple(comparisons_of(subject.where))
            if subject.where == ALWAYS or not tests or tests[0].span in seen:
                continue
            if not _is_plain(subject) or any(_names_an_empty_list(test) for test in tests):
                continue
            made = made_up((rule,), setting, single=True)
            if made.complete and not selected(subject, made.securities, setting):
                seen.add(tests[0].span)
                yield _matches_nothing(rule, subject, "no security can meet this condition")
            elif securities and not selected(subject, securities, setting):
                seen.add(tests[0].span)
                yield _matches_nothing(rule, subject, "no security of the book meets this condition")


def _names_an_empty_list(test: Comparison) -> bool:
    return any(isinstance(right, TextSet) and not right.values for right in test.right)


def _matches_nothing(rule: CheckedRule, subject: Subject, why: str) -> Finding:
    what = f"`{subject.name}`" if subject.name else f"the set of `{rule.id}`"
    span = next(comparisons_of(subject.where)).span
    return Finding(
        diagnostic=finding(
            "W0710",
            f"{what} matches nothing",
            span,
            label=why,
            secondary=(Label(span=rule.where, text=f"`{rule.id}` is about it"),),
            help="check the values, and whether `and` should be `or`",
        ),
        rules=(rule.id,),
    )


def empty_lists(policy: CheckedPolicy) -> Iterator[Finding]:
    """Yield a finding for each own list without a value."""
    for row in policy.lists:
        if row.span.file == policy.file and not row.values.values:
            where = f"`{row.file}` holds no row" if row.file else "it names nothing"
            yield Finding(
                diagnostic=finding(
                    "W0709",
                    f"the list `{row.name}` is empty",
                    row.span,
                    label=where,
                    help="fill it, or remove it with the rules that use it",
                )
            )
