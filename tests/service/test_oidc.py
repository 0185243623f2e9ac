"""Signing in at the firm's provider: whoever it names and an administrator linked, by a token that holds."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

pytest.importorskip("joserfc", reason='pip install "guardband[oidc]"')

from engine.facts.failure import InputError
from engine.shell.log.chain import Author, entries
from engine.shell.publishing.identities import identities, link, unlink
from engine.shell.publishing.people import NotAllowed
from engine.shell.service.provider import Oidc, oidc_from
from engine.shell.service.settings import Settings, settings_from
from engine.shell.store.connect import open_store
from tests.service.openid import CLIENT, SECRET, OpenId, new_key, provider
from tests.service.served import USERS, Served, served

ADMINISTRATOR = Author(person="Ada", now=datetime(2026, 3, 10, 9, tzinfo=UTC))


@pytest.fixture(scope="module")
def openid() -> Iterator[OpenId]:
    with provider() as told:
        yield told


@pytest.fixture
def firm(openid: OpenId, database: str) -> Iterator[tuple[Served, OpenId]]:
    """A service whose officer is linked to `r.okafor` at the provider."""
    openid.subject, openid.claims, openid.header, openid.published = "r.okafor", {}, {}, []
    with signing_in(database, openid) as service:
        linked(service, openid)
        yield service, openid


@contextmanager
def signing_in(address: str, openid: OpenId, **more: str) -> Iterator[Served]:
    oidc = Oidc(issuer=openid.issuer, client=CLIENT, secret=SECRET, url="http://127.0.0.1:1", **more)
    with served(address, oidc=oidc) as service:
        yield service


def linked(service: Served, openid: OpenId, subject: str = "r.okafor") -> None:
    with open_store(service.address) as store, store.writing() as session:
        link(session, ADMINISTRATOR, name=USERS["officer"], issuer=openid.issuer, subject=subject)


def went(service: Served, **change: str) -> tuple[httpx.Client, httpx.Response]:
    """Go to the provider and come back; `change`: other parts of the address one comes back to."""
    client = service.clients[f"browser {len(service.clients)}"] = httpx.Client(
        base_url=service.url, timeout=60
    )
    away = client.get("/v1/session/oidc", params={"next": "/desk/policies"})
    assert away.status_code == 303, away.text
    back = httpx.get(away.headers["location"]).headers["location"]
    assert back.startswith("http://127.0.0.1:1/v1/session/oidc/callback?")
    query = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}
    return client, client.get("/v1/session/oidc/callback", params={**query, **change})


def test_whoever_the_provider_names_is_signed_in_with_their_role_here(firm: tuple[Served, OpenId]) -> None:
    service, openid = firm
    client, got = went(service)
    assert got.status_code == 200, got.text
    assert 'content="0;url=/desk/policies"' in got.text
    told = got.headers.get_list("set-cookie")
    session = next(line for line in told if line.startswith("guardband="))
    assert "HttpOnly" in session
    assert "SameSite=strict" in session
    who = client.get("/v1/session").json()
    assert (who["name"], who["role"]) == ("Olga", "officer")
    assert client.get("/v1/users").status_code == 403  # an officer's session, no more
    assert openid.asked.count("/token") >= 1


@pytest.mark.parametrize(
    ("claims", "header"),
    [
        ({"aud": "another program"}, {}),
        ({"iss": "http://localhost:1"}, {}),
        ({"nonce": "another"}, {}),
        ({"nonce": None}, {}),
        ({"exp": int(time.time()) - 3600}, {}),
        ({"exp": None}, {}),
        ({"iat": int(time.time()) + 3600}, {}),
        ({"aud": [CLIENT, "another"], "azp": "another"}, {}),
        ({"sub": ""}, {}),
        ({}, {"alg": "HS256"}),
    ],
)
def test_a_token_that_does_not_hold_signs_nobody_in(
    firm: tuple[Served, OpenId], claims: dict[str, object], header: dict[str, str]
) -> None:
    service, openid = firm
    openid.claims, openid.header = claims, header
    client, got = went(service)
    assert (got.status_code, got.json()["type"]) == (401, "/problems/sign-in"), got.text
    assert client.get("/v1/session").status_code == 401


def test_a_token_signed_by_another_key_signs_nobody_in_and_a_new_key_of_the_provider_does(
    firm: tuple[Served, OpenId],
) -> None:
    service, openid = firm
    assert went(service)[1].status_code == 200
    before, openid.key = openid.key, new_key("two")
    openid.published = [before]
    assert went(service)[1].status_code == 401
    openid.published = [before, openid.key]
    assert went(service)[1].status_code == 200, "keys are asked for again where one is not known"


def test_a_token_whose_bytes_were_changed_signs_nobody_in(
    firm: tuple[Served, OpenId], monkeypatch: pytest.MonkeyPatch
) -> None:
    service, openid = firm
    made = openid.token

    def other(form: dict[str, str], authorization: str) -> dict[str, object] | None:
        told = made(form, authorization)
        assert told is not None
        head, body, signature = told["id_token"].split(".")
        return {
            **told,
            "id_token": f"{head}.{body[:-4]}{'AAAA' if body[-4:] != 'AAAA' else 'BBBB'}.{signature}",
        }

    monkeypatch.setattr(openid, "token", other)
    assert went(service)[1].status_code == 401


@pytest.mark.parametrize("change", [{"state": "another"}, {"state": ""}, {"code": ""}, {"error": "denied"}])
def test_who_comes_back_otherwise_is_turned_away(firm: tuple[Served, OpenId], change: dict[str, str]) -> None:
    assert went(firm[0], **change)[1].status_code == 401


def test_who_comes_back_without_having_gone_is_turned_away(firm: tuple[Served, OpenId]) -> None:
    """The way into somebody else's session: a link with a code of the attacker's own."""
    service, _ = firm
    client = service.as_(None)
    away = client.get("/v1/session/oidc")
    back = urlsplit(httpx.get(away.headers["location"]).headers["location"]).query
    other = httpx.get(f"{service.url}/v1/session/oidc/callback?{back}")
    assert other.status_code == 401
    assert httpx.get(other.url, cookies={"guardband_away": "e30=.forged"}).status_code == 401


def test_a_code_counts_once(firm: tuple[Served, OpenId]) -> None:
    client, got = went(firm[0])
    again = client.get(str(got.request.url))
    assert again.status_code == 401


def test_whom_the_provider_knows_and_nobody_linked_is_no_user(firm: tuple[Served, OpenId]) -> None:
    service, openid = firm
    openid.subject = "somebody.else"
    client, got = went(service)
    assert (got.status_code, got.json()["type"]) == (403, "/problems/unlinked")
    assert client.get("/v1/session").status_code == 401
    openid.subject = "r.okafor"
    with open_store(service.address) as store, store.writing() as session:
        unlink(session, ADMINISTRATOR, issuer=openid.issuer, subject="r.okafor")
    assert went(service)[1].status_code == 403


def test_an_address_counts_once_the_provider_has_verified_it(openid: OpenId, database: str) -> None:
    openid.subject, openid.header = "r.okafor", {}
    with signing_in(database, openid, claim="email") as service:
        linked(service, openid, "olga@firm.test")
        openid.claims = {"email": "olga@firm.test", "email_verified": False}
        assert went(service)[1].status_code == 401
        openid.claims = {"email": "olga@firm.test", "email_verified": True}
        assert went(service)[1].status_code == 200


def test_a_removed_user_does_not_sign_in(firm: tuple[Served, OpenId]) -> None:
    service, _ = firm
    headers = {"Idempotency-Key": "remove-olga"}
    assert service.as_("administrator").delete("/v1/users/Olga", headers=headers).status_code == 200
    assert went(service)[1].status_code == 403


def test_a_provider_that_does_not_answer_is_told(database: str) -> None:
    oidc = Oidc(issuer="http://127.0.0.1:9", client=CLIENT, url="http://127.0.0.1:1")
    with served(database, oidc=oidc) as service:
        got = httpx.get(f"{service.url}/v1/session/oidc")
    assert (got.status_code, got.json()["type"]) == (503, "/problems/provider")


def test_without_a_provider_keys_alone_sign_in(shared: Served) -> None:
    assert shared.get("/v1/session/oidc", role=None).status_code == 404


def test_links_are_kept_by_administrators_and_told_in_the_log(address: str) -> None:
    from engine.shell.publishing.people import add_user

    asked = {"issuer": "https://login.firm.test", "subject": "olga"}
    with open_store(address) as store:
        with store.writing() as session:
            add_user(session, ADMINISTRATOR, name="Ada", role="administrator")
            add_user(session, ADMINISTRATOR, name="Olga", role="officer")
            link(session, ADMINISTRATOR, name="olga", **asked)
        with store.reading() as session:
            assert [(row.name, row.subject) for row in identities(session)] == [("Olga", "olga")]
            assert [row.body["act"] for row in entries(session)] == ["added", "added", "linked"]
        officer = Author(person="Olga", now=ADMINISTRATOR.now)
        for author, name, kind, said in (
            (officer, "Olga", NotAllowed, "may not keep users"),
            (ADMINISTRATOR, "Ada", InputError, "olga is Olga already"),
            (ADMINISTRATOR, "Nia", InputError, "there is no user Nia"),
        ):
            with pytest.raises(kind, match=said), store.writing() as session:
                link(session, author, name=name, **asked)


def test_what_the_environment_says_of_a_provider() -> None:
    told = {
        "GUARDBAND_OIDC_ISSUER": "https://login.firm.test",
        "GUARDBAND_OIDC_CLIENT": "guardband",
        "GUARDBAND_OIDC_URL": "https://desk.firm.test",
        "GUARDBAND_OIDC_SECRET": "quiet",
    }
    found = oidc_from(told)
    assert found is not None
    assert (found.claim, found.redirect) == ("sub", "https://desk.firm.test/v1/session/oidc/callback")
    assert "quiet" not in repr(found)
    settings = Settings(database="sqlite:///firm.db", oidc=found)
    assert settings_from(settings.as_text()) == settings
    assert oidc_from({}) is None
    for name, value in (("CLIENT", ""), ("URL", "http://desk.firm.test"), ("ISSUER", "ftp://x")):
        with pytest.raises(InputError) as failed:
            oidc_from({**told, f"GUARDBAND_OIDC_{name}": value})
        assert failed.value.place == f"GUARDBAND_OIDC_{name}"
