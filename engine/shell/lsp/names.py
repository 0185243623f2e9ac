"""Every name in a mandate with what it is the name of, so that it can be looked up, followed and changed.

    limit weight of equities to at most company_cap
          measure   definition          parameter

The index is made from the syntax tree alone, so it is there while the file has errors.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from dsl import syntax as s
from dsl.catalogue import Catalogue
from dsl.policy import Op, Span
from dsl.walk import Held, below

Kind = Literal[
    "definition", "parameter", "list", "identical", "targets", "rule", "source",
    "measure", "attribute", "figure", "event", "base", "policy", "clause",
]  # fmt: skip

OWN: tuple[Kind, ...] = ("definition", "parameter", "list", "identical", "targets", "rule", "source")
"""What a mandate gives names to."""

_NOUNS = ("holdings", "securities", "trades", "lots")


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One place where a name stands; a clause is named by its source and number."""

    kind: Kind
    name: str
    span: Span
    defines: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Every use in a file, and the statement that defines each own name."""

    uses: tuple[Use, ...]
    statements: dict[tuple[Kind, str], s.Node]

    def of(self, kind: Kind) -> tuple[str, ...]:
        """Return the names of one kind that the file defines."""
        return tuple(name for own, name in self.statements if own == kind)


def names_of(tree: s.File, catalogue: Catalogue, *, inherited: frozenset[tuple[Kind, str]]) -> Names:
    """Return the names of a file; `inherited` are those that other policies bring in."""
    statements = dict(_statements(tree))
    known = frozenset(statements) | inherited
    uses = [use for held in below(tree) for use in _uses(held, catalogue, known)]
    return Names(uses=tuple(uses), statements=statements)


_GIVES: dict[type[s.Node], Kind] = {
    s.Define: "definition",
    s.ParameterOf: "parameter",
    s.ListAre: "list",
    s.ListFrom: "list",
    s.Identical: "identical",
    s.TargetsOf: "targets",
    s.SourceOf: "source",
}


def _statements(tree: s.File) -> Iterator[tuple[tuple[Kind, str], s.Node]]:
    for node in (*(tree.header.clauses if tree.header is not None else ()), *tree.statements):
        if isinstance(node, s.Rule):
            yield ("rule", node.id.text), node
        elif type(node) in _GIVES:
            yield (_GIVES[type(node)], node.name.text), node  # type: ignore[union-attr]  # these have names


def _uses(held: Held, catalogue: Catalogue, known: frozenset[tuple[Kind, str]]) -> Iterator[Use]:
    word, holder = held.node, held.holder
    if not isinstance(word, s.Word) or holder is None:
        return
    if isinstance(holder, s.Rule) and held.field == "id":
        yield Use(kind="rule", name=word.text, span=word.span, defines=True)
    elif type(holder) in _GIVES and held.field == "name":
        yield Use(kind=_GIVES[type(holder)], name=word.text, span=word.span, defines=True)
    else:
        yield from _mention(word, holder, held.field, catalogue, known)


def _mention(
    word: s.Word, holder: s.Node, field: str, catalogue: Catalogue, known: frozenset[tuple[Kind, str]]
) -> Iterator[Use]:
    def use(kind: Kind) -> Iterator[Use]:
        yield Use(kind=kind, name=word.text, span=word.span)

    match holder, field:
        case (s.Because() | s.ManualOf(), "source"):
            yield from use("source")
        case (s.Because() | s.ManualOf(), "clause"):
            yield Use(kind="clause", name=word.text, span=word.span, source=holder.source.text)
        case (s.SetTo(), "name"):
            yield from use("parameter")
        case (s.RebalanceOf() | s.ExpectRebalance(), "targets"):
            yield from use("targets")
        case (s.ExceptionTo() | s.Waive() | s.ExpectResponse() | s.ExpectMeasured(), "rule"):
            yield from use("targets" if ("targets", word.text) in known else "rule")
        case (s.Bring(), "id"):
            yield from use("policy")
        case (s.ClassTarget(), "name" | "within"):
            yield from use("definition")
        case (s.Window() | s.GivenEvent(), "event"):
            yield from use("event")
        case (s.Setting(what="weights"), "value"):
            yield from use("base")
        case _:
            yield from _word(word, holder, field, catalogue, known)


def _word(
    word: s.Word, holder: s.Node, field: str, catalogue: Catalogue, known: frozenset[tuple[Kind, str]]
) -> Iterator[Use]:
    """Yield the use of a word that the catalogue may know."""
    match holder, field:
        case (s.ForEach(), "attribute") | (s.Attribute(), "path"):
            kind: Kind = "measure" if word.text in catalogue.measures else "attribute"
            yield Use(kind=kind, name=word.text, span=word.span)
        case (s.Groups() | s.Largest(), "plural"):
            yield from _plural(word, catalogue)
        case (s.Test(op=Op.IN | Op.NOT_IN), "right"):
            yield Use(kind="list", name=word.text, span=word.span)
        case (s.Select(), "noun"):
            yield from _noun(word, catalogue)
        case (s.PercentOf(), "of") | (s.Named(), "name") | (s.Times(), "of"):
            yield from _figure(word, catalogue, known)
        case (s.Term(), "name") | (s.Test(), "path"):
            yield from _measured(word, catalogue, known)
        case _:
            return


def _noun(word: s.Word, catalogue: Catalogue) -> Iterator[Use]:
    if word.text in catalogue.plurals:
        yield from _plural(word, catalogue)
    elif word.text not in _NOUNS:
        yield Use(kind="definition", name=word.text, span=word.span)


def _plural(word: s.Word, catalogue: Catalogue) -> Iterator[Use]:
    singular = catalogue.singular(word.text)
    if singular is not None:
        yield Use(kind="attribute", name=singular, span=word.span)


def _figure(word: s.Word, catalogue: Catalogue, known: frozenset[tuple[Kind, str]]) -> Iterator[Use]:
    orders: tuple[tuple[Kind, bool], ...] = (
        ("parameter", ("parameter", word.text) in known),
        ("definition", ("definition", word.text) in known),
        ("figure", word.text in catalogue.figures),
        ("base", word.text in catalogue.bases),
        ("attribute", word.text in catalogue.attributes),
    )
    kind = next((kind for kind, is_one in orders if is_one), None)
    if kind is not None:
        yield Use(kind=kind, name=word.text, span=word.span)


def _measured(word: s.Word, catalogue: Catalogue, known: frozenset[tuple[Kind, str]]) -> Iterator[Use]:
    """Yield the measure or attribute; `equities_weight` is a use of the definition `equities`."""
    if word.text in catalogue.measures:
        yield Use(kind="measure", name=word.text, span=word.span)
        return
    for name in catalogue.measures:
        prefix = word.text.removesuffix(f"_{name}")
        if prefix != word.text and ("definition", prefix) in known:
            cut = word.span.column + len(prefix)
            first = Span(
                file=word.span.file,
                line=word.span.line,
                column=word.span.column,
                end_line=word.span.line,
                end_column=cut,
            )
            yield Use(kind="definition", name=prefix, span=first)
            return
    yield Use(kind="attribute", name=word.text, span=word.span)
