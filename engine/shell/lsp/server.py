"""The server: answers an editor over standard input and output.

While somebody types, findings come a moment after the last key (`DELAY`). Whatever goes wrong with one
question is logged and that question is answered with nothing; the server goes on.
"""

import asyncio
import contextlib
import functools
import logging
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from engine.gate.examples import ExampleResult
from engine.shell.lsp import editing, examples, protocol
from engine.shell.lsp.completion import completions
from engine.shell.lsp.hover import hover
from engine.shell.lsp.reading import Reading
from engine.shell.version import VERSION

DELAY = 0.2
"""Seconds after the last key before a file is checked."""
RUN = "guardband.runExamples"
"""The command that runs examples; its arguments: the file's address and the examples' places in it."""

REQUEST_FAILED = -32803
"""Source: Language Server Protocol 3.17, ErrorCodes.RequestFailed."""

_LOG = logging.getLogger("guardband.lsp")
T = TypeVar("T")


class MandateServer(LanguageServer):
    """The language server of mandates and what it keeps of the open files."""

    def __init__(self, *, today: Callable[[], date]) -> None:
        super().__init__("guardband", VERSION, text_document_sync_kind=lsp.TextDocumentSyncKind.Full)
        self.today = today
        self.readings: dict[str, Reading] = {}
        self.results: dict[str, tuple[str, dict[int, ExampleResult]]] = {}
        self.waiting: dict[str, asyncio.Task[None]] = {}

    def reading(self, uri: str) -> Reading:
        """Return the file as it stands, read anew only where it or the day has changed."""
        text = self.workspace.get_text_document(uri).source
        known = self.readings.get(uri)
        if known is not None and known.text == text and known.today == self.today():
            return known
        path = to_fs_path(uri) if uri.startswith("file:") else None
        made = Reading(
            text=text,
            file=Path(path).name if path else "untitled.mandate",
            folder=Path(path).parent if path else None,
            today=self.today(),
            encoding=str(
                getattr(self.workspace.position_encoding, "value", self.workspace.position_encoding)
            ),
        )
        self.readings[uri] = made
        return made

    def results_of(self, reading: Reading, uri: str) -> dict[int, ExampleResult]:
        """Return the results at hand of a file's examples; none once it has changed."""
        text, results = self.results.get(uri, ("", {}))
        return results if text == reading.text else {}

    async def publish(self, uri: str, delay: float) -> None:
        """Check a file after a moment and tell the editor what was found."""
        await asyncio.sleep(delay)
        reading = self.reading(uri)
        try:
            found = (await asyncio.to_thread(lambda: reading.checked)).diagnostics
        except Exception:
            _LOG.exception("%s could not be checked", uri)
            return
        if self.readings.get(uri) is not reading or uri not in self.workspace.text_documents:
            return  # the file has changed or was closed meanwhile
        told = [protocol.diagnostic(one, reading.places, uri) for one in found]
        version = self.workspace.get_text_document(uri).version
        self.text_document_publish_diagnostics(
            lsp.PublishDiagnosticsParams(uri=uri, diagnostics=told, version=version)
        )

    def check_soon(self, uri: str, delay: float) -> None:
        """Check a file after a moment, in place of a check that is still waiting."""
        if uri in self.waiting:
            self.waiting[uri].cancel()
        self.waiting[uri] = asyncio.ensure_future(self.publish(uri, delay))


def safely(question: Callable[..., T]) -> Callable[..., T | None]:
    """Answer with nothing where a question cannot be answered; a refusal goes to the editor as it is."""

    @functools.wraps(question)
    def answered(ls: MandateServer, params: Any) -> T | None:
        try:
            return question(ls, params)
        except JsonRpcException:
            raise
        except Exception:
            _LOG.exception("%s failed", question.__name__)
            return None

    return answered


def make_server(*, today: Callable[[], date]) -> MandateServer:
    """Return the server with everything that it answers; `today` decides which waivers have expired."""
    server = MandateServer(today=today)
    server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)(did_open)
    server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)(did_change)
    server.feature(lsp.TEXT_DOCUMENT_DID_SAVE)(did_save)
    server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)(did_close)
    server.feature(lsp.TEXT_DOCUMENT_HOVER)(safely(on_hover))
    server.feature(lsp.TEXT_DOCUMENT_COMPLETION, lsp.CompletionOptions(trigger_characters=[" ", "."]))(
        safely(on_completion)
    )
    server.feature(lsp.TEXT_DOCUMENT_DEFINITION)(safely(on_definition))
    server.feature(lsp.TEXT_DOCUMENT_RENAME, lsp.RenameOptions(prepare_provider=True))(safely(on_rename))
    server.feature(lsp.TEXT_DOCUMENT_PREPARE_RENAME)(safely(on_prepare_rename))
    server.feature(lsp.TEXT_DOCUMENT_FORMATTING)(safely(on_formatting))
    server.feature(lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL)(safely(on_symbols))
    server.feature(lsp.TEXT_DOCUMENT_CODE_LENS)(safely(on_code_lens))
    server.command(RUN)(run_examples)
    return server


# ------------------------------------------------------------------ open files


def did_open(ls: MandateServer, params: lsp.DidOpenTextDocumentParams) -> None:
    """Check a file at once when it is opened."""
    ls.check_soon(params.text_document.uri, 0)


def did_change(ls: MandateServer, params: lsp.DidChangeTextDocumentParams) -> None:
    """Check a file a moment after the last key."""
    ls.check_soon(params.text_document.uri, DELAY)


def did_save(ls: MandateServer, params: lsp.DidSaveTextDocumentParams) -> None:
    """Check every open file: one may build on the saved one."""
    for uri in ls.workspace.text_documents:
        ls.readings.pop(uri, None)
        ls.check_soon(uri, 0)


def did_close(ls: MandateServer, params: lsp.DidCloseTextDocumentParams) -> None:
    """Forget a file and clear its findings."""
    uri = params.text_document.uri
    for kept in (ls.readings, ls.results):
        kept.pop(uri, None)
    if uri in ls.waiting:
        ls.waiting.pop(uri).cancel()
    ls.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri=uri, diagnostics=[]))


# ------------------------------------------------------------------ questions about a place


def on_hover(ls: MandateServer, params: lsp.HoverParams) -> lsp.Hover | None:
    """Tell what stands behind a word."""
    reading = ls.reading(params.text_document.uri)
    use = reading.use_at(params.position.line, params.position.character)
    told = None if use is None else hover(reading, use)
    if use is None or told is None:
        return None
    return lsp.Hover(
        contents=lsp.MarkupContent(lsp.MarkupKind.Markdown, told),
        range=protocol.range_of(reading.places.span(use.span)),
    )


def on_completion(ls: MandateServer, params: lsp.CompletionParams) -> lsp.CompletionList:
    """Offer what can be typed next."""
    reading = ls.reading(params.text_document.uri)
    offset = reading.places.offset_of(params.position.line, params.position.character)
    typed, offers = completions(reading, offset)
    at = protocol.range_of((reading.places.editors(offset - len(typed)), reading.places.editors(offset)))
    return lsp.CompletionList(is_incomplete=False, items=[protocol.item(offer, at) for offer in offers])


def on_definition(ls: MandateServer, params: lsp.DefinitionParams) -> lsp.Location | None:
    """Go to where a name gets its meaning."""
    uri = params.text_document.uri
    reading = ls.reading(uri)
    use = reading.use_at(params.position.line, params.position.character)
    place = None if use is None else editing.definition(reading, use)
    if place is None:
        return None
    there = uri if place.path is None else protocol.uri_of(place.path)
    return lsp.Location(there, protocol.range_of(place.at))


def on_prepare_rename(ls: MandateServer, params: lsp.PrepareRenameParams) -> lsp.Range | None:
    """Tell whether the name at a place can be changed here."""
    reading = ls.reading(params.text_document.uri)
    use = reading.use_at(params.position.line, params.position.character)
    if use is None:
        return None
    with _refusals():
        editing.renamed_at(reading, use)
    return protocol.range_of(reading.places.span(use.span))


def on_rename(ls: MandateServer, params: lsp.RenameParams) -> lsp.WorkspaceEdit | None:
    """Change a name everywhere in its file."""
    uri = params.text_document.uri
    reading = ls.reading(uri)
    use = reading.use_at(params.position.line, params.position.character)
    if use is None:
        return None
    with _refusals():
        places = editing.rename(reading, use, params.new_name)
    edits = [lsp.TextEdit(protocol.range_of(place), params.new_name) for place in places]
    return lsp.WorkspaceEdit(changes={uri: edits})


@contextlib.contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except editing.RefusedError as reason:
        raise JsonRpcException(message=str(reason), code=REQUEST_FAILED) from reason


# ------------------------------------------------------------------ questions about a file


def on_formatting(ls: MandateServer, params: lsp.DocumentFormattingParams) -> list[lsp.TextEdit]:
    """Give the file its usual form; a file with syntax errors stays as it is."""
    reading = ls.reading(params.text_document.uri)
    form = editing.usual_form(reading)
    if form is None or form == reading.text:
        return []
    end = reading.places.editors(len(reading.text))
    return [lsp.TextEdit(protocol.range_of(((0, 0), end)), form)]


def on_symbols(ls: MandateServer, params: lsp.DocumentSymbolParams) -> list[lsp.DocumentSymbol]:
    """Give the outline of the file."""
    reading = ls.reading(params.text_document.uri)
    return [protocol.symbol(one, reading.places) for one in editing.outline(reading.parsed.tree)]


def on_code_lens(ls: MandateServer, params: lsp.CodeLensParams) -> list[lsp.CodeLens]:
    """Put a line above each example that runs it, or that tells how it came out."""
    uri = params.text_document.uri
    reading = ls.reading(uri)
    return [
        lsp.CodeLens(
            range=protocol.range_of(reading.places.span(lens.node.span)),
            command=lsp.Command(title=lens.title, command=RUN, arguments=[uri, list(lens.examples)]),
        )
        for lens in examples.lenses(reading, ls.results_of(reading, uri))
    ]


async def run_examples(ls: MandateServer, uri: str, places: list[int]) -> dict[str, Any]:
    """Run examples of a file, show how they came out, and return the results."""
    try:
        reading = ls.reading(uri)
        results = await asyncio.to_thread(examples.run, reading, tuple(places))
    except Exception as problem:
        _LOG.exception("the examples of %s could not be run", uri)
        return _shown(ls, f"the examples could not be run: {problem}", failed=True, results={})
    if results is None:
        return _shown(ls, "the mandate has errors: mend them first", failed=True, results={})
    ls.results[uri] = (reading.text, {**ls.results_of(reading, uri), **results})
    answer = _shown(
        ls, examples.told(results), failed=not all(r.passed for r in results.values()), results=results
    )
    _refresh(ls)
    return answer


def _shown(
    ls: MandateServer, words: str, *, failed: bool, results: dict[int, ExampleResult]
) -> dict[str, Any]:
    sort = lsp.MessageType.Warning if failed else lsp.MessageType.Info
    ls.window_show_message(lsp.ShowMessageParams(type=sort, message=words))
    return {"message": words, "examples": [protocol.result_record(result) for result in results.values()]}


def _refresh(ls: MandateServer) -> None:
    """Ask the editor to draw the lines above the examples anew, where it can."""
    workspace = ls.client_capabilities.workspace
    if workspace is not None and workspace.code_lens is not None and workspace.code_lens.refresh_support:
        ls.workspace_code_lens_refresh(None)


def serve(*, today: Callable[[], date]) -> None:
    """Answer an editor until it says that it is done."""
    logging.basicConfig(level=logging.WARNING)
    make_server(today=today).start_io()
