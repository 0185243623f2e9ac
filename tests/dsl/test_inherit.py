"""Policies that build on others: names and rules come along, parameters move, nothing is replaced."""

from datetime import date
from decimal import Decimal

import pytest

from dsl import policy as p
from dsl.library import Library, library_of, no_files
from tests.dsl.helpers import HEADER, checked, codes, policy_of

BASE = """policy "Base"
  id firm.base
  version 1.0.0
  source manual = "Manual"
  {header}

parameter cap = 10% between 5% and 20%
define equities as holdings where asset_class is equity
list banned are "X"
identical t are "A", "B" because manual "0"

rule BASE-1 "cap"
  for each issuer in equities
  limit weight to at most cap
  because manual "1"
"""


def library(*texts: str) -> Library:
    return library_of((f"base{i}.mandate", text, no_files) for i, text in enumerate(texts))


BASES = library(BASE.format(header=""))
EXTENDS = HEADER.rstrip() + "\n  extends firm.base version 1.0.0\n"


def bound(policy: p.CheckedPolicy, rule: str) -> p.AnyAmount | None:
    found = next(r for r in policy.rules if r.id == rule).obligation
    assert isinstance(found, p.Limit)
    return found.high


@pytest.mark.parametrize("header", [EXTENDS, HEADER + "\nuse firm.base version 1.0.0\n"])
def test_rules_and_names_come_along(header: str) -> None:
    text = header + 'rule A-1 "t" limit weight of equities to at most cap because ips "1"\n'
    policy = policy_of(text, library=BASES)
    assert [(r.id, r.policy) for r in policy.rules] == [("BASE-1", "firm.base"), ("A-1", "test.policy")]
    assert {s.name for s in policy.sources} == {"ips", "manual"}
    assert policy.tax.identical == {"A": "t", "B": "t"}


def test_a_child_moves_a_parameter_in_the_parents_rules_too() -> None:
    text = EXTENDS + '\nset cap = 8% because ips "1"\n'
    amount = bound(policy_of(text, library=BASES), "BASE-1")
    assert isinstance(amount, p.Amount)
    assert (amount.value, amount.written, amount.parameter) == (Decimal("0.08"), "8%", "cap")
    assert codes(text.replace("8%", "25%"), library=BASES) == ["E0306"]
    assert codes(text.replace("8%", "8 points"), library=BASES) == ["E0301"]
    assert codes(text.replace("set cap", "set cup"), library=BASES) == ["E0204"]


def test_a_grandchild_moves_it_through_the_child() -> None:
    child = 'policy "Child"\n  id firm.child\n  version 1.0.0\n  extends firm.base version 1.0.0\n'
    bases = library(BASE.format(header=""), child)
    text = HEADER.rstrip() + '\n  extends firm.child version 1.0.0\nset cap = 6% because ips "1"\n'
    amount = bound(policy_of(text, library=bases), "BASE-1")
    assert isinstance(amount, p.Amount)
    assert amount.value == Decimal("0.06")


def test_a_parents_header_counts_for_its_rules_else_the_childs() -> None:
    open_base = policy_of(EXTENDS + "  weights of total_assets\n", library=BASES).rules[0]
    assert open_base.base == "total_assets"
    own = library(BASE.format(header="weights of net_assets missing data warn"))
    rule = policy_of(EXTENDS + "  weights of total_assets\n", library=own).rules[0]
    assert (rule.base, rule.missing.kind) == ("net_assets", "warn")


def test_inherited_rules_are_in_force_only_as_long_as_their_policy() -> None:
    dated = library(BASE.format(header="effective from 2026-03-01 until 2026-09-30"))
    rule = policy_of(EXTENDS + "  effective from 2026-01-01\n", library=dated).rules[0]
    assert (rule.effective_from, rule.effective_until) == (date(2026, 3, 1), date(2026, 9, 30))
    rule = policy_of(EXTENDS + "  effective from 2026-01-01\n", library=BASES).rules[0]
    assert (rule.effective_from, rule.effective_until) == (None, None)


def test_a_child_may_not_replace_a_rule_but_may_except_it() -> None:
    again = EXTENDS + '\nrule BASE-1 "t" limit weight of equities to at most 50% because ips "1"\n'
    assert codes(again, library=BASES) == ["E0223"]
    relaxed = again.replace('rule BASE-1 "t"', 'rule A-1 "t" exception to BASE-1')
    assert policy_of(relaxed, library=BASES).rules[-1].exception_to == "BASE-1"


def test_faults_of_a_parent_are_told_once_with_their_place() -> None:
    faulty = library(BASE.format(header="").replace("at most cap", "at most cup"))
    (found,) = checked(EXTENDS, library=faulty).diagnostics
    assert (found.code, found.secondary[0].span.file) == ("E0222", "base0.mandate")


def test_policies_in_a_circle_and_long_chains() -> None:
    loop = [
        f'policy "P"\n  id p.n{i}\n  version 1.0.0\n  extends p.n{(i + 1) % 3} version 1.0.0\n'
        for i in range(3)
    ]
    assert codes(loop[0], library=library(*loop)) == ["E0214"]
    chain = [
        f'policy "P"\n  id p.n{i}\n  version 1.0.0\n  extends p.n{i + 1} version 1.0.0\n' for i in range(60)
    ]
    assert codes(chain[0], library=library(*chain)) == ["E0214"]


def test_a_diamond_brings_a_rule_in_once() -> None:
    sides = [
        f'policy "S"\n  id s.n{i}\n  version 1.0.0\n  extends firm.base version 1.0.0\n' for i in range(2)
    ]
    text = HEADER + "use s.n0 version 1.0.0\nuse s.n1 version 1.0.0\n"
    policy = policy_of(text, library=library(BASE.format(header=""), *sides))
    assert [r.id for r in policy.rules] == ["BASE-1"]
    assert len(policy.identical) == 1


def test_two_parents_that_differ_on_one_rule_are_an_error() -> None:
    sides = [
        f'policy "S"\n  id s.n{i}\n  version 1.0.0\n  extends firm.base version 1.0.0\n  source m = "x"\n'
        f'set cap = {6 + i}% because m "1"\n'
        for i in range(2)
    ]
    text = HEADER + "use s.n0 version 1.0.0\nuse s.n1 version 1.0.0\n"
    assert codes(text, library=library(BASE.format(header=""), *sides)) == ["E0223"]


def test_inherited_sets_and_targets_are_not_said_again() -> None:
    assert codes(EXTENDS + 'identical u are "A", "C" because ips "1"\n', library=BASES) == ["E0324"]
    rows = 'targets mix\n  because {} "1"\n  equities   100%  from 0% to 100%\n'
    base = library(BASE.format(header="") + rows.format("manual"))
    assert codes(EXTENDS + rows.format("ips"), library=base) == ["E0223"]
    assert len(policy_of(EXTENDS, library=base).targets) == 1
