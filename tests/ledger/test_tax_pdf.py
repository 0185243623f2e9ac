"""The tax pack as a PDF: made where weasyprint is, refused with the install command where it is not."""

import sys
from pathlib import Path

import pytest

from tests.shell.cli import run
from tests.shell.small_book import book

TRADES = """id,date,account,type,symbol,quantity,price
old,2016-01-10,TAX-1,buy,KO,100,50
s,2017-03-01,TAX-1,sell,KO,100,40
back,2017-03-07,TAX-1,buy,KO,60,41.99
"""


@pytest.fixture
def words(tmp_path: Path) -> tuple[object, ...]:
    home = book(tmp_path / "book", transactions=TRADES)
    return ("tax", "--book", home, "--year", 2017, "--format", "pdf")


def test_a_pdf_is_written(
    words: tuple[object, ...],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    try:
        import weasyprint  # noqa: F401
    except (ImportError, OSError) as missing:
        pytest.skip(f"weasyprint cannot be imported: {missing}; pip install weasyprint")
    out = tmp_path / "pack" / "tax.pdf"
    told = run(capsys, monkeypatch, *words, "--out", out)
    assert (told.status, told.err) == (0, "")
    made = out.read_bytes()
    assert made.startswith(b"%PDF-")
    assert made.rstrip().endswith(b"%%EOF")
    assert [path.name for path in out.parent.iterdir()] == ["tax.pdf"]


def test_without_the_package_the_cure_is_the_install_command(
    words: tuple[object, ...],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    out = tmp_path / "tax.pdf"
    told = run(capsys, monkeypatch, *words, "--out", out)
    assert told.status == 2
    assert 'pip install "guardband[pdf]"' in told.err
    assert not out.exists()


def test_a_pdf_needs_a_file(
    words: tuple[object, ...], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = run(capsys, monkeypatch, *words)
    assert told.status == 2
    assert "--out" in told.err


def test_the_page_tells_which_rows_need_the_form(
    words: tuple[object, ...], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = run(capsys, monkeypatch, *words[:-1], "html")
    assert "Each needs the form; none may be entered directly on Schedule D." in told.out
