"""Every page by every role: who may open it opens it, who may not is told so."""

from collections.abc import Callable

import pytest

from engine.shell.desk.menu import ITEMS, PAGES, menu_of
from engine.shell.publishing.roles import Role, may
from tests.desk.conftest import Visitor

NAMES = {
    Role.OFFICER: "N. Vance",
    Role.MANAGER: "P. Lane",
    Role.AUDITOR: "T. Iqbal",
    Role.ADMINISTRATOR: "A. Demo",
}
FILLED = {
    "{account}": "A-1",
    "{policy}": "adams.start",
    "{seq}": "1",
    "{name}": "desk.css",
}
At = Callable[[str], Visitor]


def path_of(pattern: str) -> str:
    for name, value in FILLED.items():
        pattern = pattern.replace(name, value)
    return pattern


@pytest.mark.parametrize("role", list(Role))
def test_each_page_opens_for_the_roles_of_its_act_alone(role: Role, at: At) -> None:
    visitor = at(NAMES[role])
    for entry in PAGES:
        if entry.method != "GET" or entry.path in ("/desk", "/desk/sign-in"):
            continue
        status = visitor.status(path_of(entry.path))
        if entry.roles is not None and role not in entry.roles:
            assert status == 403, (role, entry.path)
        else:
            assert status in (200, 404), (role, entry.path, status)


@pytest.mark.parametrize("role", list(Role))
def test_forms_of_other_roles_are_refused(role: Role, at: At) -> None:
    visitor = at(NAMES[role])
    token = visitor.token
    for entry in PAGES:
        refused = entry.roles is not None and role not in entry.roles
        if entry.method == "POST" and refused:
            path = path_of(entry.path).replace("{number}", "1").replace("{alert}", "1")
            assert visitor.client.post(path, data={"csrf": token}).status_code == 403, (role, path)


def test_nobody_signed_in_is_led_to_the_sign_in_page_and_back(at: At) -> None:
    visitor = at("P. Lane")
    visitor.client.cookies.clear()
    answer = visitor.client.get("/desk/breaches", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/desk/sign-in?next=/desk/breaches"


def test_a_wrong_key_and_another_one_s_name_are_told_alike(at: At, laid: object) -> None:
    visitor = at("P. Lane")
    visitor.client.cookies.clear()
    keys = laid.keys  # type: ignore[attr-defined]
    told = []
    for name, key in (("P. Lane", "gb_00000000_" + "A" * 43), ("P. Lane", keys["N. Vance"]), ("Nobody", "x")):
        answer = visitor.client.post("/desk/sign-in", data={"name": name, "key": key})
        assert answer.status_code == 401
        told.append("Name and key do not fit together." in answer.text)
    assert told == [True, True, True]


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "/desk//evil.example", "/v1/users"]
)
def test_signing_in_leads_to_no_other_site(at: At, laid: object, wanted: str) -> None:
    visitor = at("P. Lane")
    visitor.client.cookies.clear()
    form = {"name": "P. Lane", "key": laid.keys["P. Lane"], "next": wanted}  # type: ignore[attr-defined]
    answer = visitor.client.post("/desk/sign-in", data=form, follow_redirects=False)
    assert answer.headers["location"] == "/desk"


def test_a_form_without_the_page_s_token_does_nothing(at: At) -> None:
    visitor = at("N. Vance")
    form = {"scope": "all", "reason": "from another site"}
    assert visitor.client.post("/desk/halts", data=form).status_code == 403
    assert "Nothing is halted." in visitor.get("/desk/halts")


def test_the_menu_has_what_the_role_may_open(at: At) -> None:
    for role, name in NAMES.items():
        page = at(name).get("/desk/keys")
        for item in ITEMS:
            assert (f'href="{item.path}"' in page) == may(role, item.action), (role, item.path)
    assert [item.words for item in menu_of(Role.ADMINISTRATOR)] == ["Policies", "Chain"]


def test_scripts_come_from_the_desk_alone(at: At) -> None:
    answer = at("P. Lane").client.get("/desk/accounts")
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "default-src 'none'" in policy
    assert "http://" not in answer.text.replace("http://www.w3.org", "")
    assert "https://" not in answer.text


def test_signing_out_ends_the_session(at: At) -> None:
    visitor = at("T. Iqbal")
    cookie = dict(visitor.client.cookies)
    visitor.client.post("/desk/sign-out", data={"csrf": visitor.token})
    visitor.client.cookies.update(cookie)
    assert visitor.status("/desk/decisions") == 303
