"""Which rules of two versions mean something else, by their records.

A record holds what a rule means with every name resolved; title and citation are not part of that. A
rule that reads the same may still reach further or less far: an exception to it or a waiver of it
changed, and it is looked at too.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dsl.policy import CheckedPolicy
from rulebooks.ground import CompiledRule, Rulebook
from rulebooks.records import policy_records

_WORDS_ONLY = frozenset({"title", "source", "clause", "quote", "policy", "governed_by", "class"})
Key = tuple[str, str]
"""A rule's id and, for a band of `targets`, its class."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One rule in two versions; None where a version does not have it."""

    key: Key
    old: CompiledRule | None
    new: CompiledRule | None
    fields: tuple[str, ...]
    because: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The id, with the class of a target."""
        return ".".join(part for part in self.key if part)

    @property
    def present(self) -> CompiledRule:
        """The newer of the two that is there."""
        rule = self.new or self.old
        assert rule is not None
        return rule


def keyed(rulebook: Rulebook) -> Mapping[Key, CompiledRule]:
    """Return the rules by id and class."""
    return {(rule.rule.id, rule.target or ""): rule for rule in rulebook.rules}


def changed_pairs(old: Rulebook, new: Rulebook) -> tuple[Pair, ...]:
    """Return the rules whose meaning or reach may differ, in order of id."""
    before, after = keyed(old), keyed(new)
    pairs: dict[Key, Pair] = {}
    for key in sorted({*before, *after}):
        fields = _fields(before.get(key), after.get(key))
        if fields:
            pairs[key] = Pair(key=key, old=before.get(key), new=after.get(key), fields=fields)
    for key, why in _reached(old, new, tuple(pairs.values())):
        known = pairs.get(key) or Pair(key=key, old=before.get(key), new=after.get(key), fields=("reach",))
        pairs[key] = Pair(
            key=key, old=known.old, new=known.new, fields=known.fields, because=(*known.because, why)
        )
    return tuple(pairs[key] for key in sorted(pairs))


def _fields(old: CompiledRule | None, new: CompiledRule | None) -> tuple[str, ...]:
    if old is None or new is None:
        return ("added",) if old is None else ("removed",)
    before, after = dict(old.record), dict(new.record)
    return tuple(
        name for name in after if name not in _WORDS_ONLY and before.get(name, "") != after.get(name, "")
    )


def _reached(old: Rulebook, new: Rulebook, pairs: tuple[Pair, ...]) -> Iterator[tuple[Key, str]]:
    known = {*keyed(old), *keyed(new)}
    for pair in pairs:
        for rule in {pair.old, pair.new} - {None}:
            assert rule is not None
            base = rule.rule.exception_to
            if base is not None and (base, "") in known:
                yield (base, ""), f"the exception {pair.name} {_how(pair)}"
    waived_before, waived_after = _waivers(old), _waivers(new)
    for name in sorted({*waived_before, *waived_after}):
        if waived_before.get(name) != waived_after.get(name):
            for key in sorted(known):
                if key[0] == name:
                    yield key, f"a waiver of {name} changed"


def _how(pair: Pair) -> str:
    if pair.old is None:
        return "was added"
    return "was removed" if pair.new is None else "changed"


def _waivers(rulebook: Rulebook) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for policy in rulebook.policies:
        for waiver in policy.waivers:
            told = f"{waiver.noun} {waiver.id} {waiver.up_to} {waiver.until}"
            found.setdefault(waiver.rule, []).append(told)
    return {name: sorted(told) for name, told in found.items()}


def statements(old: CheckedPolicy, new: CheckedPolicy) -> tuple[tuple[str, str], ...]:
    """Return what else the versions say differently: (`-` or `+`, statement)."""
    before, after = _statements(old), _statements(new)
    gone = [("-", line) for line in sorted(before - after)]
    come = [("+", line) for line in sorted(after - before)]
    return tuple(sorted((*gone, *come), key=lambda row: (row[1].split(" ")[0], row[0] == "+", row[1])))


def _statements(policy: CheckedPolicy) -> set[str]:
    skipped = {"policy", "version"}
    return {
        f"{name} {told}".strip()
        for record in policy_records(policy)
        for name, told in record
        if name not in skipped
    }
