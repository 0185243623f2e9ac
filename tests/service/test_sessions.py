"""Sessions: what the cookie is like, what goes along with changes, and when one is over."""

from contextlib import closing
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import update

from engine.shell.service.people import COOKIE, People
from engine.shell.service.settings import Settings
from engine.shell.store.connect import open_store
from engine.shell.store.recording import table_of
from engine.shell.store.schema.service import SessionRow
from tests.service.served import KEYS, Served
from tests.store.books import at

HALT = {"scope": "security", "name": "KO", "reason": "a bid"}


def signed_in(served: Served, role: str) -> tuple[httpx.Client, str]:
    """Return a client with a session, and its token."""
    client = httpx.Client(base_url=served.url, timeout=60)
    got = client.post("/v1/session", json={"key": KEYS[role]})
    assert got.status_code == 200, got.text
    return client, got.json()["csrf"]


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(shared: Served) -> None:
    client, _ = signed_in(shared, "officer")
    with closing(client):
        got = client.post("/v1/session", json={"key": KEYS["officer"]})
        told = got.headers["set-cookie"].lower()
        assert "httponly" in told
        assert "samesite=strict" in told
        assert "secure" not in told  # loopback; --secure-cookies says it
        assert KEYS["officer"] not in told
        assert client.get("/v1/session").json()["name"] == "Olga"


def test_a_change_needs_the_token_and_reading_does_not(own: Served) -> None:
    client, token = signed_in(own, "officer")
    once = {"Idempotency-Key": "halt-0001"}
    with closing(client):
        assert client.get("/v1/halts").status_code == 200
        bare = client.post("/v1/halts", json=HALT, headers=once)
        assert (bare.status_code, bare.json()["type"]) == (403, "/problems/token")
        wrong = client.post("/v1/halts", json=HALT, headers={**once, "X-CSRF-Token": token[:-1] + "x"})
        assert wrong.status_code == 403
        assert client.get("/v1/halts").json()["halts"] == []
        right = client.post("/v1/halts", json=HALT, headers={**once, "X-CSRF-Token": token})
        assert right.status_code == 201


@pytest.mark.parametrize("change", ["signature", "token", "none"])
def test_a_forged_cookie_is_nobodys(change: str, shared: Served) -> None:
    client, _ = signed_in(shared, "officer")
    with closing(client):
        token, _, signature = client.cookies[COOKIE].partition(".")
    forged = {"signature": f"{token}.{'0' * 64}", "token": f"x{token[1:]}.{signature}", "none": token}
    got = httpx.get(f"{shared.url}/v1/session", headers={"Cookie": f"{COOKIE}={forged[change]}"})
    assert got.status_code == 401


def test_signing_out_ends_the_session_also_for_a_copy_of_the_cookie(shared: Served) -> None:
    client, token = signed_in(shared, "officer")
    with closing(client):
        copy = {"Cookie": f"{COOKIE}={client.cookies[COOKIE]}"}
        assert client.delete("/v1/session", headers={"X-CSRF-Token": token}).status_code == 204
    assert httpx.get(f"{shared.url}/v1/session", headers=copy).status_code == 401


def test_a_user_who_is_removed_is_signed_out(own: Served) -> None:
    client, _ = signed_in(own, "auditor")
    with closing(client):
        assert client.get("/v1/session").status_code == 200
        headers = {"Idempotency-Key": "remove-ann"}
        removed = own.as_("administrator").delete("/v1/users/Ann", headers=headers)
        assert removed.json()["active"] is False
        assert client.get("/v1/session").status_code == 401


def test_a_session_lasts_its_hours_and_no_longer(database: str) -> None:
    people = People(Settings(database=database, session_hours=10))
    with open_store(database) as store, store.writing() as session:
        person = people.of_key(session, KEYS["officer"])
        assert person is not None
        cookie, _ = people.begin(session, person, now=at(2))
        last = at(2) + timedelta(hours=10) - timedelta(seconds=1)
        assert people.of_cookie(session, cookie, now=last) is not None
        assert people.of_cookie(session, cookie, now=last + timedelta(seconds=1)) is None
        session.execute(update(table_of(SessionRow)).values(ended_at=at(2)))
        assert people.of_cookie(session, cookie, now=at(2)) is None


def test_a_wrong_key_is_told_as_that_and_begins_nothing(shared: Served) -> None:
    for key in (KEYS["officer"] + "x", "gb_00000000_" + "A" * 43, "no key", "\U0001f511" * 50):
        got = shared.as_(None).post("/v1/session", json={"key": key})
        assert got.status_code == 401
        assert "set-cookie" not in got.headers
