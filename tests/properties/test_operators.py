"""Each operator of the gate's comparing and measuring turned round in its code: the run must notice.

A function's text is parsed, one operator in it exchanged for its neighbour (`<` for `<=`, `+` for `-`,
`min` for `max`, …) and the code put in place of the function's own, so that whoever has imported it runs
the broken one. The worlds on which gate and reference agree untouched must then show a difference: small
ones by hand, in which one operator decides, and drawn ones. What the reference does not speak of, such as a
person's yes, is compared with what is written by hand.

Turned are functions that decide verdicts, answers or who is named; `operators.py` lists them. Those that
only find the largest quantity or word an answer are not among them, for these worlds are judged without
explanations; by hand some are.
"""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, replace
from types import CodeType, FunctionType

import pytest

from engine.facts.trades import Trade
from engine.gate.approvals import decision_id
from engine.gate.engine.inline import Inline
from engine.gate.judge import judge, open_book
from engine.gate.measure import OpenBook
from rulebooks.compile import compile_rulebook
from rulebooks.ground import GroundBook
from rulebooks.grounding import ground
from tests.properties.operators import EQUIVALENT, FUNCTIONS, TOLD
from tests.properties.small_worlds import small_worlds
from tests.properties.small_worlds_decided import THIS, Decided, in_words, worlds_decided
from tests.properties.small_worlds_of_gaps import worlds_of_gaps
from tests.properties.small_worlds_of_trades import World as HandWorld
from tests.properties.small_worlds_of_trades import worlds_of_trades
from tests.properties.test_mutations import at_its_warning
from tests.properties.worlds import FULL, world_of

WORLDS = range(2_000, 2_040)
WORLDS_OF_FULL = (3_002, 3_004)
"""Of more kinds of rules: what was done before and its events meet, and prices are old."""

ENGINE = Inline()

TURNED: dict[type, type] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.And: ast.Or,
    ast.Or: ast.And,
}
NAMES = {"min": "max", "max": "min"}


@dataclass(frozen=True, slots=True)
class Place:
    """One operator: its function, and which of the operators in it."""

    function: Callable[..., object]
    number: int
    name: str

    def __str__(self) -> str:
        """Return the place in words."""
        return self.name


def _operators(tree: ast.AST) -> list[tuple[ast.AST, int]]:
    """Return the nodes with an operator that can be turned, with its place in the node."""
    found: list[tuple[ast.AST, int]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            found += [(node, n) for n, op in enumerate(node.ops) if type(op) in TURNED]
        elif (isinstance(node, ast.BinOp | ast.BoolOp) and type(node.op) in TURNED) or (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in NAMES
        ):
            found.append((node, 0))
    return found


def _word(node: ast.AST, number: int) -> str:
    if isinstance(node, ast.Compare):
        return type(node.ops[number]).__name__
    if isinstance(node, ast.BinOp | ast.BoolOp):
        return type(node.op).__name__
    assert isinstance(node, ast.Call)
    assert isinstance(node.func, ast.Name)
    return node.func.id


def _turn(node: ast.AST, number: int) -> None:
    if isinstance(node, ast.Compare):
        node.ops[number] = TURNED[type(node.ops[number])]()
    elif isinstance(node, ast.BinOp | ast.BoolOp):
        node.op = TURNED[type(node.op)]()
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        node.func.id = NAMES[node.func.id]


def _tree(function: Callable[..., object]) -> ast.Module:
    """Return the text of a function as a tree, with no decorators, nor annotations to be looked up."""
    tree = ast.parse("from __future__ import annotations\n" + textwrap.dedent(inspect.getsource(function)))
    (found,) = (node for node in tree.body if isinstance(node, ast.FunctionDef))
    found.decorator_list = []
    return tree


def places() -> Iterator[Place]:
    """Yield every operator of the functions."""
    for function in FUNCTIONS:
        is_python = function.__name__.startswith("__")
        name = function.__qualname__ if is_python else function.__name__
        for number, (node, at) in enumerate(_operators(_tree(function))):
            yield Place(function, number, f"{name} {number} {_word(node, at)}")


def _broken(place: Place) -> CodeType:
    tree = deepcopy(_tree(place.function))
    _turn(*_operators(tree)[place.number])
    assert isinstance(place.function, FunctionType)
    scope = dict(place.function.__globals__)
    exec(compile(ast.fix_missing_locations(tree), place.function.__code__.co_filename, "exec"), scope)
    code: CodeType = scope[place.function.__name__].__code__
    return code


@contextmanager
def turned(place: Place) -> Iterator[None]:
    """Run with one operator turned."""
    assert isinstance(place.function, FunctionType)
    kept = place.function.__code__
    place.function.__code__ = _broken(place)
    try:
        yield
    finally:
        place.function.__code__ = kept


World = tuple[GroundBook, list[tuple[Trade, ...]]]
BY_HAND = (small_worlds, worlds_of_trades, worlds_of_gaps)


@pytest.fixture(scope="module")
def worlds() -> list[World]:
    """Books with the lists on which the two agree; opened anew for each operator."""
    found: list[World] = []
    drawn = (*map(world_of, WORLDS), *(world_of(seed, mix=FULL) for seed in WORLDS_OF_FULL))
    by_hand = (world for worlds_of in BY_HAND for world in worlds_of())
    for policy, book, lists in (at_its_warning(), *by_hand, *drawn):
        policies = policy if isinstance(policy, tuple) else (policy,)
        grounded = ground(compile_rulebook(policies), book)
        opened = open_book(grounded)
        found.append(
            (grounded, [t for t in lists if judge(opened, t, engine=ENGINE, explained=False).fault is None])
        )
    return found


HandDecided = tuple[GroundBook, Decided]


@pytest.fixture(scope="module")
def decided() -> list[HandDecided]:
    """Lists with what the gate is to say, their approvals given to the very list that they mean."""
    found: list[HandDecided] = []
    for world in worlds_decided():
        grounded = ground(compile_rulebook((world.policy,)), world.book)
        this = decision_id(grounded.rulebook.hash, world.trades)
        given = tuple(replace(row, decision=this) if row.decision == THIS else row for row in world.approvals)
        found.append((grounded, replace(world, approvals=given)))
    return found


def said(opened: OpenBook, world: Decided) -> tuple[str, ...]:
    """Return what the gate says, in words."""
    answer = judge(
        opened, world.trades, engine=ENGINE, approvals=world.approvals, every_group=world.every_group
    )
    return in_words(answer)


BROKEN = (AssertionError, ArithmeticError, AttributeError, LookupError, NameError, TypeError, ValueError)
"""What a list that cannot be judged at all ends in."""


def is_noticed(place: Place, worlds: list[World], decided: list[HandDecided]) -> bool:
    """Return whether some list draws a fault or another answer, or cannot be judged at all."""
    with turned(place):
        for grounded, world in decided:
            try:
                if said(open_book(grounded), world) != world.expected:
                    return True
            except BROKEN:
                return True
        for grounded, lists in worlds:
            try:
                opened = open_book(grounded)
                if any(judge(opened, t, engine=ENGINE, explained=False).fault is not None for t in lists):
                    return True
            except BROKEN:
                return True
    return False


EVERYDAY = ("lowering", "compared", "least", "waived_of", "_required", "data_response", "riding_items")
ALL = [
    pytest.param(
        place,
        id=str(place),
        marks=() if place.function.__name__ in EVERYDAY else [pytest.mark.long],
    )
    for place in places()
    if str(place) not in EQUIVALENT | TOLD
]


@pytest.mark.parametrize("place", ALL)
def test_an_operator_turned_is_noticed(place: Place, worlds: list[World], decided: list[HandDecided]) -> None:
    assert is_noticed(place, worlds, decided), f"{place} turned went unnoticed"


@pytest.mark.parametrize("worlds_of", BY_HAND)
def test_on_the_worlds_by_hand_the_two_agree(worlds_of: Callable[[], tuple[HandWorld, ...]]) -> None:
    for policy, book, lists in worlds_of():
        policies = policy if isinstance(policy, tuple) else (policy,)
        opened = open_book(ground(compile_rulebook(policies), book))
        for trades in lists:
            fault = judge(opened, trades, engine=ENGINE, explained=False).fault
            assert fault is None, fault


def test_what_is_decided_by_hand_is_what_the_gate_says(decided: list[HandDecided]) -> None:
    for grounded, world in decided:
        assert said(open_book(grounded), world) == world.expected


def test_there_is_something_to_turn() -> None:
    names = [str(place) for place in places()]
    assert len(names) == len(set(names)) >= 320
    assert set(names) >= EQUIVALENT | TOLD
