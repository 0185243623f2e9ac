"""What a rule means, without where it is written: two rules of two files that mean the same are equal.

    tech at most 20%   a.mandate:14    and    tech at most 20%   b.mandate:31      -> one rule

Title, citation and policy are words too; what is made up for a policy must not hang on any of them.
"""

from collections.abc import Iterable
from dataclasses import fields, is_dataclass, replace
from typing import Any

from dsl.policy import CheckedRule, Span

_NOWHERE = Span(file="", line=1, column=1, end_line=1, end_column=1)


def meanings(rules: Iterable[CheckedRule]) -> tuple[CheckedRule, ...]:
    """Return the rules without their places and words, those that mean the same once."""
    return tuple(dict.fromkeys(meaning(rule) for rule in rules))


def meaning(rule: CheckedRule) -> CheckedRule:
    """Return a rule without title, citation, policy and places."""
    found = _placeless(replace(rule, title="", because=(), policy=""))
    assert isinstance(found, CheckedRule)
    return found


def _placeless(value: Any) -> Any:
    """Return a value in which every span is the same."""
    if isinstance(value, Span):
        return _NOWHERE
    if isinstance(value, tuple):
        changed = tuple(_placeless(part) for part in value)
        return value if all(a is b for a, b in zip(changed, value, strict=True)) else changed
    if not is_dataclass(value) or isinstance(value, type):
        return value
    told = {field.name: getattr(value, field.name) for field in fields(value)}
    placeless = {name: _placeless(part) for name, part in told.items()}
    return value if all(placeless[name] is told[name] for name in told) else type(value)(**placeless)
