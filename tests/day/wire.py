"""The line between the desk and the broker, which can be cut at any moment.

wire = Wire(to=5001)        the desk connects to wire.port; bytes go both ways
wire.cut()                  every connection ends at once; what was on its way is lost
"""

import contextlib
import selectors
import socket
import struct
import threading

RESET = struct.pack("ii", 1, 0)
"""SO_LINGER with no time: closing sends a reset, and what was not delivered is thrown away."""


class Wire:
    """Hands bytes on between the desk and a port, in one thread."""

    def __init__(self, *, to: int) -> None:
        self.to = to
        self.cuts = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self._waiting = selectors.DefaultSelector()
        self._waiting.register(self._listening, selectors.EVENT_READ)
        self._other: dict[socket.socket, socket.socket] = {}
        self._lock = threading.Lock()
        self._open = True
        self._thread = threading.Thread(target=self._hand_on, daemon=True)
        self._thread.start()

    def cut(self) -> bool:
        """End every connection; returns whether there was one."""
        with self._lock:
            ends = list(self._other)
            for end in ends:
                self._drop(end)
            self.cuts += bool(ends)
        return bool(ends)

    def close(self) -> None:
        """End the line for good."""
        self._open = False
        self._thread.join(timeout=5)
        self.cut()
        self._listening.close()

    def _hand_on(self) -> None:
        while self._open:
            for key, _ in self._waiting.select(timeout=0.2):
                with self._lock:
                    self._serve(key.fileobj)  # type: ignore[arg-type]

    def _serve(self, end: socket.socket) -> None:
        if end is self._listening:
            self._connect()
        elif end in self._other:
            try:
                data = end.recv(65536)
                if data:
                    self._other[end].sendall(data)
                    return
            except OSError:
                pass
            self._drop(end)

    def _connect(self) -> None:
        near, _ = self._listening.accept()
        try:
            far = socket.create_connection(("127.0.0.1", self.to), timeout=2)
        except OSError:
            near.close()
            return
        for end, other in ((near, far), (far, near)):
            self._other[end] = other
            self._waiting.register(end, selectors.EVENT_READ)

    def _drop(self, end: socket.socket) -> None:
        """End a connection on both sides."""
        for one in (end, self._other.get(end)):
            if one is not None and self._other.pop(one, None) is not None:
                with contextlib.suppress(KeyError):
                    self._waiting.unregister(one)
                with contextlib.suppress(OSError):
                    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                one.close()
