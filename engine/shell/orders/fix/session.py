"""A FIX session: sends what the database says is to be sent, and keeps what comes in before it counts.

Three facts make sure that no order goes out twice and no report is lost, whenever a process dies:

- an order is `to_send` in the database before anything else happens, and `sending` before it is handed to
  the library, which stores a message before it sends it. After a restart the library's own file tells
  whether the message was stored under a number that was used: if not, it never went out, and goes out now
  under the same ClOrdID; if so, the library sends it again when the counterparty asks.
- a report is kept in the database before the library counts it as received. If the process dies between,
  the counterparty sends it again and it is known by its ExecID. If it cannot be kept, the library is told to
  expect it again.
- where the library's file is younger than the request (it was lost, or the session began anew), nobody
  knows whether the order arrived: it goes out marked PossResend (97), which the counterparty checks by
  ClOrdID.

Halts are looked up in the same transaction that lets an order out. The library's callbacks never raise: in
this library an exception inside one ends the process.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from engine.facts.failure import InputError
from engine.shell.orders import keeping
from engine.shell.orders.fix import messages
from engine.shell.orders.fix.messages import Fields
from engine.shell.orders.fix.settings import FixSettings
from engine.shell.orders.keeping import SENDING, SENT, TO_SEND, WITHDRAWN, Kept, Request
from engine.shell.orders.posting import post
from engine.shell.orders.sending import stop_halted, touching
from engine.shell.publishing.halts import halts
from engine.shell.store.connect import Store

Clock = Callable[[], datetime]
POLL_SECONDS = 0.1
"""How often the database is asked for something new to send, and for halts."""

POST_SECONDS = 1.0
"""How long reports gather before they are posted to the lots together."""


def now_utc() -> datetime:
    """Return the moment."""
    return datetime.now(UTC)


def library() -> Any:
    """Return the FIX library. Raises InputError where it is not installed."""
    try:
        import quickfix
    except ModuleNotFoundError:
        cure = 'install it: pip install "guardband[fix]"'
        raise InputError("FIX sessions need `quickfix-ssl`", place="--fix", cure=cure) from None
    return quickfix


class Line:
    """One session with one counterparty; used through `session`."""

    def __init__(self, store: Store, settings: FixSettings, *, clock: Clock = now_utc) -> None:
        self.store = store
        self.settings = settings
        self.clock = clock
        self.fix = library()
        self.logged_on = threading.Event()
        self.failure: BaseException | None = None
        self._doubtful: set[str] = set()
        self._numbers: dict[str, int] = {}
        self._missed: int | None = None  # the first message that could not be kept
        self._id: Any = None

    def run(self, *, until: Callable[[], bool], seconds: float) -> bool:
        """Send and receive until something is so, or the time is over; return whether it became so.

        Raises what went wrong inside: nothing was counted as received then.
        """
        end = time.monotonic() + seconds
        posted = time.monotonic()
        while True:
            self._raise_failure()
            self._stop_halted()
            if self.logged_on.is_set():
                self._send_waiting()
            if time.monotonic() - posted >= POST_SECONDS:
                post(self.store, now=self.clock())
                posted = time.monotonic()
            if until() or time.monotonic() >= end:
                self._raise_failure()
                post(self.store, now=self.clock())
                return until()
            time.sleep(POLL_SECONDS)

    def settle(self) -> None:
        """Find out, before connecting, which requests of an earlier process went out."""
        following = int(self._session().getExpectedSenderNum())
        stored = self._stored()
        with self.store.writing() as session:
            for row in keeping.requests(session, SENDING, route=self.settings.route):
                if stored.get(row.name, following) < following:
                    keeping.mark(session, row, SENT, now=self.clock(), seq=stored[row.name])
                    continue
                if (row.seq or 0) > following:
                    self._doubtful.add(row.name)
                keeping.mark(session, row, TO_SEND, now=self.clock())

    def _stored(self) -> dict[str, int]:
        """Return the number under which the library stored each request, by ClOrdID."""
        s = self.settings
        name = f"{s.version}-{s['SenderCompID']}-{s['TargetCompID']}.body"
        path = Path(s["FileStorePath"]) / name
        text = path.read_bytes().decode("latin-1") if path.is_file() else ""
        found: dict[str, int] = {}
        for part in text.split(f"8={s.version}\x01")[1:]:
            fields = messages.fields_of(part, "\x01")
            if 11 in fields:
                found[fields[11]] = int(fields[34])
        return found

    def _session(self) -> Any:
        found = self.fix.Session.lookupSession(self._id)
        assert found is not None, "the library made the session"
        return found

    def _raise_failure(self) -> None:
        if self.failure is not None:
            raise self.failure

    def _stop_halted(self) -> None:
        with self.store.reading() as session:
            held = halts(session)
            is_touched = (
                any(touching(held, kept.ticket) for kept in keeping.open_tickets(session)) if held else False
            )
        if is_touched:
            with self.store.writing() as session:
                stop_halted(session, now=self.clock())

    def _send_waiting(self) -> None:
        with self.store.reading() as session:
            waiting = keeping.requests(session, TO_SEND, route=self.settings.route)
            found = [(row, keeping.ticket_kept(session, row.ticket_id)) for row in waiting]
        for row, kept in found:
            if not self.logged_on.is_set():
                return
            self._send(row, kept)

    def _send(self, row: Request, kept: Kept) -> None:
        """Let a request out, and hand it to the library."""
        if not self._lets_out(row, kept):
            return
        message = self._message(self._fields(row, kept))
        if row.name in self._doubtful:
            message.getHeader().setField(self.fix.StringField(97, "Y"))
        self.fix.Session.sendToTarget(message, self._id)
        with self.store.writing() as session:
            now = keeping.request_named(session, row.name)
            if now is not None and now.state == SENDING:
                keeping.mark(session, now, SENT, now=self.clock(), seq=self._numbers.get(row.name))

    def _lets_out(self, row: Request, kept: Kept) -> bool:
        """Return whether a request may go out now: not withdrawn, not halted; written down where it may."""
        following = int(self._session().getExpectedSenderNum())
        with self.store.writing() as session:
            now = keeping.request_named(session, row.name)
            if now is None or now.state != TO_SEND:
                return False
            if row.kind != "cancel" and touching(halts(session), kept.ticket) is not None:
                keeping.mark(session, row, WITHDRAWN, now=self.clock())
                return False
            keeping.mark(session, row, SENDING, now=self.clock(), seq=following)
        return True

    def _fields(self, row: Request, kept: Kept) -> Fields:
        at = self.clock()
        match row.kind:
            case "cancel":
                assert row.original is not None
                return messages.cancel_order(
                    row.name, kept.ticket, original=row.original, quantity=row.quantity, at=at
                )
            case "replace":
                assert row.original is not None
                return messages.replace_order(
                    row.name, kept.ticket, original=row.original, quantity=row.quantity, at=at
                )
            case _:
                return messages.new_order(row.name, kept.ticket, at=at)

    def _message(self, fields: Fields) -> Any:
        message = self.fix.Message()
        header = message.getHeader()
        header.setField(self.fix.StringField(8, self.settings.version))
        for tag, value in fields:
            (header if tag == 35 else message).setField(self.fix.StringField(tag, value))
        return message

    def expect_again(self, number: int) -> None:
        """Have the library expect a message again: it counts one up when the callback returns."""
        self._missed = min(number, self._missed or number)
        self._session().setNextTargetMsgSeqNum(self._missed - 1)

    def stopped(self) -> None:
        """Have the library's file say what is to come again, once nothing comes in any more."""
        self.logged_on.clear()
        if self._missed is not None:
            self._session().setNextTargetMsgSeqNum(self._missed)

    def numbered(self, fields: dict[int, str]) -> None:
        """Remember the number under which the library sends a request."""
        if 11 in fields:
            self._numbers[fields[11]] = int(fields.get(34, "0"))

    def keep(self, fields: dict[int, str]) -> None:
        """Keep what came in."""
        with self.store.writing() as session:
            for _ in keeping.take(session, route=self.settings.route, fields=fields, now=self.clock()):
                pass


def _application(line: Line) -> Any:
    """Return the library's callbacks for a line; each failure stops the line and counts nothing."""
    fix = line.fix

    class Callbacks(fix.Application):  # type: ignore[misc, name-defined]  # the library has no types
        def onCreate(self, session_id: Any) -> None:  # noqa: N802
            line._id = session_id

        def onLogon(self, _session: Any) -> None:  # noqa: N802
            line.logged_on.set()

        def onLogout(self, _session: Any) -> None:  # noqa: N802
            line.logged_on.clear()

        def toAdmin(self, _message: Any, _session: Any) -> None:  # noqa: N802
            pass

        def fromAdmin(self, message: Any, _session: Any) -> None:  # noqa: N802
            fields = _fields_of(message)
            if fields.get(35) == "3":
                self._keep(fields)

        def toApp(self, message: Any, _session: Any) -> None:  # noqa: N802
            line.numbered(_fields_of(message))

        def fromApp(self, message: Any, _session: Any) -> None:  # noqa: N802
            self._keep(_fields_of(message))

        def _keep(self, fields: dict[int, str]) -> None:
            try:
                if line.failure is None:
                    line.keep(fields)
                    return
            except BaseException as problem:
                line.failure = problem
            line.expect_again(int(fields[34]))

    return Callbacks()


def _fields_of(message: Any) -> dict[int, str]:
    return messages.fields_of(str(message.toString()), "\x01")


@contextmanager
def session(store: Store, settings: FixSettings, *, clock: Clock = now_utc) -> Iterator[Line]:
    """Give an open session; it logs out and disconnects at the end, its numbers kept on the disk.

    Raises InputError where the library is not installed.
    """
    import tempfile

    line = Line(store, settings, clock=clock)
    fix = line.fix
    with tempfile.TemporaryDirectory(prefix="guardband-fix-") as folder:
        path = Path(folder) / "session.cfg"
        path.write_text(settings.text, encoding="utf-8")
        told = fix.SessionSettings(str(path))
        application = _application(line)
        stores, logs = fix.FileStoreFactory(told), fix.FileLogFactory(told)
        initiator = fix.SocketInitiator(application, stores, told, logs)
        line.settle()
        initiator.start()
        try:
            yield line
        finally:
            initiator.stop()
            line.stopped()
