"""What stands behind a word: the meaning of a measure, the value of a dial, the words of a clause."""

import textwrap

from dsl import syntax as s
from dsl.catalogue import AttributeEntry, MeasureEntry
from dsl.policy import Unit
from dsl.show import show
from engine.shell.lsp.names import Use
from engine.shell.lsp.reading import Parent, Reading
from reports.handbook_entries import source_text
from rulebooks.words import subject_words

_UNITS = {
    Unit.SHARE: "a share, such as 5%",
    Unit.POINTS: "a difference of shares, such as 5 points",
    Unit.BPS: "a difference of shares, such as 50 bps",
    Unit.MONEY: "money, such as 1,000 USD",
    Unit.SHARES_HELD: "a number of shares",
    Unit.DAYS: "days",
    Unit.BUSINESS_DAYS: "business days",
    Unit.MONTHS: "months",
    Unit.YEARS: "years",
    Unit.NUMBER: "a number",
    Unit.DATE: "a date",
    Unit.TEXT: "a word or a text",
}
_MOST_VALUES = 12
_TOLD = ("asks", "responses", "compiles to", "exceptions", "waivers")


def hover(reading: Reading, use: Use) -> str | None:
    """Return what is known of a name, as Markdown; None where nothing is."""
    match use.kind:
        case "measure" | "attribute" | "figure" | "event" | "base":
            return word_told(reading, use.name)
        case "parameter":
            return _parameter(reading, use.name)
        case "definition":
            return _definition(reading, use.name)
        case "list":
            return _list(reading, use.name)
        case "rule":
            return _rule(reading, use.name)
        case "targets" | "identical":
            return _as_written(reading, use)
        case "source":
            return _source(reading, use.name)
        case "clause":
            words = reading.clause(use.source, use.name)
            return None if words is None else f"**{use.source} {use.name}**\n\n> {words}"
        case "policy":
            return _policy(reading, use.name)


def word_told(reading: Reading, name: str) -> str | None:
    """Return the meaning of a word of the catalogue: measure, attribute, figure, event or weight base."""
    words = reading.catalogue
    if name in words.measures:
        return _measure(words.measures[name])
    if name in words.attributes:
        return _attribute(words.attributes[name])
    if name in words.figures:
        figure = words.figures[name]
        return f"**{name}**: {figure.description}\n\nFigure of the data, {_UNITS[figure.unit]}."
    if name in words.events:
        return f"**{name}**: {words.events[name].description}\n\nEvent that a window can be counted from."
    if name in words.bases:
        return f"**{name}**: {words.bases[name]}\n\nWeight base."
    return None


def _measure(entry: MeasureEntry) -> str:
    of = f"Taken of {' or '.join(sorted(entry.of))}." if entry.of else "A figure of the whole account."
    period = {"none": "", "may": " May have a period.", "must": " Needs a period."}[entry.period]
    needs = f"\n\nNeeds {', '.join(entry.needs)}." if entry.needs else ""
    return f"**{entry.name}**: {entry.description}\n\nMeasure, {_UNITS[entry.unit]}. {of}{period}{needs}"


def _attribute(entry: AttributeEntry) -> str:
    values = f"\n\nIts words: {', '.join(entry.values)}." if entry.values else ""
    return (
        f"**{entry.name}**: {entry.description}\n\n"
        f"Attribute of {', '.join(sorted(entry.of))}, {_UNITS[entry.unit]}.{values}"
    )


# ------------------------------------------------------------------ own names


def _parameter(reading: Reading, name: str) -> str | None:
    found = reading.statement("parameter", name)
    if found is None or not isinstance(found[0], s.ParameterOf):
        return None
    node = found[0]
    own = next(
        (n for n in reading.parsed.tree.statements if isinstance(n, s.SetTo) and n.name.text == name), None
    )
    value = show(node.value if own is None else own.value)
    how = "" if own is None else f", set here; {show(node.value)} unless set"
    span = (
        f"\n\nMay be {show(node.low)} to {show(node.high)}."
        if node.low and node.high
        else "\n\nIt has no range."
    )
    return f"**{name}** is {value}{how}{span}{_from(found[1])}"


def _definition(reading: Reading, name: str) -> str | None:
    found = reading.statement("definition", name)
    if found is None or not isinstance(found[0], s.Define):
        return None
    meaning = ""
    if reading.policy is not None:
        one = next((d for d in reading.policy.definitions if d.name == name), None)
        if one is not None:
            meaning = f"\n\nIn full: {subject_words(one.subject)}"
    return f"{_code(f'define {name} as {show(found[0].subject)}')}{meaning}{_from(found[1])}"


def _list(reading: Reading, name: str) -> str | None:
    found = reading.statement("list", name)
    if found is None:
        return None
    values: list[str] = []
    if isinstance(found[0], s.ListAre):
        values = [word.text for word in found[0].values]
    elif reading.policy is not None:
        values = sorted(v for one in reading.policy.lists if one.name == name for v in one.values.values)
    more = f" and {len(values) - _MOST_VALUES} more" if len(values) > _MOST_VALUES else ""
    told = (
        f"{', '.join(values[:_MOST_VALUES])}{more}"
        if values
        else "its file is not read while there are errors"
    )
    return f"**{name}**: a list of {len(values)}\n\n{told}{_from(found[1])}"


def _rule(reading: Reading, name: str) -> str | None:
    found = reading.statement("rule", name)
    if found is None or not isinstance(found[0], s.Rule):
        return None
    node, parent = found
    assert isinstance(node, s.Rule)
    head = f"**{name}** {node.title.text}"
    row = reading.explained.get(name)
    if row is None:
        return f"{head}\n\n{_written(reading, node, parent)}{_from(parent)}"
    lines = [f"- {label}: {told}" for label, told in row.lines if label in _TOLD]
    return "\n".join([head, "", *lines]) + _from(parent)


def _as_written(reading: Reading, use: Use) -> str | None:
    found = reading.statement(use.kind, use.name)
    return None if found is None else _written(reading, found[0], found[1]) + _from(found[1])


def _source(reading: Reading, name: str) -> str | None:
    found = reading.statement("source", name)
    if found is None or not isinstance(found[0], s.SourceOf):
        return None
    node = found[0]
    dated = "" if node.dated is None else f"\n\nDated {node.dated.text}."
    digest = "" if node.sha256 is None else f" SHA-256 `{node.sha256.text}`."
    text = "" if node.clauses_from is None else f"\n\nIts text: `{node.clauses_from.text}`."
    return f"**{name}**: {node.title.text}{dated}{digest}{text}{_from(found[1])}"


def _policy(reading: Reading, id_: str) -> str | None:
    versions = reading.library.versions(id_)
    if not versions:
        return None
    parent = next((parent for parent in reading.parents if parent.entry.id == id_), None)
    header = None if parent is None else parent.tree.header
    title = "" if header is None else f": {header.title.text}"
    return f"**{id_}**{title}\n\nVersions at hand: {', '.join(versions)}."


def _written(reading: Reading, node: s.Node, parent: Parent | None) -> str:
    return _code(source_text(reading.text if parent is None else parent.entry.text, node.span))


def _code(text: str) -> str:
    return f"```mandate\n{textwrap.dedent(text)}\n```"


def _from(parent: Parent | None) -> str:
    return "" if parent is None else f"\n\nFrom {parent.entry.id} {parent.entry.version}."
