"""The open book: kept between requests, read again after anything was recorded."""

from datetime import timedelta
from pathlib import Path

from engine.shell.service.books import Asked
from engine.shell.store.connect import open_store
from tests.service.served import TRADES, Served
from tests.store.books import at, book, load_folder


def openings(served: Served) -> float:
    return float(served.service.metrics.openings._value.get())


def test_a_book_is_opened_once_for_many_requests(own: Served) -> None:
    for _ in range(3):
        assert own.post("/v1/gate", {"trades": TRADES}).status_code == 200
        assert own.get("/v1/drift").status_code == 200
        assert own.post("/v1/halts", {"scope": "account", "name": "X", "reason": "r"}).status_code == 201
    assert openings(own) == 1
    desk = own.service.books.desk(Asked(), "gate")
    assert desk is own.service.books.desk(Asked(), "gate")
    assert desk is not own.service.books.desk(Asked(), "solve")


def test_what_is_imported_is_in_the_next_answer(own: Served, tmp_path: Path) -> None:
    before = own.post("/v1/gate", {"trades": TRADES}).json()
    changed = book(tmp_path / "changed")
    path = changed / "prices.csv"
    path.write_text(path.read_text().replace("PEP,100,", "PEP,900,"), encoding="utf-8")
    with open_store(own.address) as store:
        load_folder(store, changed, day=5)
    after = own.post("/v1/gate", {"trades": TRADES}).json()
    assert after["facts_hash"] != before["facts_hash"]
    assert openings(own) == 2
    known = (at(5) - timedelta(days=1)).isoformat()
    then = own.post("/v1/gate", {"trades": TRADES, "known": known}).json()
    assert then == before


def test_a_policy_that_ends_a_rule_is_in_the_next_answer(own: Served, tmp_path: Path) -> None:
    body = {"trades": [{**TRADES[0], "quantity": "100"}]}
    rules = {row["rule"] for row in own.post("/v1/gate", body).json()["verdicts"]}
    assert "CAP-2" in rules
    changed = book(tmp_path / "changed")
    path = changed / "adams.mandate"
    text = path.read_text(encoding="utf-8").replace("version 1.0.0", "version 1.1.0")
    begin, end = text.index("rule CAP-2"), text.index("rule BAN-1")
    path.write_text(text[:begin] + text[end:], encoding="utf-8")
    with open_store(own.address) as store:
        load_folder(store, changed, day=5)
    rules = {row["rule"] for row in own.post("/v1/gate", body).json()["verdicts"]}
    assert "CAP-2" not in rules


def test_only_a_few_books_are_kept(own: Served) -> None:
    for day in range(1, 8):
        got = own.get("/v1/drift", as_of=f"2026-03-0{day}")
        assert got.status_code in (200, 422)
    assert len(own.service.books._kept) <= own.service.settings.books_open


def test_a_database_without_a_book_says_how_to_get_one(made_sqlite: Path, tmp_path: Path) -> None:
    import shutil

    from engine.shell.log.chain import Author
    from engine.shell.publishing.people import add_user
    from tests.service.served import served

    address = f"sqlite:///{shutil.copyfile(made_sqlite, tmp_path / 'empty.db')}"
    with open_store(address) as store, store.writing() as session:
        add_user(session, Author(person="Ada", now=at(0)), name="Ada", role="administrator")
        key = add_user(session, Author(person="Ada", now=at(0)), name="Max", role="manager").key
    with served(address) as service:
        client = service.as_(None)
        got = client.get("/v1/drift", headers={"Authorization": f"Bearer {key}"})
        assert got.status_code == 422
        assert "guardband import book" in got.json()["problems"][0]["cure"]
