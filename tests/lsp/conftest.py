"""A mandate that is open in an editor, for the tests of one file a server of their own."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.lsp.client import Editor
from tests.lsp.mandate import BODY, DOCUMENT

NUMBERS = count()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made: Path = tmp_path_factory.mktemp("mandates")
    (made / "ips.txt").write_text(DOCUMENT, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def editor() -> Iterator[Editor]:
    with Editor() as one:
        yield one


@pytest.fixture
def uri(editor: Editor, folder: Path) -> Iterator[str]:
    path = folder / f"growth{next(NUMBERS)}.mandate"
    path.write_text(BODY, encoding="utf-8")
    opened = editor.open(path)
    assert editor.findings(opened, 1) == []
    yield opened
    editor.tell("textDocument/didClose", {"textDocument": {"uri": opened}})
    path.unlink()
