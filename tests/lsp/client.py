"""An editor, as the server meets one: starts it as a child and speaks JSON-RPC with it."""

import json
import queue
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Self

from tests.lsp.mandate import BODY
from tests.shared import ROOT

PATIENCE = 60
"""Seconds after which an answer is no longer awaited."""


class Editor:
    """One session with a server."""

    def __init__(self, *, encodings: tuple[str, ...] = ("utf-16",)) -> None:
        self.child = subprocess.Popen(
            [sys.executable, "-m", "engine.shell.main", "lsp"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.came: queue.Queue[dict[str, Any]] = queue.Queue()
        self.kept: list[dict[str, Any]] = []
        self.asked = 0
        self.versions: dict[str, int] = {}
        self.log: list[str] = []
        threading.Thread(target=self._listen, daemon=True).start()
        threading.Thread(target=self._overhear, daemon=True).start()
        self.initialized = self.ask(
            "initialize",
            {
                "processId": None,
                "rootUri": None,
                "capabilities": {
                    "general": {"positionEncodings": list(encodings)},
                    "textDocument": {"rename": {"prepareSupport": True}},
                    "workspace": {"codeLens": {"refreshSupport": True}},
                },
            },
        )
        self.tell("initialized", {})

    # -------------------------------------------------------------- the wire

    def _listen(self) -> None:
        out = self.child.stdout
        assert out is not None
        while True:
            length = 0
            while (line := out.readline()) not in (b"\r\n", b""):
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            if not line:
                return
            self.came.put(json.loads(out.read(length)))

    def _overhear(self) -> None:
        assert self.child.stderr is not None
        for line in self.child.stderr:
            self.log.append(line.decode("utf-8", "replace"))

    def send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.send_bytes(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))

    def send_bytes(self, data: bytes) -> None:
        assert self.child.stdin is not None
        self.child.stdin.write(data)
        self.child.stdin.flush()

    def _next(self, fits: Any) -> dict[str, Any]:
        for message in self.kept:
            if fits(message):
                self.kept.remove(message)
                return message
        while True:
            try:
                message = self.came.get(timeout=PATIENCE)
            except queue.Empty:
                raise AssertionError(f"no answer; the server said: {''.join(self.log)}") from None
            if "method" in message and "id" in message:
                self.send({"id": message["id"], "result": None})
            if fits(message):
                return message
            self.kept.append(message)

    # -------------------------------------------------------------- speaking

    def reply(self, method: str, params: Any) -> dict[str, Any]:
        self.asked += 1
        number = self.asked
        self.send({"id": number, "method": method, "params": params})
        return self._next(lambda message: message.get("id") == number and "method" not in message)

    def ask(self, method: str, params: Any) -> Any:
        answer = self.reply(method, params)
        assert "error" not in answer, answer
        return answer["result"]

    def tell(self, method: str, params: Any) -> None:
        self.send({"method": method, "params": params})

    def heard(self, method: str) -> Any:
        return self._next(lambda message: message.get("method") == method).get("params")

    @property
    def troubles(self) -> int:
        """How many questions the server has logged as not answered."""
        return sum("ERROR:guardband.lsp" in line for line in self.log)

    # -------------------------------------------------------------- files

    def open(self, path: Path, text: str | None = None) -> str:
        uri = path.as_uri()
        self.versions[uri] = 1
        body = path.read_text(encoding="utf-8") if text is None else text
        item = {"uri": uri, "languageId": "mandate", "version": 1, "text": body}
        self.tell("textDocument/didOpen", {"textDocument": item})
        return uri

    def change(self, uri: str, text: str) -> int:
        self.versions[uri] += 1
        version = {"uri": uri, "version": self.versions[uri]}
        self.tell("textDocument/didChange", {"textDocument": version, "contentChanges": [{"text": text}]})
        return self.versions[uri]

    def findings(self, uri: str, version: int | None = None) -> list[dict[str, Any]]:
        """Return the findings of a version of a file (None: of whichever comes next)."""
        while True:
            told = self.heard("textDocument/publishDiagnostics")
            if told["uri"] == uri and (version is None or told.get("version") == version):
                found = told["diagnostics"]
                assert isinstance(found, list)
                return found

    def at(self, method: str, uri: str, place: tuple[int, int], **more: Any) -> Any:
        """Ask about a place: line and character from 0."""
        return self.ask(method, self.place(uri, place) | more)

    @staticmethod
    def place(uri: str, place: tuple[int, int]) -> dict[str, Any]:
        return {"textDocument": {"uri": uri}, "position": {"line": place[0], "character": place[1]}}

    def of_file(self, method: str, uri: str, **more: Any) -> Any:
        return self.ask(method, {"textDocument": {"uri": uri}, **more})

    # -------------------------------------------------------------- leaving

    def leave(self) -> int:
        """Say that it is done, as an editor does, and return the server's exit status."""
        self.ask("shutdown", None)
        self.tell("exit", None)
        return self.child.wait(PATIENCE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.child.poll() is None:
            self.child.kill()
        self.child.wait()
        for pipe in (self.child.stdin, self.child.stdout, self.child.stderr):
            if pipe is not None:
                pipe.close()


def find(text: str, words: str, *, nth: int = 0, inside: int = 0) -> tuple[int, int]:
    """Return the place of some words in a text (line, character), `inside` signs further on."""
    offset = -1
    for _ in range(nth + 1):
        offset = text.index(words, offset + 1)
    offset += inside
    line = text.count("\n", 0, offset)
    return line, offset - (text.rfind("\n", 0, offset) + 1)


def applied(text: str, edits: list[dict[str, Any]]) -> str:
    """Return a text after the editor's edits; characters are signs here, so only for plain text."""
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)

    def offset(place: dict[str, int]) -> int:
        return min(starts[min(place["line"], len(lines))] + place["character"], len(text))

    for edit in sorted(edits, key=lambda edit: -offset(edit["range"]["start"])):
        first, last = offset(edit["range"]["start"]), offset(edit["range"]["end"])
        text = text[:first] + edit["newText"] + text[last:]
    return text


def hovered(editor: Editor, uri: str, words: str, *, nth: int = 0, inside: int = 0) -> str:
    """Return what the server tells of a place in the mandate `BODY`, as Markdown."""
    told = editor.at("textDocument/hover", uri, find(BODY, words, nth=nth, inside=inside))
    assert told is not None
    value = told["contents"]["value"]
    assert isinstance(value, str)
    return value
