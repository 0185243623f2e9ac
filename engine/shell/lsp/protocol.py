"""Our values in the protocol's words: findings, places, completions, outline."""

from pathlib import Path

from lsprotocol import types as lsp

from dsl.diagnostics import Diagnostic, Severity
from engine.gate.examples import ExampleResult
from engine.shell.lsp.completion import Offer
from engine.shell.lsp.editing import Range, Symbol
from engine.shell.lsp.places import Places

_SEVERITIES = {
    Severity.ERROR: lsp.DiagnosticSeverity.Error,
    Severity.WARNING: lsp.DiagnosticSeverity.Warning,
    Severity.INFO: lsp.DiagnosticSeverity.Information,
}
_SORTS = {
    "keyword": lsp.CompletionItemKind.Keyword,
    "measure": lsp.CompletionItemKind.Function,
    "attribute": lsp.CompletionItemKind.Field,
    "figure": lsp.CompletionItemKind.Field,
    "event": lsp.CompletionItemKind.Event,
    "value": lsp.CompletionItemKind.EnumMember,
    "parameter": lsp.CompletionItemKind.Constant,
    "definition": lsp.CompletionItemKind.Variable,
    "list": lsp.CompletionItemKind.Variable,
    "rule": lsp.CompletionItemKind.Class,
    "targets": lsp.CompletionItemKind.Class,
    "source": lsp.CompletionItemKind.Reference,
    "policy": lsp.CompletionItemKind.Module,
}
_SYMBOLS = {
    "rule": lsp.SymbolKind.Class,
    "targets": lsp.SymbolKind.Struct,
    "rebalance": lsp.SymbolKind.Event,
    "define": lsp.SymbolKind.Variable,
    "parameter": lsp.SymbolKind.Constant,
    "list": lsp.SymbolKind.Array,
    "identical": lsp.SymbolKind.Array,
    "waive": lsp.SymbolKind.Property,
    "example": lsp.SymbolKind.Method,
}


def range_of(at: Range) -> lsp.Range:
    """Return a stretch."""
    (line, character), (end_line, end_character) = at
    return lsp.Range(lsp.Position(line, character), lsp.Position(end_line, end_character))


def diagnostic(found: Diagnostic, places: Places, uri: str) -> lsp.Diagnostic:
    """Return a finding; causes in other files are told in its words."""
    here = [label for label in found.secondary if label.span.file == found.span.file]
    lines = [found.message, found.label]
    lines += [f"see {x.span.file}:{x.span.line}: {x.text}" for x in found.secondary if x not in here]
    lines.append(f"help: {found.help}" if found.help else "")
    return lsp.Diagnostic(
        range=range_of(places.span(found.span)),
        severity=_SEVERITIES[found.severity],
        code=found.code,
        source="guardband",
        message="\n".join(line for line in lines if line),
        related_information=[
            lsp.DiagnosticRelatedInformation(
                location=lsp.Location(uri, range_of(places.span(label.span))), message=label.text
            )
            for label in here
        ]
        or None,
    )


def item(offer: Offer, at: lsp.Range) -> lsp.CompletionItem:
    """Return a completion that takes the place of what is typed."""
    return lsp.CompletionItem(
        label=offer.text,
        kind=_SORTS.get(offer.sort, lsp.CompletionItemKind.Text),
        detail=offer.sort,
        documentation=offer.told or None,
        sort_text=f"{'1' if offer.sort == 'keyword' else '0'}{offer.text}",
        text_edit=lsp.TextEdit(range=at, new_text=offer.text),
    )


def symbol(one: Symbol, places: Places) -> lsp.DocumentSymbol:
    """Return one line of the outline."""
    whole, name = range_of(places.span(one.span)), range_of(places.span(one.name_span))
    return lsp.DocumentSymbol(
        name=one.name, detail=one.detail or None, kind=_SYMBOLS[one.sort], range=whole, selection_range=name
    )


def result_record(result: ExampleResult) -> dict[str, object]:
    """Return the result of an example as `guardband test --format json` words it."""
    return {
        "policy": result.policy,
        "title": result.title,
        "passed": result.passed,
        "expected": "; ".join(result.expected),
        "got": "; ".join(result.got),
    }


def uri_of(path: Path) -> str:
    """Return the address of a file."""
    return path.resolve().as_uri()
