"""One file as a whole: the order in which its names become known, and what comes out at the end.

Order of statements never matters to the author; here parents come first, then parameters and lists,
then definitions, then rules, and examples last, because each rests on those before it.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, TypeVar

from dsl import policy as p
from dsl import syntax as s
from dsl.catalogue import Catalogue, DataSchema
from dsl.check import examples, header, inherit, responses, rules, statements, targets
from dsl.check.context import Context
from dsl.check.exceptions import check_exceptions
from dsl.check.inherit import Parent, Settings
from dsl.check.literals import literal
from dsl.check.names import Names
from dsl.diagnostics import Diagnostic, Label, has_errors, in_order
from dsl.library import FileReader, Library
from dsl.parse import Parsed, parse
from engine.facts.ids import Symbol
from engine.facts.readings import TaxReading

S = TypeVar("S", bound=s.Node)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The policy, None where the text has errors, and every finding by place."""

    policy: p.CheckedPolicy | None
    diagnostics: tuple[Diagnostic, ...]


def check(
    parsed: Parsed,
    *,
    catalogue: Catalogue,
    library: Library,
    files: FileReader,
    schema: DataSchema | None,
    today: date | None,
) -> Checked:
    """Return the checked policy of a parsed mandate, with all its findings (those of the parser too).

    files: reads a path relative to the policy's folder; schema: the columns of the data at hand, None
    where unknown (then unknown attributes are notes, not errors); today: for expired waivers.
    """
    work = _Work(parsed, catalogue, library, files, schema, today, Settings(values={}))
    policy = work.run()
    found = in_order((*parsed.diagnostics, *work.ctx.findings))
    return Checked(policy=None if has_errors(found) else policy, diagnostics=found)


class _Work:
    """One file on its way through the checker."""

    def _of(self, kind: type[S]) -> list[S]:
        return [node for node in self.parsed.tree.statements if isinstance(node, kind)]

    def __init__(
        self,
        parsed: Parsed,
        catalogue: Catalogue,
        library: Library,
        files: FileReader,
        schema: DataSchema | None,
        today: date | None,
        settings: Settings,
    ) -> None:
        self.parsed = parsed
        self.library = library
        self.settings = settings
        self.parents: list[Parent] = []
        self.ctx = Context(
            file=parsed.file,
            catalogue=catalogue,
            schema=schema,
            files=files,
            today=today,
            lost=parsed.lost,
            damaged=parsed.damaged,
        )

    def run(self) -> p.CheckedPolicy | None:
        """Return the policy as far as it can be understood; findings are in the context."""
        ctx, tree = self.ctx, self.parsed.tree
        if tree.header is None:
            if self.parsed.ok:
                ctx.add("E0315", "this file has no header", tree.span, help='begin with `policy "title"`')
            return None
        head = header.header(ctx, tree.header)
        settings = self.settings
        ctx.policy_id = head.id
        ctx.currency = head.currency or settings.currency or "USD"
        ctx.base = head.base or settings.base or "net_assets"
        ctx.missing = head.missing or settings.missing or p.BLOCK
        self._bring_parents(head)
        names = Names(ctx, tree.statements, self.parents, settings)
        names.declare()
        applies = header.applies(ctx, head.applies_to)
        own = self._rules()
        every = {rule.id: rule for rule in self._inherited("rules")}
        known: dict[str, p.CheckedRule | None] = {**every, **own}
        check_exceptions(ctx, self._of(s.Rule), known)
        own_targets = self._targets()
        inherited_targets = self._inherited("targets")
        known_targets: dict[str, p.Targets | None] = {**{t.name: t for t in inherited_targets}, **own_targets}
        rebalances = [targets.rebalance(ctx, node, tuple(known_targets)) for node in self._of(s.RebalanceOf)]
        sets = statements.identical(ctx, self._of(s.Identical), self._inherited("identical"))
        inherited_sets = self._inherited("identical")
        substitutes = statements.substitutes(ctx, self._of(s.Substitute), (*inherited_sets, *sets))
        harvest_node = self._single(s.HarvestOf, "harvest")
        harvest = statements.harvest(ctx, harvest_node) if harvest_node is not None else None
        tax = self._tax((*inherited_sets, *sets))
        waivers = [
            statements.waiver(ctx, node, {**known, **dict.fromkeys(known_targets)})
            for node in self._of(s.Waive)
        ]
        manuals = [statements.manual(ctx, node) for node in self._of(s.ManualOf)]
        tests = [
            examples.example(ctx, node, rules=known, targets=known_targets) for node in self._of(s.ExampleOf)
        ]
        names.unused(head, readable=self.parsed.ok)
        if ctx.error_count:
            return None
        return p.CheckedPolicy(
            id=head.id,
            title=head.title,
            version=head.version,
            effective_from=head.effective_from,
            effective_until=head.effective_until,
            supersedes=head.supersedes,
            extends=(head.extends.id.text, head.extends.version.text) if head.extends is not None else None,
            uses=tuple((node.id.text, node.version.text) for node in self._of(s.Bring)),
            sources=self._all_sources(),
            applies_to=applies,
            currency=ctx.currency,
            calendar=head.calendar or self._from_parents("calendar"),
            base=ctx.base,
            missing=ctx.missing,
            owner=head.owner,
            approved=head.approved,
            parameters=tuple(ctx.parameters.values()),
            definitions=names.definitions(),
            lists=names.lists(),
            identical=(*inherited_sets, *sets),
            substitutes=(*self._inherited("substitutes"), *substitutes),
            targets=(*inherited_targets, *_present(own_targets.values())),
            rebalances=(
                *self._inherited("rebalances"),
                *_present(rebalances),
            ),
            harvest=harvest or self._from_parents("harvest"),
            tax=tax,
            rules=(*every.values(), *_present(own.values())),
            waivers=(*self._inherited("waivers"), *_present(waivers)),
            manuals=(*self._inherited("manuals"), *_present(manuals)),
            examples=_present(tests),
            digest=hashlib.sha256(self.parsed.text.encode("utf-8", "surrogatepass")).hexdigest(),
            file=self.parsed.file,
        )

    # -------------------------------------------------------------- helpers

    def _single(self, kind: type[S], word: str) -> S | None:
        found = self._of(kind)
        for node in found[1:]:
            self.ctx.add(
                "E0313",
                f"`{word}` is said twice",
                node.span,
                secondary=(responses.first_said(found[0]),),
                help="join the two statements",
            )
        return found[0] if found else None

    def _from_parents(self, field: str) -> Any:
        return next((v for parent in self.parents if (v := getattr(parent.policy, field)) is not None), None)

    def _inherited(self, field: str) -> tuple[Any, ...]:
        """Return what the parents hold under a field, each thing once however many ways it came."""
        return tuple(dict.fromkeys(x for parent in self.parents for x in getattr(parent.policy, field)))

    def _all_sources(self) -> tuple[p.Source, ...]:
        inherited = {src.name: src for parent in self.parents for src in parent.policy.sources}
        return tuple({**inherited, **self.ctx.sources}.values())

    # -------------------------------------------------------------- parents

    def _bring_parents(self, head: header.Header) -> None:
        ctx = self.ctx
        wanted = [*([head.extends] if head.extends is not None else []), *self._of(s.Bring)]
        own = {node.name.text: literal(_silent(ctx), node.value) for node in self._of(s.SetTo)}
        values = {name: value for name, value in own.items() if value is not None}
        path = (*self.settings.path, (head.id, head.version))
        down = Settings(
            values={**values, **self.settings.values},
            currency=ctx.currency,
            base=ctx.base,
            missing=ctx.missing,
            path=path,
        )
        seen: set[tuple[str, str]] = set()
        for node in wanted:
            key = (node.id.text, node.version.text)
            found = inherit.find(ctx, node, self.library, path)
            if found is None or key in seen:
                continue
            seen.add(key)
            parsed = _read(found.text, found.file)
            work = _Work(parsed, ctx.catalogue, self.library, found.files, ctx.schema, ctx.today, down)
            policy = work.run() if parsed.ok else None
            if policy is None:
                inherit.faulty(ctx, node, in_order((*parsed.diagnostics, *work.ctx.findings)))
                continue
            policy = inherit.dated(policy)
            self._agrees(node, policy)
            parent = Parent(policy=policy, lists=work.ctx.lists)
            self.parents.append(parent)
            inherit.fold(ctx, parent)

    def _agrees(self, node: s.Bring, policy: p.CheckedPolicy) -> None:
        """Record a rule that another parent has under the same id with another meaning."""
        known = {rule.id: rule for rule in self._inherited("rules")}
        for rule in policy.rules:
            if known.get(rule.id, rule) != rule:
                self.ctx.add(
                    "E0223",
                    f"rule `{rule.id}` comes in twice, with two meanings",
                    node.id.span,
                    label=f"here from `{rule.policy}`, before from `{known[rule.id].policy}`",
                    help="build on one of them, or let them agree",
                )

    # -------------------------------------------------------------- rules

    def _rules(self) -> dict[str, p.CheckedRule | None]:
        ctx = self.ctx
        inherited = {rule.id: rule for parent in self.parents for rule in parent.policy.rules}
        own: dict[str, p.CheckedRule | None] = {}
        places: dict[str, s.Word] = {}
        for node in self._of(s.Rule):
            name = node.id.text
            if name in inherited:
                ctx.add(
                    "E0223",
                    f"rule `{name}` already stands in `{inherited[name].policy}`",
                    node.id.span,
                    label="a policy may add to the rules it builds on, not replace them",
                    help="give it its own id, with `exception to` if it should relax that rule",
                )
                continue
            if name in own:
                ctx.add(
                    "E0211",
                    f"rule `{name}` is defined twice",
                    node.id.span,
                    secondary=(Label(span=places[name].span, text="defined here first"),),
                    help="give one of them another id",
                )
            places.setdefault(name, node.id)
            own[name] = rules.rule(ctx, node)
        return own

    def _targets(self) -> dict[str, p.Targets | None]:
        own: dict[str, p.Targets | None] = {}
        for node in self._of(s.TargetsOf):
            if node.name.text in own:
                self.ctx.add("E0211", f"targets `{node.name.text}` are defined twice", node.name.span)
            if any(parent.name == node.name.text for parent in self._inherited("targets")):
                self.ctx.add(
                    "E0223",
                    f"targets `{node.name.text}` already stand in a policy that this one builds on",
                    node.name.span,
                    label="a policy may add to what it builds on, not replace it",
                    help="give them another name, or build on another policy",
                )
            own[node.name.text] = targets.targets(self.ctx, node)
        return own

    def _tax(self, sets: Sequence[p.IdenticalSet]) -> TaxReading:
        inherited = TaxReading()
        for parent in self.parents:
            if parent.policy.tax != TaxReading():
                inherited = parent.policy.tax
        wash = statements.wash_readings(self.ctx, self._single(s.WashSales, "wash_sales"), inherited.wash)
        relief = statements.relief(self.ctx, self._single(s.Relieved, "lots relieved by"), inherited.relief)
        identical = {Symbol(symbol): group.name for group in sets for symbol in group.symbols}
        return TaxReading(wash=wash, relief=relief, identical=identical)


@lru_cache(maxsize=64)
def _read(text: str, file: str) -> Parsed:
    """Return a parent's tree; the same few policies are built on again and again."""
    return parse(text, file=file)


def _silent(ctx: Context) -> Context:
    """Return a context whose findings nobody reads."""
    return Context(
        file=ctx.file,
        catalogue=ctx.catalogue,
        schema=ctx.schema,
        files=ctx.files,
        today=ctx.today,
        currency=ctx.currency,
    )


T = TypeVar("T")


def _present(parts: Iterable[T | None]) -> tuple[T, ...]:
    return tuple(part for part in parts if part is not None)
