"""The service answers the very bytes that the commands print, and describes every key of them."""

from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from engine.shell.files.folder import TABLES
from engine.shell.service.models import gate, ledger, proposals, records
from tests.service.served import TRADES, Served
from tests.shell.cli import run

LIST = "account,side,symbol,quantity\nTAX-1,buy,PEP,10\n"

CASES: dict[str, tuple[str, str, Any, list[str], type[BaseModel]]] = {
    "drift": ("GET", "/v1/drift", {}, ["drift"], gate.DriftAnswer),
    "gate": (
        "POST",
        "/v1/gate",
        {"trades": TRADES},
        ["gate", "--trades", "LIST", "--by", "Max", "--dry-run"],
        gate.GateAnswer,
    ),
    "gate, every group": (
        "POST",
        "/v1/gate",
        {"trades": TRADES, "groups": "all"},
        ["gate", "--trades", "LIST", "--groups", "all", "--by", "Max", "--dry-run"],
        gate.GateAnswer,
    ),
    "gate, another day": (
        "POST",
        "/v1/gate",
        {"trades": TRADES, "as_of": "2026-02-28", "policies": ["adams.ips"]},
        ["gate", "--trades", "LIST", "--as-of", "2026-02-28", "-p", "adams.ips", "--by", "Max", "--dry-run"],
        gate.GateAnswer,
    ),
    "headroom": (
        "GET",
        "/v1/headroom",
        {"symbol": "PEP", "side": "buy"},
        ["headroom", "--symbol", "PEP", "--side", "buy"],
        gate.HeadroomAnswer,
    ),
    "lots": ("GET", "/v1/lots", {}, ["lots"], ledger.LotsAnswer),
    "lots ahead": ("GET", "/v1/lots", {"ahead": "true"}, ["lots", "--ahead"], ledger.LotsAnswer),
    "tax": ("GET", "/v1/tax", {"year": 2025}, ["tax", "--year", "2025"], ledger.TaxAnswer),
    "tax of all": (
        "GET",
        "/v1/tax",
        {"year": 2025, "all": "true"},
        ["tax", "--year", "2025", "--all"],
        ledger.TaxAnswer,
    ),
    "harvest": (
        "POST",
        "/v1/harvest",
        {},
        ["harvest", "--by", "Max", "--dry-run"],
        proposals.ProposalAnswer,
    ),
    "repair": (
        "POST",
        "/v1/repair",
        {"trades": TRADES},
        ["repair", "--trades", "LIST", "--by", "Max", "--dry-run"],
        proposals.ProposalAnswer,
    ),
    "why": ("POST", "/v1/why", {"invest": "1000"}, ["why", "--invest", "1000"], proposals.WhyAnswer),
    "why-not": ("POST", "/v1/why-not", {"symbol": "KO"}, ["why-not", "KO"], proposals.WhyNotAnswer),
}


@pytest.mark.parametrize("name", CASES)
def test_the_answer_is_the_commands_answer_byte_for_byte(
    name: str,
    shared: Served,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    method, path, told, words, model = CASES[name]
    (tmp_path / "list.csv").write_text(LIST, encoding="utf-8")
    words = [str(tmp_path / "list.csv") if word == "LIST" else word for word in words]
    got = shared.get(path, **told) if method == "GET" else shared.post(path, told)
    assert got.status_code == 200, got.text
    printed = run(capsys, monkeypatch, *words, "--book", shared.address, "--format", "json")
    assert got.text == printed.out, printed.err
    model.model_validate(got.json())
    assert undescribed(model, got.json()) == []


def test_check_answers_as_the_command_does(
    shared: Served,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken = (folder / "adams.mandate").read_text(encoding="utf-8").replace("at most 60%", "at most 600%%")
    (folder.parent / "broken.mandate").write_text(broken, encoding="utf-8")
    files = {name: (folder / name).read_text(encoding="utf-8") for name in ("ips.txt", "banned.csv")}
    for name, text in files.items():
        (folder.parent / name).write_text(text, encoding="utf-8")
    sent = {"mandates": [{"file": "broken.mandate", "text": broken, "files": files}]}
    got = shared.post("/v1/check", sent)
    printed = run(capsys, monkeypatch, "check", folder.parent / "broken.mandate", "--format", "json")
    assert got.text == printed.out
    assert got.json()["findings"], "the mistake is found"
    assert undescribed(gate.CheckAnswer, got.json()) == []


def test_a_book_in_the_request_is_judged_as_the_same_book_in_a_folder(
    shared: Served,
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "list.csv").write_text(LIST, encoding="utf-8")
    printed = run(
        capsys, monkeypatch, "gate", "--book", folder, "--trades", tmp_path / "list.csv", "--format", "json"
    )
    sent = {"trades": TRADES, "book": tables(folder), "mandates": mandates(folder)}
    got = shared.post("/v1/gate", sent)
    assert got.text == printed.out


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"transactions": None}, "book"),
        ({"accounts": [{"account": "A"}]}, "accounts row 1"),
        ({"prices": [{"date": "2026-02-30", "symbol": "KO", "price": "1"}]}, "prices row 1, column date"),
    ],
)
def test_a_mistake_in_a_book_is_told_with_its_place(
    change: dict[str, Any], place: str, shared: Served, folder: Path
) -> None:
    sent = {"trades": TRADES, "book": {**tables(folder), **change}, "mandates": mandates(folder)}
    got = shared.post("/v1/gate", sent)
    assert got.status_code == 422
    assert got.json()["problems"][0]["place"] == place, got.text
    assert all(one["cure"] for one in got.json()["problems"])


def test_a_policy_is_named_by_its_id_and_never_by_a_file(shared: Served, folder: Path) -> None:
    for name in (str(folder / "adams.mandate"), "../adams.mandate", "/etc/passwd"):
        got = shared.post("/v1/gate", {"trades": TRADES, "policies": [name]})
        assert got.status_code == 422
        assert got.json()["problems"][0]["place"] == "policies"
        assert name not in got.text


def test_policies_and_rules_are_those_in_force(shared: Served) -> None:
    listed = shared.get("/v1/policies").json()
    assert [(row["policy"], row["version"]) for row in listed["policies"]] == [("adams.ips", "1.0.0")]
    assert undescribed(records.PoliciesAnswer, listed) == []
    one = shared.get("/v1/policies/adams.ips").json()
    assert one["text"].startswith('policy "Adams family"')
    assert shared.get("/v1/policies/nobodys").status_code == 404
    rules = shared.get("/v1/rules", where="rules where for_each is sector").json()
    assert [row["rule"] for row in rules["rules"]] == ["CAP-2"]
    wrong = shared.get("/v1/rules", where="rules where colour is blue")
    assert wrong.status_code == 422
    assert wrong.json()["findings"][0]["code"].startswith("E")


def test_no_two_answers_of_another_shape_have_one_schema_name(shared: Served) -> None:
    shapes: dict[str, set[str]] = {}
    for name, shape in shared.app.openapi()["components"]["schemas"].items():
        told = shape.get("properties", {}).get("schema", {}).get("const")
        if told is not None:
            shapes.setdefault(told, set()).add(name)
    assert len(shapes) > 30
    assert {told: names for told, names in shapes.items() if len(names) > 1} == {}


def tables(folder: Path) -> dict[str, Any]:
    """Return the CSV files of a folder as the tables of a request."""
    import csv

    return {
        name: list(csv.DictReader((folder / f"{name}.csv").read_text(encoding="utf-8").splitlines()))
        for name in TABLES
        if (folder / f"{name}.csv").is_file()
    }


def mandates(folder: Path) -> list[dict[str, Any]]:
    read = {
        name: (folder / name).read_text(encoding="utf-8")
        for name in ("adams.mandate", "ips.txt", "banned.csv")
    }
    text = read.pop("adams.mandate")
    return [{"file": "adams.mandate", "text": text, "files": read}]


def undescribed(model: type[BaseModel], data: Any, place: str = "") -> list[str]:
    """Return the keys of an answer that its description does not name."""
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    found = []
    for key, value in data.items():
        if key not in fields:
            found.append(f"{place}.{key}")
            continue
        annotation = fields[key].annotation
        inner = _models(annotation)
        values = value if isinstance(value, list) else [value]
        if inner and _is_mapping(annotation):
            values = list(value.values())
        for one in values:
            if inner and isinstance(one, dict):
                found += undescribed(inner[0], one, f"{place}.{key}")
    return found


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models(part)]


def _is_mapping(annotation: Any) -> bool:
    return getattr(annotation, "__origin__", None) is dict
