"""Which responses stop a trade: those that block it, and those that need a person's yes.

on active breach block           -> stops
on active breach warn            -> does not
on passive breach do_not_worsen  -> stops where the group was in breach before the list
"""

from fractions import Fraction

from dsl.policy import CheckedRule


def blocks(rule: CheckedRule, before: Fraction) -> bool:
    """Return whether an active breach of the rule stops a trade: blocks it, or needs a person's yes.

    before: the headroom before the list; below 0 the group is in breach already.
    """
    for response in rule.on_active:
        if response.kind in ("block", "approval") or (before < 0 and response.kind == "do_not_worsen"):
            return True
    return before < 0 and any(response.kind == "do_not_worsen" for response in rule.on_passive)
