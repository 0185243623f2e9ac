"""Our own check of a ruleset's text before the engine sees it, since the engine checks next to nothing.

It shares no code with the emitter but the limits. What it lets through is the narrow form of `emit`: it
reads the text again, so that whatever made it (a mistake, a number printed oddly, a name with a quote)
is seen as the engine will see it. Raises `EmissionFault` with the rule and the reason.

    {"k": "k0", "x": 1.0}        two keys in one dictionary: the engine would ignore the second
    {"$gt": {"x": 1e-05}}        a number without a dot: the engine would refuse the fact or the rule
    {"$gt": {"x": {"$m": "y"}}}  no guard that y is present: the engine would use what it left in memory
"""

import json
import re
from collections import Counter
from typing import Any

from engine.gate.engine.dialect import (
    CAP,
    MAX_BRANCHES,
    MAX_EDGES,
    MAX_FIELDS,
    MAX_JOINED,
    MAX_TIES,
    check_names,
)
from engine.gate.engine.faults import EmissionFault

OPPOSITE = {"$lt": "$gte", "$gte": "$lt", "$gt": "$lte", "$lte": "$gt", "$neq": "$eq", "$eq": "$neq"}
NUMBER = re.compile(r"-?\d+\.\d+(e[+-]?\d+)?")
TEXT = re.compile(r"s\d+")
KIND = re.compile(r"k\d+")
POLARITY = re.compile(r"(r\d+)([PF])")
MAX_RULES = 4096  # of one ruleset
MAX_USES = 200  # matches of one kind in one ruleset; the engine dies where 256 end in the same condition
CANARY = [{"m": {"$and": [{"k": "_c"}, {"$gt": {"v": "0.5"}}, {"$lt": {"v": "1.0"}}]}}]


class _Number(str):
    """A number of the text, as it is written."""


def check_ruleset(text: str) -> None:
    """Raise EmissionFault unless the text is a ruleset in the one form that the engine runs rightly."""
    try:
        rules = json.loads(
            text, object_pairs_hook=_pairs, parse_float=_Number, parse_int=_whole, parse_constant=_constant
        )
    except json.JSONDecodeError as error:
        raise EmissionFault(f"the ruleset is not JSON: {error}") from error
    _need(isinstance(rules, dict), "the ruleset is a dictionary of rules")
    _Checker(rules).check()


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    _need(len(result) == len(pairs), f"a key stands twice in {[key for key, _ in pairs]}")
    return result


def _whole(text: str) -> int:
    return int(text)


def _constant(text: str) -> Any:
    raise EmissionFault(f"{text} is not a number that the engine reads")


def _need(condition: bool, reason: str) -> None:
    if not condition:
        raise EmissionFault(reason)


def _only(value: Any, what: str) -> tuple[str, Any]:
    """The one pair of a dictionary that must have exactly one."""
    _need(isinstance(value, dict) and len(value) == 1, f"{what} needs one key, not {str(value)[:80]}")
    ((key, inner),) = value.items()
    return key, inner


class _Checker:
    """One ruleset under check."""

    def __init__(self, rules: dict[str, Any]) -> None:
        self._rules = rules
        self._fields: dict[str, set[str]] = {}
        self._edges: Counter[str] = Counter()
        self._lists: dict[str, set[str]] = {}
        self._used: Counter[str] = Counter()
        self._tallied: list[str] = []
        self._halves: dict[str, dict[str, Any]] = {}

    def check(self) -> None:
        _need("_c" in self._rules, "the ruleset has no canary")
        _need(len(self._rules) <= MAX_RULES, f"the ruleset has {len(self._rules)} rules")
        for name, rule in self._rules.items():
            try:
                self._rule(name, rule)
            except EmissionFault as fault:
                raise EmissionFault(f"rule {name}: {fault}") from None
        self._whole()

    def _rule(self, name: str, rule: Any) -> None:
        _need(isinstance(rule, dict) and set(rule) - {"pri"} == {"all", "cap"}, "needs `all` and `cap`")
        _need(type(rule["cap"]) is int and rule["cap"] == CAP, f"`cap` is {CAP}")
        pri = rule.get("pri", 0)
        _need(type(pri) is int and 0 <= pri < 2**16, "`pri` is a small whole number")
        matches = rule["all"]
        _need(isinstance(matches, list) and bool(matches), "`all` is a list of matches")
        if name == "_c":
            _need(matches == CANARY, "the canary is not as it must be")
        elif re.fullmatch(r"_n\d+", name):
            self._tally(matches)
        elif found := POLARITY.fullmatch(name):
            self._halves.setdefault(found[1], {})[found[2]] = self._threshold(matches)
        else:
            _need(bool(re.fullmatch(r"j\d+", name)), "no rule has such a name")
            self._join(matches)

    def _tally(self, matches: list[Any]) -> None:
        alias, expression = _only(matches[0], "a match")
        _need(len(matches) == 1 and alias == "m", "a tally has one match")
        self._tallied.append(self._guard(expression))

    def _guard(self, expression: Any) -> str:
        field, kind = _only(expression, "a kind")
        _need(field == "k" and isinstance(kind, str) and bool(KIND.fullmatch(kind)), "no kind stands first")
        return str(kind)

    # ---------------------------------------------------------------- one fact

    def _threshold(self, matches: list[Any]) -> Any:
        alias, expression = _only(matches[0], "a match")
        _need(len(matches) == 1 and alias == "m", "a threshold rule has one match, `m`")
        word, parts = _only(expression, "a match")
        _need(word == "$and" and isinstance(parts, list) and len(parts) == 2, "kind, then requirement")
        kind = self._guard(parts[0])
        edges, branches = self._expression(parts[1], kind)
        _need(branches <= MAX_BRANCHES, f"{branches} branches may fire")
        self._edges[kind] += edges
        self._used[kind] += 1
        return parts[1]

    def _expression(self, expression: Any, kind: str) -> tuple[int, int]:
        """Check a requirement; returns its condition edges and how many branches may fire."""
        word, parts = _only(expression, "a condition")
        if word not in ("$and", "$or"):
            self._constant(expression, kind)
            return 1, 1
        _need(isinstance(parts, list) and bool(parts), f"`{word}` of nothing")
        if word == "$and" and _is_guarded(parts):
            self._field(parts[0]["$ex"], kind)
            self._field(_side(parts[1]), kind)
            return 2, 1
        sizes = [self._expression(part, kind) for part in parts]
        if word == "$or":
            return sum(edges for edges, _ in sizes) + len(parts), sum(count for _, count in sizes)
        product = 1
        for _, count in sizes:
            product *= count
        return sum(edges for edges, _ in sizes), product

    def _field(self, side: dict[str, Any], kind: str) -> str:
        name = next(iter(side))
        self._fields.setdefault(kind, set()).add(name)
        return name

    def _constant(self, expression: Any, kind: str) -> None:
        """Check a comparison of a field with a constant: numbers with a dot, texts by code."""
        word, right = _only(expression, "a condition")
        side = expression
        if word.startswith("$"):
            _need(word in OPPOSITE, f"`{word}` is not an operator that may be used")
            side = right
        name, value = _only(side, "a comparison")
        _need(not name.startswith("$"), f"`{name}` is not a field")
        text = isinstance(value, str) and not isinstance(value, _Number)
        number = isinstance(value, _Number) and bool(NUMBER.fullmatch(value))
        _need(number or (text and bool(TEXT.fullmatch(value))), f"`{name}` is compared with {value!r}")
        _need(number or word in (name, "$neq"), f"`{name}` is a text and compared by `{word}`")
        self._fields.setdefault(kind, set()).add(name)

    # ---------------------------------------------------------------- joins

    def _join(self, matches: list[Any]) -> None:
        _need(len(matches) <= MAX_JOINED, f"{len(matches)} facts in one join")
        for place, match in enumerate(matches):
            alias, expression = _only(match, "a match")
            _need(alias == f"a{place}", f"`{alias}` is not alias a{place}")
            parts = expression.get("$and") if isinstance(expression, dict) else None
            if parts is None:
                parts = [expression]
            _need(isinstance(parts, list) and bool(parts), "`$and` of nothing")
            kind = self._guard(parts[0])
            self._used[kind] += 1
            self._joined(parts, place, kind)

    def _joined(self, parts: list[Any], place: int, kind: str) -> None:
        ties = [part for part in parts if _earlier(part)]
        constants = parts[1:] if not ties else parts[1 : parts.index(ties[0])]
        for part in constants:
            self._constant(part, kind)
        self._lists.setdefault(kind, set()).update(
            json.dumps(constants[: n + 1]) for n in range(len(constants))
        )
        _need(
            place == 0 or any("$" not in next(iter(tie)) for tie in ties), "no equality with an earlier fact"
        )
        if ties:
            after = parts[parts.index(ties[0]) :]
            _need(after[:-1] == ties, "ties follow the constants, and a group ends the list")
            _need(after[-1] == {"$and": [parts[0]]}, "the list does not end in a group of the kind")
            _need(len(ties) <= MAX_TIES, f"{len(ties)} comparisons with earlier facts")
        for tie in ties:
            self._tie(tie, place, kind)

    def _tie(self, tie: Any, place: int, kind: str) -> None:
        word, _ = _only(tie, "a comparison")
        _need(not word.startswith("$") or word in OPPOSITE, f"`{word}` is not an operator that may be used")
        side = _side(tie)
        alias, field = _only(side[self._field(side, kind)], "an earlier fact")
        earlier = re.fullmatch(r"a(\d)", alias)
        _need(earlier is not None and int(earlier[1]) < place, f"`{alias}` does not stand earlier")
        check_names([field])

    # ---------------------------------------------------------------- the ruleset as one

    def _whole(self) -> None:
        used = set(self._used)
        _need(used <= set(self._tallied), f"kinds {sorted(used - set(self._tallied))} are not tallied")
        _need(len(self._tallied) == len(set(self._tallied)), "a kind is tallied twice")
        for name, halves in self._halves.items():
            _need(set(halves) == {"P", "F"}, f"rule {name} has one polarity")
            _need(opposite(halves["P"]) == halves["F"], f"rule {name}: F is not the opposite of P")
        for kind in used:
            edges = self._edges[kind] + len(self._lists.get(kind, ()))
            _need(edges <= MAX_EDGES, f"kind {kind} has {edges} condition edges")
            _need(self._used[kind] <= MAX_USES, f"kind {kind} stands in {self._used[kind]} matches")
            fields = self._fields.get(kind, set())
            _need(len(fields) <= MAX_FIELDS, f"kind {kind} has {len(fields)} fields")
        check_names({name for names in self._fields.values() for name in names})


def _side(comparison: dict[str, Any]) -> dict[str, Any]:
    """The dictionary of field and right-hand side of a comparison."""
    word, right = _only(comparison, "a comparison")
    side = right if word.startswith("$") else comparison
    _only(side, "a comparison")
    return dict(side)


def _earlier(part: Any) -> bool:
    """Whether a part compares with something that is not a constant."""
    word, right = _only(part, "a condition")
    if word in ("$and", "$or"):
        return False
    side = right if word.startswith("$") else part
    return isinstance(side, dict) and any(isinstance(value, dict) for value in side.values())


def _is_guarded(parts: list[Any]) -> bool:
    """Whether an `$and` is the form `field OP other field`, with the guard that the other is present."""
    if not (len(parts) == 2 and isinstance(parts[0], dict) and set(parts[0]) == {"$ex"}):
        return False
    name, one = _only(parts[0]["$ex"], "`$ex`")
    _, right = _only(_side(parts[1]), "a comparison")
    word = next(iter(parts[1]))
    _need(not word.startswith("$") or word in OPPOSITE, f"`{word}` is not an operator that may be used")
    _need(right == {"$m": name} and one == "1.0", f"`$ex` guards `{name}`, and {right!r} is compared")
    return True


def opposite(expression: dict[str, Any]) -> dict[str, Any]:
    """Return the negation of a requirement, pushed into its comparisons."""
    word, right = _only(expression, "a condition")
    if word == "$and" and _is_guarded(right):
        return {"$and": [right[0], opposite(right[1])]}
    if word in ("$and", "$or"):
        return {"$or" if word == "$and" else "$and": [opposite(part) for part in right]}
    if word == "$neq":
        return dict(right)
    return {OPPOSITE[word]: right} if word.startswith("$") else {"$neq": expression}
