"""Connections are shared among the workers: each takes a few at a time from the socket that all listen on.

    64 clients come at once; a worker that accepts until nobody waits takes them all, and the other idles

What asyncio calls the backlog is both the length of the queue and how many are accepted at once. Here the
queue stays long and the number small.

Answers go out at once: a connection of a socket that was made before asyncio saw it would hold the second
part of an answer back until the client has confirmed the first, 40 ms later.
"""

import asyncio
import socket
from typing import Any

LOOP = f"{__name__}:SharingLoop"
"""As uvicorn is told of it."""

AT_ONCE = 2
"""Connections that a worker accepts before it looks after those it has."""

QUEUED = 2048
"""Connections that wait for a worker before the machine turns further ones away."""


class SharingLoop(asyncio.SelectorEventLoop):
    """The loop of one worker among several."""

    async def create_server(self, *told: Any, **named: Any) -> asyncio.Server:
        """Listen on a socket that was made before."""
        queue: socket.socket = named["sock"]
        queue.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # connections take it over
        server: asyncio.Server = await super().create_server(*told, **{**named, "backlog": AT_ONCE})
        queue.listen(QUEUED)
        return server
