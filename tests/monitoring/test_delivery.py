"""Delivery to a local mail server and a local web server: signed, tried again, given up, sent once."""

import asyncio
import socketserver
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from engine.facts.failure import InputError
from engine.shell.monitoring.delivery.outbox import dead_letters, deliver_waiting, revive, wait_after
from engine.shell.monitoring.delivery.webhook import is_signed
from engine.shell.monitoring.finding import Severity
from engine.shell.monitoring.judging import Judged
from engine.shell.monitoring.keeping import Keeping, keep
from engine.shell.monitoring.run import Monitored
from engine.shell.monitoring.schedule import Watch, keep_watch
from engine.shell.monitoring.settings import Email, Settings, Webhook, settings_from
from engine.shell.store.connect import open_store
from tests.monitoring.books import NOW, book, imported
from tests.monitoring.test_keeping import DAY, fact

SECRET = "a secret of the tests"


class Hook(HTTPServer):
    """Keeps what is posted; answers with the statuses it was told, then 204."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.statuses: list[int] = []
        self.got: list[tuple[bytes, str, str]] = []


class _Answer(BaseHTTPRequestHandler):
    server: Hook

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append(
            (body, self.headers["Guardband-Signature"], self.headers["Guardband-Delivery"])
        )
        status = self.server.statuses.pop(0) if self.server.statuses else 204
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()

    def log_message(self, *_words: object) -> None:
        return None


class _Mailbox(socketserver.StreamRequestHandler):
    """As much of SMTP as a sender needs."""

    def handle(self) -> None:
        self.wfile.write(b"220 test\r\n")
        while line := self.rfile.readline():
            word = line.split()[0].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go\r\n")
                lines = []
                while (text := self.rfile.readline()) != b".\r\n":
                    lines.append(text.decode())
                self.server.got.append("".join(lines))  # type: ignore[attr-defined]
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
            if word == b"QUIT":
                return


@pytest.fixture
def hook() -> Iterator[Hook]:
    server = Hook()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def mailbox() -> Iterator[socketserver.TCPServer]:
    server = socketserver.TCPServer(("127.0.0.1", 0), _Mailbox)
    server.got = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def to_hook(hook: Hook, **how: object) -> Settings:
    url = f"http://127.0.0.1:{hook.server_address[1]}/alerts"
    return Settings(
        receivers=(Webhook(name="risk", url=url, secret=SECRET, **how),),  # type: ignore[arg-type]
        attempts=3,
    )


def raised(address: str, settings: Settings, *names: str, day: int = 0) -> None:
    judged = Judged(day=DAY + timedelta(day), findings=tuple(fact(name) for name in names), accounts=1)
    with open_store(address) as store, store.writing() as session:
        keep(session, judged, Keeping(watch="", now=NOW, settings=settings))


def test_a_webhook_is_signed_and_told_once(address: str, hook: Hook) -> None:
    settings = to_hook(hook)
    raised(address, settings, "A", "B")
    assert deliver_waiting(address, settings, now=NOW).sent == 2
    assert deliver_waiting(address, settings, now=NOW + timedelta(hours=1)).sent == 0
    ((body, signature, _),) = hook.got
    assert is_signed(SECRET, body, signature)
    assert not is_signed("another", body, signature)
    assert not is_signed(SECRET, body + b" ", signature)
    assert b'"event":"raised"' in body


def test_a_failure_is_tried_again_later_under_the_same_name(address: str, hook: Hook) -> None:
    settings = to_hook(hook)
    raised(address, settings, "A")
    hook.statuses = [503]
    assert deliver_waiting(address, settings, now=NOW).failed == 1
    assert deliver_waiting(address, settings, now=NOW + timedelta(seconds=59)).sent == 0
    assert deliver_waiting(address, settings, now=NOW + timedelta(seconds=60)).sent == 1
    assert hook.got[0][2] == hook.got[1][2]


def test_what_fails_for_good_is_a_dead_letter_and_can_be_revived(address: str, hook: Hook) -> None:
    settings = to_hook(hook)
    raised(address, settings, "A")
    hook.statuses = [500, 302, 500]
    for hours in range(3):
        deliver_waiting(address, settings, now=NOW + timedelta(hours=hours))
    with open_store(address) as store, store.writing() as session:
        (letter,) = dead_letters(session)
        assert (letter.attempts, letter.failure) == (3, "it answered 500")
        assert revive(session, now=NOW) == 1
    assert deliver_waiting(address, settings, now=NOW).sent == 1


def test_a_receiver_that_is_gone_is_not_tried_again(address: str, hook: Hook) -> None:
    settings = to_hook(hook)
    raised(address, settings, "A")
    hook.statuses = [410]
    deliver_waiting(address, settings, now=NOW)
    with open_store(address) as store, store.reading() as session:
        assert len(dead_letters(session)) == 1


def test_the_wait_doubles_up_to_six_hours() -> None:
    waits = [wait_after(count, Settings()) for count in (1, 2, 3, 9, 50)]
    assert waits == [
        timedelta(minutes=1),
        timedelta(minutes=2),
        timedelta(minutes=4),
        timedelta(minutes=256),
        timedelta(hours=6),
    ]


def test_a_receiver_hears_what_it_asked_for(address: str, hook: Hook) -> None:
    settings = to_hook(hook, least=Severity.URGENT)
    raised(address, settings, "A")
    assert deliver_waiting(address, settings, now=NOW).sent == 0
    quiet = to_hook(hook, resolved=True)
    raised(address, quiet, day=1)
    assert deliver_waiting(address, quiet, now=NOW).sent == 1
    assert b'"event":"resolved"' in hook.got[0][0]


def test_one_message_tells_a_mailbox_all_that_waits(address: str, mailbox: socketserver.TCPServer) -> None:
    desk = Email(
        name="desk",
        to=("desk@firm.example",),
        sender="guardband@firm.example",
        host="127.0.0.1",
        port=mailbox.server_address[1],
        security="none",
    )
    settings = Settings(receivers=(desk,))
    raised(address, settings, "A", "B")
    assert deliver_waiting(address, settings, now=NOW).sent == 2
    (text,) = mailbox.got  # type: ignore[attr-defined]
    assert "Subject: Guardband: 2 warnings" in text
    assert "A is too much" in text
    assert "B is too much" in text


def test_a_mail_server_that_is_away_is_told(address: str) -> None:
    desk = Email(name="desk", to=("a@b.example",), sender="c@d.example", host="127.0.0.1", port=1)
    settings = Settings(receivers=(desk,))
    raised(address, settings, "A")
    assert deliver_waiting(address, settings, now=NOW).failed == 1


GOOD = """ahead_days = 10
[[webhook]]
name = "risk"
url = "https://risk.firm.example/alerts"
secret_env = "RISK_SECRET"
least = "urgent"
"""


def test_settings_come_from_a_file_and_secrets_from_the_environment(tmp_path: Path) -> None:
    path = tmp_path / "alerts.toml"
    path.write_text(GOOD)
    settings = settings_from(path, {"RISK_SECRET": SECRET})
    assert settings.ahead_days == 10
    assert [receiver.least for receiver in settings.receivers] == [Severity.URGENT]
    assert SECRET not in repr(settings)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("https", "ftp"), "`ftp://risk.firm.example/alerts` is no web address"),
        (("urgent", "loud"), "`loud` is no severity"),
        (("RISK_SECRET", "OTHER"), "the variable OTHER is not set"),
        (("ahead_days = 10", "ahead_days = 0"), "`ahead_days` is no whole number above 0"),
        (("ahead_days", "ahead_day"), "`ahead_day` means nothing in the file"),
    ],
)
def test_a_mistake_in_the_settings_is_told(tmp_path: Path, change: tuple[str, str], told: str) -> None:
    path = tmp_path / "alerts.toml"
    path.write_text(GOOD.replace(*change))
    with pytest.raises(InputError) as caught:
        settings_from(path, {"RISK_SECRET": SECRET})
    assert told in caught.value.reason


def test_the_scheduler_runs_at_its_hour_reports_failures_and_goes_on(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'f.db'}"
    clock = [datetime(2026, 3, 31, 22, 0, tzinfo=UTC)]
    events: list[object] = []

    async def sleep(seconds: float) -> None:
        clock[0] += timedelta(seconds=max(seconds, 1))
        if clock[0].day == 1 and not events[1:]:
            imported(address, book(tmp_path / "book"))  # the first round found no database
        if len(events) == 2:
            raise asyncio.CancelledError

    watch = Watch(now=lambda: clock[0], sleep=sleep, report=events.append, deliver_seconds=6 * 3600.0)
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(keep_watch(address, watch))
    failed, done = events
    assert isinstance(failed, Exception)
    assert isinstance(done, Monitored)
    assert str(done.as_of) == "2026-04-01"
