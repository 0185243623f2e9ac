"""An examiner gets every record with its terms, persons and times, as CSV, a workbook or a page."""

import csv
import io
from pathlib import Path

import pytest

from engine.shell.log.export import COLUMNS, csv_text, export_rows, html_text, xlsx_bytes
from engine.shell.log.verify import verify
from engine.shell.publishing.approvals import approve_decision
from engine.shell.publishing.halts import Scope, halt
from engine.shell.store.connect import open_store
from tests.log.desks import APPROVER, author, buy, decide, gate, logbook_in
from tests.log.tampering import change
from tests.shell.cli import run


def told(address: str) -> None:
    with open_store(address) as store:
        decide(logbook_in(store), gate(buy(60), buy(1, "KO", 2)))
        with store.writing() as session:
            approve_decision(session, author(APPROVER), "1", role="Compliance")
            halt(session, author(APPROVER), scope=Scope(kind="all"), reason="=SUM(A1) <b>")
        decide(logbook_in(store), gate(buy(60), buy(1, "KO", 2)))


def test_the_export_tells_terms_persons_and_times(address: str) -> None:
    told(address)
    with open_store(address) as store, store.reading() as session:
        text = csv_text(export_rows(session))
        checked = verify(session)
        page = html_text(export_rows(session), checked, title="Decision log")
        rows = list(export_rows(session))
    read = list(csv.DictReader(io.StringIO(text)))
    assert tuple(read[0]) == COLUMNS
    kinds = ["gate", "gate", "approval", "halt", "gate", "gate"]
    assert [(row["record"], row["kind"]) for row in read] == list(zip("112344", kinds, strict=True))
    first = {
        name: read[0][name]
        for name in ("account", "side", "symbol", "quantity", "currency", "trade_decision")
    }
    assert list(first.values()) == ["TAX-1", "buy", "PEP", "60", "USD", "approval"]
    assert read[0]["proposed_by"] == "P. Lane"
    assert read[4]["approved_by"] == "R. Okafor as Compliance (ASK-1)"
    assert read[4]["decision"] == "block"
    assert read[0]["policies"].startswith("adams.ips 1.0.0 ")
    assert read[3]["reason"] == "'=SUM(A1) <b>", "no spreadsheet takes it for a formula"
    assert "The log holds: 4 records" in page
    assert "&lt;b&gt;" in page
    assert "<b>" not in page
    assert [row["reason"] for row in rows if row["kind"] == "halt"] == ["=SUM(A1) <b>"]


def test_the_workbook_holds_the_same_rows(address: str) -> None:
    pytest.importorskip("xlsxwriter", reason='pip install "guardband[excel]"')
    openpyxl = pytest.importorskip("openpyxl", reason='pip install "guardband[excel]"')
    told(address)
    with open_store(address) as store, store.reading() as session:
        rows = list(export_rows(session))
        book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(iter(rows), verify(session))))
    cells = [[value or "" for value in row] for row in book["Decisions"].iter_rows(values_only=True)]
    assert cells == [list(COLUMNS), *([row[name] for name in COLUMNS] for row in rows)]
    assert book["Chain"]["A1"].value.startswith("The log holds: 4 records")


def test_the_commands_verify_and_say_what_is_wrong(
    address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told(address)
    head = tmp_path / "head.json"
    assert run(capsys, monkeypatch, "audit", "head", "--book", address, "--out", head).status == 0
    whole = run(
        capsys, monkeypatch, "audit", "verify", "--book", address, "--against", head, "--format", "json"
    )
    assert (whole.status, whole.answer["holds"], whole.answer["records"]) == (0, True, 4)
    change(address, ("UPDATE decisions SET kind = 'lift' WHERE seq = 3", ()))
    broken = run(capsys, monkeypatch, "audit", "verify", "--book", address)
    assert broken.status == 1
    assert "record 3 was altered" in broken.out
    exported = run(capsys, monkeypatch, "audit", "export", "--book", address, "--format", "html")
    assert exported.status == 1
    assert "The log does not hold: record 3 was altered" in exported.out
    assert run(capsys, monkeypatch, "audit", "verify", "--book", address, "--against", tmp_path).status == 2
