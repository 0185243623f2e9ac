"""The changes that mutmut would make of a file, each as a function that is put in place of the old one.

    def at_most(a, b): return a <= b      ->      return a < b

mutmut says what is changed; nothing is written. `put` gives the function of the running process the changed
code, so that whoever holds the function, and by whatever name, calls the changed one from then on.
"""

import __future__

import ast
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import ndiff
from functools import cache
from importlib import import_module
from pathlib import Path
from types import FunctionType

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider
from mutmut.mutation.file_mutation import Mutation, create_mutations


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of a file, before its code is made.

    function: `name`, or `Class.name`; number: among the changes of that function, from 1.
    """

    path: str
    function: str
    number: int
    module: cst.Module
    mutation: Mutation

    @property
    def name(self) -> str:
        """What it is called: the same for the same code."""
        return f"{self.path}:{self.function}:{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A changed function; lines: those of the file on which a test must have been to notice the change."""

    name: str
    path: str
    function: str
    code: str
    lines: tuple[int, ...]
    before: str
    after: str


def changes_of(path: Path, root: Path) -> Iterator[Change]:
    """Yield every change of the functions and methods of a file."""
    module, mutations, _, _ = create_mutations(str(path), path.read_text(encoding="utf-8"))
    names = _names(module)
    counted: dict[str, int] = {}
    for mutation in mutations:
        function = names.get(id(mutation.contained_by_top_level_function))
        if function is not None:
            counted[function] = counted.get(function, 0) + 1
            yield Change(
                path=str(path.relative_to(root)),
                function=function,
                number=counted[function],
                module=module,
                mutation=mutation,
            )


def _names(module: cst.Module) -> Mapping[int, str]:
    names: dict[int, str] = {}
    for statement in module.body:
        if isinstance(statement, cst.FunctionDef):
            names[id(statement)] = statement.name.value
        elif isinstance(statement, cst.ClassDef):
            for own in statement.body.body:
                if isinstance(own, cst.FunctionDef):
                    names[id(own)] = f"{statement.name.value}.{own.name.value}"
    return names


def mutant_of(change: Change) -> Mutant:
    """Return a change with its code."""
    old = change.mutation.contained_by_top_level_function
    assert old is not None
    new = old.deep_replace(change.mutation.original_node, change.mutation.mutated_node)
    assert isinstance(new, cst.FunctionDef)
    was, code = (cst.Module(body=[one.with_changes(leading_lines=[])]).code for one in (old, new))
    rows = [line for line in ndiff(was.splitlines(), code.splitlines()) if line[:2] in ("- ", "+ ")]
    return Mutant(
        name=change.name,
        path=change.path,
        function=change.function,
        code=code,
        lines=_lines(change),
        before=" ".join(line[2:].strip() for line in rows if line[0] == "-"),
        after=" ".join(line[2:].strip() for line in rows if line[0] == "+"),
    )


def _lines(change: Change) -> tuple[int, ...]:
    """Return the lines of the statement that is changed; of a block, its head, or all of it where unsure."""
    places, statements = _read(change.module)
    outer = places[change.mutation.contained_by_top_level_function or change.module]
    place = places.get(change.mutation.original_node, outer)
    first, last = place.start.line, place.end.line
    around = [
        node for node in statements if node.lineno <= first and last <= (node.end_lineno or node.lineno)
    ]
    inner = max(around, key=lambda node: (node.lineno, -(node.end_lineno or 0)))
    if isinstance(inner, ast.FunctionDef):
        return tuple(range(outer.start.line, outer.end.line + 1))
    body = getattr(inner, "body", None)
    is_head = isinstance(body, list) and last < body[0].lineno
    end = body[0].lineno - 1 if is_head and isinstance(body, list) else (inner.end_lineno or inner.lineno)
    return tuple(range(inner.lineno, end + 1))


@cache
def _read(module: cst.Module) -> tuple[Mapping[cst.CSTNode, CodeRange], tuple[ast.stmt, ...]]:
    places = MetadataWrapper(module, unsafe_skip_copy=True).resolve(PositionProvider)
    return places, tuple(node for node in ast.walk(ast.parse(module.code)) if isinstance(node, ast.stmt))


def put(mutant: Mutant) -> None:
    """Give a function of this process the changed code, for good.

    Raises ValueError where the change makes another kind of function of it.
    """
    name = mutant.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    module = sys.modules.get(name) or import_module(name)
    owner, _, own = mutant.function.rpartition(".")
    known = vars(module) if not owner else vars(vars(module)[owner])
    place: dict[str, object] = {}
    flags = __future__.annotations.compiler_flag
    exec(compile(mutant.code, str(module.__file__), "exec", flags, dont_inherit=True), vars(module), place)
    old, new = _plain(known[own]), _plain(place[own])
    old.__code__, old.__defaults__, old.__kwdefaults__ = new.__code__, new.__defaults__, new.__kwdefaults__


def _plain(found: object) -> FunctionType:
    plain = found.__func__ if isinstance(found, staticmethod | classmethod) else found
    if not isinstance(plain, FunctionType):
        raise ValueError(f"{plain!r} is no function")
    return plain
