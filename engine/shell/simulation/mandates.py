"""The mandates of a run: as written, without wash sales, or without harvesting.

Without wash sales the shipped mandate about them is left out, and so are rules of others that forbid a trade
because of a loss sale, or because of a purchase of an identical security. Without harvesting each policy
harvests lots that do not exist, so that no loss weighs anything in a proposal.

What takes effect later than the first day of the replay is taken as in force throughout: the mandates of
today are asked what they would have done.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from dsl.policy import ALWAYS, CheckedPolicy, CheckedRule, Forbid, Harvest, Not, Span, Subject
from engine.facts.failure import InputError
from engine.shell import policies, work
from engine.shell.simulation.study import WASH_POLICY, Run
from rulebooks.ground import Rulebook

NEVER = Not(part=ALWAYS)
"""The predicate that nothing satisfies."""


def rulebook_of(run: Run, names: tuple[str, ...], beside: policies.Beside, since: date) -> Rulebook:
    """Return the rulebook of a run. Raises MandateErrors and InputError as loading mandates does.

    since: the first day of the replay, on which everything is in force.
    """
    loaded = policies.load(run.policies or names, beside=beside)
    checked = tuple(_in_force(policy, since) for policy in loaded)
    if not run.wash_sales:
        checked = without_wash_sales(checked)
    if not run.harvest:
        checked = tuple(replace(policy, harvest=_no_harvest(policy)) for policy in checked)
    if not checked:
        raise InputError(
            f"the run `{run.name}` has no mandate left",
            place="--policy",
            cure="name another mandate beside it",
        )
    return work.rulebook_of(checked)


def _in_force(policy: CheckedPolicy, since: date) -> CheckedPolicy:
    """Return a policy that is in force from a day on at the latest, with all of its rules."""

    def start(effective: date | None) -> date | None:
        return None if effective is None or effective > since else effective

    rules = tuple(replace(rule, effective_from=start(rule.effective_from)) for rule in policy.rules)
    return replace(policy, effective_from=start(policy.effective_from), rules=rules)


def without_wash_sales(checked: Iterable[CheckedPolicy]) -> tuple[CheckedPolicy, ...]:
    """Return policies without what they say about wash sales."""
    return tuple(
        replace(policy, rules=tuple(rule for rule in policy.rules if not is_about_wash_sales(rule)))
        for policy in checked
        if policy.id != WASH_POLICY
    )


def is_about_wash_sales(rule: CheckedRule) -> bool:
    """Return whether a rule keeps a loss sale and a purchase apart."""
    if rule.policy == WASH_POLICY:
        return True
    if not isinstance(rule.obligation, Forbid) or rule.obligation.window is None:
        return False
    window = rule.obligation.window
    return window.event == "loss_sale" or (window.event == "purchase" and window.relation == "identical")


def _no_harvest(policy: CheckedPolicy) -> Harvest:
    span = Span(file=policy.file, line=1, column=1, end_line=1, end_column=1)
    lots = Subject(kind="lots", where=NEVER)
    return Harvest(lots=lots, with_substitutes=False, because=(), span=span)
