"""One file as a whole: the order in which its names become known, and what comes out at the end.

Order of statements never matters to the author; here parents come first, then parameters and lists,
then definitions, then rules, and examples last, because each rests on those before it.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from dsl import policy as p
from dsl import syntax as s
from dsl.catalogue import Catalogue, DataSchema
from dsl.check import examples, header, inherit, lists, responses, rules, statements, targets
from dsl.check.context import NOUNS, Context
from dsl.check.inherit import Parent, Settings
from dsl.check.literals import literal
from dsl.check.subjects import definition
from dsl.diagnostics import Diagnostic, Label, has_errors, in_order
from dsl.library import FileReader, Library
from dsl.parse import Parsed, parse
from dsl.policy import Span
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
        self._name_everything()
        applies = header.applies(ctx, head.applies_to)
        own = self._rules()
        every = {rule.id: rule for parent in self.parents for rule in parent.policy.rules}
        known: dict[str, p.CheckedRule | None] = {**every, **own}
        self._exceptions(known)
        own_targets = self._targets()
        inherited_targets = [t for parent in self.parents for t in parent.policy.targets]
        known_targets: dict[str, p.Targets | None] = {**{t.name: t for t in inherited_targets}, **own_targets}
        rebalances = [targets.rebalance(ctx, node, tuple(known_targets)) for node in self._of(s.RebalanceOf)]
        sets = statements.identical(ctx, self._of(s.Identical))
        inherited_sets = [group for parent in self.parents for group in parent.policy.identical]
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
        self._unused(head)
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
            definitions=self._definitions(),
            lists=self._lists(),
            identical=(*inherited_sets, *sets),
            substitutes=(*(x for parent in self.parents for x in parent.policy.substitutes), *substitutes),
            targets=(*inherited_targets, *_present(own_targets.values())),
            rebalances=(
                *(x for parent in self.parents for x in parent.policy.rebalances),
                *_present(rebalances),
            ),
            harvest=harvest or self._from_parents("harvest"),
            tax=tax,
            rules=(*every.values(), *_present(own.values())),
            waivers=(*(x for parent in self.parents for x in parent.policy.waivers), *_present(waivers)),
            manuals=(*(x for parent in self.parents for x in parent.policy.manuals), *_present(manuals)),
            examples=_present(tests),
            digest=hashlib.sha256(self.parsed.text.encode("utf-8", "surrogatepass")).hexdigest(),
            file=self.parsed.file,
        )

    # -------------------------------------------------------------- helpers

    def _of(self, kind: type[S]) -> list[S]:
        return [node for node in self.parsed.tree.statements if isinstance(node, kind)]

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
            parsed = parse(found.text, file=found.file)
            work = _Work(parsed, ctx.catalogue, self.library, found.files, ctx.schema, ctx.today, down)
            policy = work.run() if parsed.ok else None
            if policy is None:
                inherit.faulty(ctx, node, in_order((*parsed.diagnostics, *work.ctx.findings)))
                continue
            parent = Parent(policy=policy, lists=work.ctx.lists)
            self.parents.append(parent)
            inherit.fold(ctx, parent)

    # -------------------------------------------------------------- names

    def _name_everything(self) -> None:
        ctx = self.ctx
        for node in self._of(s.ParameterOf):
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
        return (*self._of(s.ListAre), *self._of(s.ListFrom))

    def _is_inherited_list(self, name: str) -> bool:
        return any(self.ctx.lists[name] is parent.lists.get(name) for parent in self.parents)

    def _set_values(self) -> None:
        ctx = self.ctx
        chosen: dict[str, p.Amount] = {}
        for node in self._of(s.SetTo):
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
        named = {
            k: p.Amount(value=v.value, unit=v.unit, written=v.written, currency=v.currency, parameter=k)
            for k, v in handed.items()
        }
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
        for node in self._of(s.Define):
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
        return {name for node in self._of(s.Define) for name in _nouns(node.subject)}

    def _definitions(self) -> tuple[p.Definition, ...]:
        inherited = {d.name: d for parent in self.parents for d in parent.policy.definitions}
        own = {
            node.name.text: p.Definition(name=node.name.text, subject=subject, span=node.span)
            for node in self._of(s.Define)
            if (subject := self.ctx.subjects.get(node.name.text)) is not None
        }
        return tuple({**inherited, **own}.values())

    def _lists(self) -> tuple[p.NamedList, ...]:
        files = {node.name.text: node for node in self._of(s.ListFrom)}
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

    def _exceptions(self, known: Mapping[str, p.CheckedRule | None]) -> None:
        ctx = self.ctx
        seen: list[tuple[s.ExceptionTo, p.CheckedRule]] = []
        for node in self._of(s.Rule):
            clause = next((c for c in node.clauses if isinstance(c, s.ExceptionTo)), None)
            if clause is None:
                continue
            name = clause.rule.text
            if name not in known:
                ctx.unknown("E0207", "rule", clause.rule, known)
            elif name == node.id.text:
                ctx.add(
                    "E0316",
                    f"rule `{name}` is an exception to itself",
                    clause.rule.span,
                    help="name the rule that it relaxes",
                )
            rule = known.get(node.id.text)
            if rule is not None:
                _disagreeing(ctx, clause, rule, seen)
                seen.append((clause, rule))

    def _targets(self) -> dict[str, p.Targets | None]:
        own: dict[str, p.Targets | None] = {}
        for node in self._of(s.TargetsOf):
            if node.name.text in own:
                self.ctx.add("E0211", f"targets `{node.name.text}` are defined twice", node.name.span)
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

    def _unused(self, head: header.Header) -> None:
        """Warn of names that nothing uses; a policy made to be built on may hold such names."""
        if head.applies_to is None or not self.parsed.ok:
            return
        ctx = self.ctx
        own = [
            *(("definition", node.name) for node in self._of(s.Define)),
            *(("list", node.name) for node in self._list_nodes()),
            *(("parameter", node.name) for node in self._of(s.ParameterOf)),
        ]
        for what, word in own:
            if word.text not in ctx.used:
                ctx.add(
                    "W0504", f"the {what} `{word.text}` is not used", word.span, help="remove it, or use it"
                )


def _nouns(node: s.Subject) -> Iterable[str]:
    match node:
        case s.Select():
            return (node.noun.text,)
        case s.Groups() | s.Largest():
            return () if node.within is None else (node.within.noun.text,)


def _disagreeing(
    ctx: Context,
    clause: s.ExceptionTo,
    rule: p.CheckedRule,
    seen: Sequence[tuple[s.ExceptionTo, p.CheckedRule]],
) -> None:
    for other_clause, other in seen:
        if other.exception_to != rule.exception_to or other.each is None or rule.each is None:
            continue
        same = (
            other.each.within.where == rule.each.within.where and other.each.attribute == rule.each.attribute
        )
        if same and other.obligation != rule.obligation:
            ctx.add(
                "E0317",
                f"exceptions `{other.id}` and `{rule.id}` select the same and disagree",
                clause.span,
                secondary=(Label(span=other_clause.span, text=f"`{other.id}` relaxes the same rule here"),),
                help="keep one of them, or let them select different holdings",
            )


def _allowed(parameter: p.Parameter, value: p.Amount) -> bool:
    low, high = parameter.low, parameter.high
    return (
        value.unit is parameter.value.unit
        and (low is None or value.value >= low.value)
        and (high is None or value.value <= high.value)
    )


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
