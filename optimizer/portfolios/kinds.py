"""Kinds of security: one for each combination of answers to a policy's tests, and copies of each.

    asset_class is equity, sector is "tech", for each issuer at most 5%
    -> equity tech, equity other, bonds tech, bonds other; 22 issuers of each

All combinations are made up where there are at most `MOST_KINDS`; beyond that one of each that the sets
of the rules treat alike. Of these, one for each way in which the limits see it comes in as many copies as
the limits call for, the others once: a ban needs one security to be shown. Where even that is too much,
the answer says that not all was tried (`complete` False), and each kind has issuers of its own beside one
that issues all kinds: with few copies of each, shared issuers would be too few to spread over.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, islice, product
from math import ceil, prod

from dsl.policy import (
    Amount,
    AnyAmount,
    CheckedRule,
    Comparison,
    Greater,
    GroupsWhose,
    LargestGroups,
    Limit,
    PercentOf,
    Smaller,
    Unit,
)
from optimizer.portfolios.alike import Alike, Kind, treated_alike
from optimizer.portfolios.choices import (
    OF_LOT_OR_TRADE,
    OF_POSITION,
    OTHER,
    averaged_numbers,
    beside,
    choices,
    group_attributes,
    security_tests,
)
from rulebooks.predicates import Setting

MOST_KINDS = 96
MOST_SECURITIES = 480
_MOST_COMBINED = 20_000
"""Combinations of attributes that are gone through to find those that are treated alike."""
_MOST_COPIES = 120
_FINE = frozenset({"issuer", "security", "symbol", "cusip", "isin", "name"})
"""Attributes of which each copy has its own value; others are shared by several issuers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """Securities made up: symbol to attributes, and the number of its kind."""

    securities: Mapping[str, Mapping[str, str]]
    kind_of: Mapping[str, int]
    complete: bool  # every combination is there, in as many copies as the limits call for


def made_up(rules: tuple[CheckedRule, ...], setting: Setting, *, single: bool = False) -> Made:
    """Return securities that represent all that the rules can tell apart.

    single: one copy of each kind, for limits that ask something of every group there is.
    """
    axes = _axes(rules, setting)
    size = prod(len(values) for values in axes.values())
    wanted = 1 if single else copies_wanted(rules)
    paired = not single and wanted > 1 and _tells_securities_apart(rules)
    fits = size <= MOST_KINDS and (single or size * wanted * (2 if paired else 1) <= MOST_SECURITIES)
    if not fits and size <= _MOST_COMBINED:
        alike = treated_alike(rules, tuple(_product(axes, axes)), setting)
        if len(alike) <= MOST_KINDS:
            return _few_of_each(rules, alike, single=single)
    kinds, whole = _kinds(rules, axes)
    room = MOST_SECURITIES // max(1, len(kinds) * (2 if paired else 1))
    copies = max(1, min(wanted, _MOST_COPIES, max(2, room)))
    each = copies * (2 if paired else 1)
    return _filled(
        rules,
        [(kind, each) for kind in kinds],
        paired=paired,
        complete=whole and (single or copies >= wanted),
    )


def _few_of_each(rules: tuple[CheckedRule, ...], alike: tuple[Alike, ...], *, single: bool) -> Made:
    """Return copies of the kinds that limits group or count, and one of each of the others."""
    many = [row for row in alike if row.main and row.grouped]
    wanted = 1 if single else copies_wanted(rules)
    spread = 1 if single else copies_wanted(rules, over=max(1, len(many)))
    copies = max(1, min(spread, MOST_SECURITIES // max(1, len(many))))
    return _filled(
        rules,
        [(row.kind, copies if row.main and row.grouped else 1) for row in alike],
        paired=False,
        complete=single or (copies >= wanted and not _tells_securities_apart(rules)),
    )


def _filled(
    rules: tuple[CheckedRule, ...], kinds: list[tuple[Kind, int]], *, paired: bool, complete: bool
) -> Made:
    groups = tuple(sorted({name for rule in rules for name in group_attributes(rule)}))
    securities: dict[str, dict[str, str]] = {}
    kind_of: dict[str, int] = {}
    each = max((copies for _, copies in kinds), default=1)
    for number, (kind, copies) in enumerate(kinds):
        for copy in range(copies):
            named = kind.get("symbol") or kind.get("security") or OTHER
            if named != OTHER and named in securities:
                break
            symbol = f"S{len(securities) + 1}" if named == OTHER else named
            issuer = copy // 2 if paired else copy
            if issuer and not complete:
                issuer = issuer + number * each
            securities[symbol] = _attributes(symbol, kind, issuer, groups, rules)
            kind_of[symbol] = number
    return Made(securities=securities, kind_of=kind_of, complete=complete)


def given(securities: Mapping[str, Mapping[str, str]]) -> Made:
    """Return securities that are given, each a kind of its own."""
    kinds = {symbol: number for number, symbol in enumerate(securities)}
    return Made(securities=securities, kind_of=kinds, complete=True)


def _axes(rules: tuple[CheckedRule, ...], setting: Setting) -> dict[str, tuple[str | None, ...]]:
    tests: dict[str, list[Comparison]] = {}
    for rule in rules:
        for test in security_tests(rule):
            if test.path not in OF_POSITION and test.path not in OF_LOT_OR_TRADE:
                tests.setdefault(test.path, []).append(test)
    grouped = {name for rule in rules for name in group_attributes(rule)}
    axes = {
        path: choices(path, found, setting, all_values=path in grouped)
        for path, found in sorted(tests.items())
    }
    for path, numbers in sorted(_averaged(rules).items()):
        axes[path] = tuple(dict.fromkeys((*beside(numbers), *axes.get(path, ()))))
    return {path: values for path, values in axes.items() if values}


def _averaged(rules: tuple[CheckedRule, ...]) -> dict[str, set[Fraction]]:
    found: dict[str, set[Fraction]] = {}
    for rule in rules:
        asked = averaged_numbers(rule)
        if asked is not None:
            found.setdefault(asked[0], set()).update(asked[1])
    return found


def _kinds(
    rules: tuple[CheckedRule, ...], axes: Mapping[str, tuple[str | None, ...]]
) -> tuple[tuple[Kind, ...], bool]:
    if prod(len(values) for values in axes.values()) <= MOST_KINDS:
        return tuple(_product(axes, axes)), True
    found: dict[tuple[tuple[str, str | None], ...], Kind] = {}
    for paths in _told_apart(rules, axes):
        chosen = {path: axes[path] for path in paths}
        for kind in islice(_product(chosen, axes), MOST_KINDS // 4):
            found.setdefault(tuple(sorted(kind.items())), kind)
        if len(found) >= MOST_KINDS:
            break
    return tuple(islice(found.values(), MOST_KINDS)), False


def _told_apart(
    rules: tuple[CheckedRule, ...], axes: Mapping[str, tuple[str | None, ...]]
) -> Iterator[tuple[str, ...]]:
    """Yield sets of attributes: those of each rule, then of each two rules."""
    own: list[tuple[str, ...]] = []
    for rule in rules:
        averaged = averaged_numbers(rule)
        paths = {test.path for test in security_tests(rule)} | ({averaged[0]} if averaged else set())
        own.append(tuple(sorted(paths & set(axes))))
    distinct = list(dict.fromkeys(paths for paths in own if paths))
    yield ()
    yield from distinct
    for one, other in combinations(distinct, 2):
        yield tuple(sorted({*one, *other}))


def _product(
    chosen: Mapping[str, tuple[str | None, ...]], axes: Mapping[str, tuple[str | None, ...]]
) -> Iterator[Kind]:
    rest = {path: values[-1] for path, values in axes.items()}
    for values in product(*chosen.values()):
        yield {**rest, **dict(zip(chosen, values, strict=True))}


# ------------------------------------------------------------------ copies


def copies_wanted(rules: Iterable[CheckedRule], *, over: int = 1) -> int:
    """Return how many groups a portfolio may need: 5% for each issuer calls for 20, and two more.

    over: kinds over which what is counted may be spread.
    """
    wanted = 1
    for rule in rules:
        if not isinstance(rule.obligation, Limit):
            continue
        limit = rule.obligation
        if group_attributes(rule):
            wanted = max(wanted, 4, *(_groups_for(amount) for amount in (limit.low, limit.high)))
        for term in limit.measure.terms:
            if isinstance(term.of, LargestGroups):
                wanted = max(wanted, 2 * term.of.count + 2)
            if isinstance(term.of, GroupsWhose):
                wanted = max(wanted, *(_groups_for(test.bound) for test in term.of.tests))
            if term.measure == "count":
                for amount in (limit.low, limit.high):
                    count = 2 + (ceil(amount.value) if isinstance(amount, Amount) else 0)
                    wanted = max(wanted, -(-count // over))
    return wanted


def _groups_for(amount: AnyAmount | None) -> int:
    share = _least_share(amount)
    return 1 if share is None or share <= 0 else ceil(1 / share) + 2


def _least_share(amount: AnyAmount | None) -> Fraction | None:
    match amount:
        case Amount(value=value, unit=Unit.SHARE):
            return Fraction(value)
        case PercentOf(share=share):
            return Fraction(share)
        case Smaller(parts=parts) | Greater(parts=parts):
            found = [_least_share(part) for part in parts]
            return min((least for least in found if least is not None), default=None)
        case _:
            return None


def _tells_securities_apart(rules: tuple[CheckedRule, ...]) -> bool:
    """Return whether two securities of one issuer are not one: a limit for each security, or a count."""
    named = {name for rule in rules for name in group_attributes(rule)}
    counts = any(
        term.measure == "count"
        for rule in rules
        if isinstance(rule.obligation, Limit)
        for term in rule.obligation.measure.terms
    )
    return "issuer" in named and (counts or bool(named & {"security", "symbol"}))


def _attributes(
    symbol: str, kind: Kind, issuer: int, groups: tuple[str, ...], rules: tuple[CheckedRule, ...]
) -> dict[str, str]:
    cells = {path: value for path, value in kind.items() if value is not None}
    cells.setdefault("asset_class", "equity")
    cells.setdefault("instrument", "common_stock")
    body = "/".join(value for path, value in sorted(cells.items()) if path.startswith("issuer."))
    names = {"issuer": f"Issuer {issuer + 1}" + (f" ({body})" if body else "")}
    coarse = [name for name in groups if name not in _FINE]
    step = 1
    for name in coarse:
        size = max(3, _groups_of(name, rules))
        names[name] = f"{name} {issuer // step % size + 1}"
        step *= 2
    for name, value in names.items():
        if kind.get(name, OTHER) == OTHER:  # a kind without a value is in no group of that name
            cells[name] = value
    return {**cells, "symbol": symbol, **({"security": symbol} if "security" in cells else {})}


def _groups_of(name: str, rules: tuple[CheckedRule, ...]) -> int:
    sizes = [
        max(_groups_for(rule.obligation.low), _groups_for(rule.obligation.high))
        for rule in rules
        if name in group_attributes(rule) and isinstance(rule.obligation, Limit)
    ]
    return max(sizes, default=3)
