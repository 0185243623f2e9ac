"""Each operator of the gate's comparing and measuring turned round in its code: the run must notice.

A function's text is parsed, one operator in it exchanged for its neighbour (`<` for `<=`, `+` for `-`,
`min` for `max`, …) and the code put in place of the function's own, so that whoever has imported it runs
the broken one. The worlds on which gate and reference agree untouched must then show a difference: small
ones by hand, in which one operator decides, and drawn ones.

Turned are functions that decide verdicts, answers or who is named. Those that only find the largest
quantity or word an answer are not among them, for these worlds are judged without explanations.
"""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from types import CodeType, FunctionType

import pytest

from engine.facts.trades import Trade
from engine.gate import (
    acts,
    ban_items,
    builtin,
    compare,
    data_items,
    deltas,
    graph,
    limit_items,
    limits,
    readings,
    trade_items,
    unknowns,
    window_items,
)
from engine.gate.engine.inline import Inline
from engine.gate.judge import judge, open_book
from rulebooks.compile import compile_rulebook
from rulebooks.ground import GroundBook
from rulebooks.grounding import ground
from tests.properties.small_worlds import small_worlds
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

FUNCTIONS: tuple[Callable[..., object], ...] = (
    compare.lowering,
    compare.compared,
    compare.reached,
    limits.Limits._read,
    readings.factor_of,
    readings.least,
    compare._lowering_alone,
    compare._lowers_line,
    limits.Limits.headroom,
    limits._moves_bounds,
    readings.anchored,
    readings.rounded_reading,
    readings.Room.is_less_than,
    graph.Graph.shifted,
    graph.Graph.shifts,
    graph.Graph._moved,
    graph.Graph._compute,
    graph.Graph._largest,
    graph.root_step,
    graph.variance,
    trade_items.headroom_to,
    acts.actions_of,
    acts.covered,
    acts.value_of,
    window_items._meets,
    limit_items.net_bought,
    limit_items._is_tested,
    limit_items._speaks,
    deltas._deltas_of,
    deltas.add,
    deltas._costs_of_the_closed,
    deltas.disallowed_by,
    deltas._is_at_book,
    deltas.settling_order,
    compare._still_of_line,
    compare.may_move,
    compare.movers,
    limits._is_plain,
    limits._is_loud,
    limit_items._missing_item,
    acts.sells_all,
    ban_items.ban_items,
    ban_items._ban,
    builtin.position_of,
    builtin._limits_borrowing,
    data_items._disorder,
    trade_items._items,
    trade_items.what_is_missing,
    unknowns.is_of_everything,
    unknowns.is_present,
    unknowns.is_weighed_blindly,
    unknowns._unpriced_trades,
    unknowns._unsettled_sales,
    window_items._is_twofold,
    window_items._lacks_history,
    window_items._listed_acts,
    window_items._listed_events,
    window_items._missing_windows,
)

EQUIVALENT = frozenset(
    {
        "reached 0 Gt",  # an early warning at the level itself is told by its sign, which is never zero
        "factor_of 0 LtE",  # a base of 0 has no figure: dividing by it ends the judgement either way
        "_largest 1 LtE",  # a part that comes up to the least of the largest is added up anew: the same sum
        "root_step 1 Gt",  # only asked where the base is positive
        "rounded_reading 0 Or",  # both sides say the same: no factor where the base is not positive
        "rounded_reading 2 LtE",  # at a base of 0 there is no factor, which the other side asks for
        "rounded_reading 7 And",  # with none told the headroom itself decides, which is told already
        "_speaks 0 Or",  # `_items_of` asks both once more, and answers "not applicable" as the rest does
        "_speaks 2 Lt",  # a group exactly at its limit passes, by its own name or among the rest
        "_speaks 4 Lt",  # the same of a group that lacks nothing
        "_deltas_of 1 Gt",  # the sign of a side is 1 or -1
        "add 0 Gt",  # the sign is 1 or -1
        "_is_loud 1 Lt",  # a group exactly at its limit is looked at once more, and passes
    }
)
"""Turned operators that change no verdict, and why."""


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
    """Return the text of a function as a tree, without annotations that would be looked up."""
    return ast.parse("from __future__ import annotations\n" + textwrap.dedent(inspect.getsource(function)))


def places() -> Iterator[Place]:
    """Yield every operator of the functions."""
    for function in FUNCTIONS:
        for number, (node, at) in enumerate(_operators(_tree(function))):
            yield Place(function, number, f"{function.__name__} {number} {_word(node, at)}")


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


@pytest.fixture(scope="module")
def worlds() -> list[World]:
    """Books with the lists on which the two agree; opened anew for each operator."""
    found: list[World] = []
    drawn = (*map(world_of, WORLDS), *(world_of(seed, mix=FULL) for seed in WORLDS_OF_FULL))
    for policy, book, lists in (at_its_warning(), *small_worlds(), *drawn):
        grounded = ground(compile_rulebook((policy,)), book)
        opened = open_book(grounded)
        found.append(
            (grounded, [t for t in lists if judge(opened, t, engine=ENGINE, explained=False).fault is None])
        )
    return found


BROKEN = (AssertionError, ArithmeticError, AttributeError, LookupError, NameError, TypeError, ValueError)
"""What a list that cannot be judged at all ends in."""


def is_noticed(place: Place, worlds: list[World]) -> bool:
    """Return whether some list draws a fault, or cannot be judged at all."""
    with turned(place):
        for grounded, lists in worlds:
            try:
                opened = open_book(grounded)
                if any(judge(opened, t, engine=ENGINE, explained=False).fault is not None for t in lists):
                    return True
            except BROKEN:
                return True
    return False


EVERYDAY = ("lowering", "compared", "least")
ALL = [
    pytest.param(
        place,
        id=str(place),
        marks=() if place.function.__name__ in EVERYDAY else [pytest.mark.long],
    )
    for place in places()
    if str(place) not in EQUIVALENT
]


@pytest.mark.parametrize("place", ALL)
def test_an_operator_turned_is_noticed(place: Place, worlds: list[World]) -> None:
    assert is_noticed(place, worlds), f"{place} turned went unnoticed"


def test_there_is_something_to_turn() -> None:
    assert len(list(places())) >= 150
