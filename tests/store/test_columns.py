"""Amounts at rest keep every digit; moments keep their order."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, insert, select, text

from engine.shell.store.columns import Exact, Moment
from engine.shell.store.connect import open_store

KEPT = Table(
    "kept", MetaData(), Column("id", Integer, primary_key=True), Column("amount", Exact), Column("at", Moment)
)
AMOUNTS = st.decimals(
    allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20, places=12
) | (st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9))
MOMENTS = st.datetimes(
    min_value=datetime(1900, 1, 1),  # noqa: DTZ001
    max_value=datetime(9000, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@pytest.mark.parametrize("rows", [200])
def test_amounts_and_moments_come_back_as_they_went(address: str, rows: int) -> None:
    with open_store(address) as store:
        with store.writing() as session:
            KEPT.create(session.connection())

        @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
        @given(st.lists(st.tuples(AMOUNTS, MOMENTS), min_size=1, max_size=rows))
        def round_trip(given_rows: list[tuple[Decimal, datetime]]) -> None:
            with store.writing() as session:
                session.execute(text("DELETE FROM kept"))
                values = [{"id": n, "amount": a, "at": m} for n, (a, m) in enumerate(given_rows)]
                session.execute(insert(KEPT), values)
            with store.reading() as session:
                found = session.execute(select(KEPT).order_by(KEPT.c.id)).all()
                ordered = session.execute(select(KEPT.c.at).order_by(KEPT.c.at, KEPT.c.id)).scalars().all()
            for row, (amount, moment) in zip(found, given_rows, strict=True):
                assert row.amount == amount
                assert format(row.amount, "f") == format(amount if amount else abs(amount), "f")
                assert row.at == moment
            assert ordered == sorted(moment for _, moment in given_rows)

        round_trip()


@pytest.mark.parametrize(
    "written", ["0.1", "0.10", "1E+3", "-0.0", "123456789012345678901234567890.000000001"]
)
def test_an_amount_is_never_a_float(address: str, written: str) -> None:
    with open_store(address) as store:
        with store.writing() as session:
            KEPT.create(session.connection())
            session.execute(insert(KEPT), {"id": 1, "amount": Decimal(written), "at": datetime.now(UTC)})
        with store.reading() as session:
            amount = session.execute(select(KEPT.c.amount)).scalar_one()
            below = session.execute(
                text("SELECT count(*) FROM kept WHERE CAST(amount AS NUMERIC) < 1001")
            ).scalar()
    assert isinstance(amount, Decimal)
    assert amount == Decimal(written)
    assert below == int(Decimal(written) < 1001)


def test_a_moment_of_another_zone_is_the_same_moment(address: str) -> None:
    local = datetime(2026, 3, 10, 9, 30, tzinfo=timezone(timedelta(hours=-5)))
    with open_store(address) as store:
        with store.writing() as session:
            KEPT.create(session.connection())
            session.execute(insert(KEPT), {"id": 1, "amount": None, "at": local})
        with store.reading() as session:
            row = session.execute(select(KEPT)).one()
    assert row.amount is None
    assert row.at == local
    assert row.at.tzinfo is UTC
