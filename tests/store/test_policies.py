"""Policies in the store: word for word with their files, compiled once, published ones left to publishing."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select

from dsl.policy import Amount, AnyAmount, DataRef, Greater, Smaller, Times, Unit
from engine.facts.failure import InputErrors
from engine.shell import policies as texts
from engine.shell.importers.book import read
from engine.shell.store.compiled import bounds_of
from engine.shell.store.connect import Store, open_store
from engine.shell.store.load import record_mandates
from engine.shell.store.mandates import shelf_of
from engine.shell.store.recording import Stamp, table_of
from engine.shell.store.schema.policies import MandateRow, PolicyRow, WaiverRow
from rulebooks.compile import compile_rulebook
from tests.store.books import FILES, at, book, load_folder

FOUR = Amount(value=Decimal("0.04"), unit=Unit.SHARE, written="4%")
SIX = Amount(value=Decimal("0.06"), unit=Unit.SHARE, written="6%")
INDEX = DataRef(name="benchmark_weight")


@pytest.mark.parametrize(
    ("bound", "never_below", "never_above"),
    [
        (FOUR, "0.04", "0.04"),
        (INDEX, None, None),
        (Smaller(parts=(FOUR, SIX)), "0.04", "0.04"),
        (Smaller(parts=(INDEX, SIX)), None, "0.06"),
        (Greater(parts=(FOUR, INDEX)), "0.04", None),
        (Greater(parts=(FOUR, SIX)), "0.06", "0.06"),
        (Times(factor=Decimal(2), of=Smaller(parts=(FOUR, INDEX))), None, "0.08"),
        (Times(factor=Decimal(-1), of=Smaller(parts=(FOUR, INDEX))), "-0.04", None),
    ],
)
def test_what_is_known_of_a_bound(bound: AnyAmount, never_below: str | None, never_above: str | None) -> None:
    expected = tuple(None if text is None else Decimal(text) for text in (never_below, never_above))
    assert bounds_of(bound) == expected


def known_policies(store: Store) -> list[tuple[str, str, str | None]]:
    table = table_of(PolicyRow)
    statement = select(table.c.policy, table.c.version, table.c.published_by).where(
        table.c.superseded_at.is_(None)
    )
    with store.reading() as session:
        return [(row[0], row[1], row[2]) for row in session.execute(statement.order_by(table.c.id))]


def test_a_policy_compiles_from_the_store_as_from_its_folder(address: str, tmp_path: Path) -> None:
    folder = book(tmp_path / "book")
    with open_store(address) as store:
        load_folder(store, folder)
        with store.reading() as session:
            shelf = shelf_of(session)
            kept = session.execute(select(table_of(MandateRow).c.text)).scalar_one()
            waivers = session.execute(select(table_of(WaiverRow))).mappings().all()
    ours = compile_rulebook(texts.load(("adams.ips",), beside=shelf))
    assert ours == compile_rulebook(texts.load(("adams.ips",), beside=folder))
    assert kept == (folder / "adams.mandate").read_text(encoding="utf-8")
    assert [(row["rule"], row["up_to_value"], row["valid_to"]) for row in waivers] == [
        ("CAP-1", Decimal("0.09"), date(2026, 6, 30))
    ]


def test_a_shipped_policy_that_an_account_names_is_recorded_too(address: str, tmp_path: Path) -> None:
    shipped = texts.library(None).ids[0]
    accounts = FILES["accounts.csv"].replace("adams.ips", shipped)
    with open_store(address) as store:
        load_folder(store, book(tmp_path / "book", accounts=accounts))
        assert [row[0] for row in known_policies(store)] == sorted(["adams.ips", shipped])


def test_an_import_does_not_change_what_was_published(address: str, tmp_path: Path) -> None:
    folder = book(tmp_path / "book")
    with open_store(address) as store:
        load_folder(store, folder)
        with store.writing() as session:
            record_mandates(
                session,
                read(folder).mandates,
                Stamp(now=at(1), import_id=None),
                published_by="R. Okafor",
                approved_by="L. Brandt",
            )
        assert known_policies(store) == [("adams.ips", "1.0.0", "R. Okafor")]
        assert not load_folder(store, folder, day=2).changed
        looser = FILES["adams.mandate"].replace("the smaller of 4%", "the smaller of 40%")
        looser = looser.replace('quoting "not more than 4%"', "")
        for text in (looser, looser.replace("1.0.0", "1.1.0")):
            with pytest.raises(InputErrors, match=r"policy `adams\.ips` was published") as caught:
                load_folder(store, book(tmp_path / "book", adams__mandate=text), day=3)
            assert "adams.mandate" in str(caught.value)
        assert known_policies(store) == [("adams.ips", "1.0.0", "R. Okafor")]
