"""The names of one file: parameters, lists and definitions, its own and those that it takes over.

Own names hide inherited ones in this file only; the rules of a parent keep the parent's meaning.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from dsl import policy as p
from dsl import syntax as s
from dsl.check import inherit, lists, statements
from dsl.check.context import NOUNS, Context
from dsl.check.header import Header
from dsl.check.inherit import Parent, Settings
from dsl.check.subjects import definition
from dsl.diagnostics import Label
from dsl.policy import Span
from dsl.proposing import read_by_proposals

S = TypeVar("S", bound=s.Node)


class Names:
    """Declares the names of one file in its context, and tells them afterwards."""

    def __init__(
        self,
        ctx: Context,
        nodes: Sequence[s.Statement],
        parents: Sequence[Parent],
        settings: Settings,
    ) -> None:
        self.ctx = ctx
        self.nodes = nodes
        self.parents = parents
        self.settings = settings

    def of(self, kind: type[S]) -> list[S]:
        """Return the statements of one kind."""
        return [node for node in self.nodes if isinstance(node, kind)]

    def declare(self) -> None:
        """Make parameters, lists and definitions known, in that order."""
        ctx = self.ctx
        for node in self.of(s.ParameterOf):
            if self._fresh(node.name, ctx.parameters, "parameter"):
                found = statements.parameter(ctx, node)
                if found is not None:
                    ctx.parameters[found.name] = found
                else:
                    ctx.lost |= {node.name.text}
        self._set_values()
        for listed in self._list_nodes():
            if listed.name.text in ctx.lists and self._is_inherited_list(listed.name.text):
                self._shadows(listed.name)
                del ctx.lists[listed.name.text]
            if self._fresh(listed.name, ctx.lists, "list"):
                table = lists.read(ctx, listed)
                if table is not None:
                    ctx.lists[table.name] = table
                else:
                    ctx.lost |= {listed.name.text}
        self._define()

    def _list_nodes(self) -> tuple[s.ListAre | s.ListFrom, ...]:
        return (*self.of(s.ListAre), *self.of(s.ListFrom))

    def _is_inherited_list(self, name: str) -> bool:
        return any(self.ctx.lists[name] is parent.lists.get(name) for parent in self.parents)

    def _set_values(self) -> None:
        ctx = self.ctx
        chosen: dict[str, p.Amount] = {}
        for node in self.of(s.SetTo):
            if node.name.text in chosen:
                ctx.add("E0313", f"`{node.name.text}` is set twice", node.name.span, help="keep one of them")
            value = statements.set_value(ctx, node, ctx.parameters)
            if value is not None:
                chosen[node.name.text] = value
        handed = {
            k: v
            for k, v in self.settings.values.items()
            if k in ctx.parameters and _allowed(ctx.parameters[k], v)
        }
        named = {k: replace(v, parameter=k) for k, v in handed.items()}
        ctx.parameters = inherit.with_values(ctx.parameters, {**chosen, **named})

    def _fresh(self, name: s.Word, known: Mapping[str, object], what: str) -> bool:
        if name.text not in known:
            return True
        first = known[name.text]
        span = getattr(first, "span", None)
        self.ctx.add(
            "E0211",
            f"{what} `{name.text}` is defined twice",
            name.span,
            secondary=(Label(span=span, text="defined here first"),) if isinstance(span, Span) else (),
            help="give one of them another name",
        )
        return False

    def _shadows(self, name: s.Word) -> None:
        self.ctx.add(
            "W0503",
            f"`{name.text}` is also defined by a policy that this one builds on",
            name.span,
            label="here this meaning holds, there the other",
            help="choose another name",
        )

    def _define(self) -> None:
        ctx = self.ctx
        for node in self.of(s.Define):
            name = node.name.text
            if name in NOUNS or name in ctx.catalogue.bases:
                ctx.add(
                    "E0211",
                    f"`{name}` already has a meaning in the language",
                    node.name.span,
                    help="choose another name",
                )
                continue
            if name in ctx.subjects:
                self._shadows(node.name)
                del ctx.subjects[name]
            if self._fresh(node.name, {k: v.name for k, v in ctx.waiting.items()}, "definition"):
                ctx.waiting[name] = node
        used = set(ctx.used)
        for name, node in tuple(ctx.waiting.items()):
            if name in ctx.waiting:
                definition(ctx, name, node.name)
        ctx.used = used | self._named_in_definitions()

    def _named_in_definitions(self) -> set[str]:
        return {name for node in self.of(s.Define) for name in _nouns(node.subject)}

    def definitions(self) -> tuple[p.Definition, ...]:
        """Return every definition, inherited ones first."""
        inherited = {d.name: d for parent in self.parents for d in parent.policy.definitions}
        own = {
            node.name.text: p.Definition(name=node.name.text, subject=subject, span=node.span)
            for node in self.of(s.Define)
            if (subject := self.ctx.subjects.get(node.name.text)) is not None
        }
        return tuple({**inherited, **own}.values())

    def lists(self) -> tuple[p.NamedList, ...]:
        """Return every list, inherited ones first."""
        files = {node.name.text: node for node in self.of(s.ListFrom)}
        inherited = {x.name: x for parent in self.parents for x in parent.policy.lists}
        own = {}
        for name, table in self.ctx.lists.items():
            if name in inherited and name not in files and self._is_inherited_list(name):
                continue
            node = files.get(name)
            own[name] = p.NamedList(
                name=name,
                values=lists.text_set(table, None),
                file=node.file.text if node is not None else None,
                sha256=node.sha256.text if node is not None and node.sha256 is not None else None,
                span=table.span,
            )
        return tuple({**inherited, **own}.values())

    def unused(self, header: Header, *, readable: bool) -> None:
        """Warn of names that nothing uses; a policy made to be built on may hold such names."""
        if header.applies_to is None or not readable:
            return
        ctx = self.ctx
        own = [
            *(("definition", node.name) for node in self.of(s.Define)),
            *(("list", node.name) for node in self._list_nodes()),
            *(("parameter", node.name) for node in self.of(s.ParameterOf)),
        ]
        for what, word in own:
            if word.text not in ctx.used and not (what == "parameter" and read_by_proposals(word.text)):
                ctx.add(
                    "W0504", f"the {what} `{word.text}` is not used", word.span, help="remove it, or use it"
                )


def _nouns(node: s.Subject) -> Iterable[str]:
    match node:
        case s.Select():
            return (node.noun.text,)
        case s.Groups() | s.Largest():
            return () if node.within is None else (node.within.noun.text,)


def _allowed(parameter: p.Parameter, value: p.Amount) -> bool:
    low, high = parameter.low, parameter.high
    return (
        value.unit is parameter.value.unit
        and (low is None or value.value >= low.value)
        and (high is None or value.value <= high.value)
    )
