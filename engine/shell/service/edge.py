"""The edge: what happens to every request before and after it is understood.

Its body is read whole, within a size and a time; it gets a number; it is counted and logged; headers that
keep browsers careful go along. A failure of ours becomes a problem without a word of what failed.
"""

import asyncio
import secrets
import time
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.shell.service.metrics import Metrics
from engine.shell.service.problems import Problem
from engine.shell.service.settings import Settings

NOTED = "guardband"
"""Where the guard notes, in the scope of a request, its route's pattern and who asks."""

HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)
"""What every answer says unless it says something else itself."""


class Edge:
    """Wraps the application; one for each worker."""

    def __init__(self, app: ASGIApp, *, settings: Settings, metrics: Metrics, log: Any) -> None:
        self._app, self._settings, self._metrics, self._log = app, settings, metrics, log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, number = time.perf_counter(), secrets.token_hex(8)
        noted = scope[NOTED] = {"path": "(none)", "user": None}
        sent = _Sent(send, number)
        self._metrics.under_way.inc()
        failure = None
        try:
            body = await self._body(scope, receive)
            await self._app(scope, _replayed(body, receive), sent)
        except Problem as problem:
            await problem.response()(scope, receive, sent)
        except Exception as error:
            failure = type(error).__name__
            if not sent.status:
                told = Problem(500, "internal", "an internal error", detail=f"tell us the number {number}")
                await told.response()(scope, receive, sent)
            self._log.error("failure", id=number, kind=failure, where=_where(error))
        finally:
            seconds = time.perf_counter() - began
            self._metrics.requests.labels(scope["method"], noted["path"], str(sent.status)).inc()
            self._metrics.seconds.labels(noted["path"]).observe(seconds)
            self._log.info(
                "request",
                id=number,
                method=scope["method"],
                path=noted["path"],
                status=sent.status,
                milliseconds=round(seconds * 1000),
                user=noted["user"],
            )
            self._metrics.under_way.dec()

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        """Return the body; raises Problem where it is too large or too slow."""
        most = self._settings.body_bytes
        told = dict(scope["headers"]).get(b"content-length", b"0")
        if told.isdigit() and int(told[:20]) > most:
            raise _too_large(most)
        parts, size = [], 0
        try:
            async with asyncio.timeout(self._settings.body_seconds):
                while True:
                    message = await receive()
                    part = message.get("body", b"")
                    parts.append(part)
                    size += len(part)
                    if size > most:
                        raise _too_large(most)
                    if message["type"] == "http.disconnect" or not message.get("more_body", False):
                        return b"".join(parts)
        except TimeoutError:
            raise Problem(408, "slow", "the request did not arrive in time") from None


class _Sent:
    """Sends an answer with the headers that every answer has, and remembers its status."""

    def __init__(self, send: Send, number: str) -> None:
        self._send, self._number, self.status = send, number, 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            said = {name.lower() for name, _ in message["headers"]}
            more = [header for header in HEADERS if header[0] not in said]
            numbered = (b"x-request-id", self._number.encode())
            message = {**message, "headers": [*message["headers"], *more, numbered]}
        await self._send(message)


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Return a receiver that gives the body once, and then what the connection has to say."""
    waiting = [body]

    async def again() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return again


def _too_large(most: int) -> Problem:
    return Problem(413, "too-large", f"a request may have {most} bytes")


def _where(error: Exception) -> str:
    """Return file and line of the place that failed: enough to find it, nothing of what it held."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    name = trace.tb_frame.f_code.co_filename.rpartition("/")[2]
    return f"{name}:{trace.tb_lineno}"
