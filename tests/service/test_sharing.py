"""Workers share the connections of one socket, and their answers go out at once."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from engine.shell.service.running.sharing import SharingLoop

CLIENTS = 16
PATIENCE = 10.0


class Busy(asyncio.Protocol):
    """A worker that looks after each connection for a while, and ends when the client does."""

    def __init__(self, taken: list[bool]) -> None:
        self.taken = taken

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        told = transport.get_extra_info("socket")
        self.taken.append(bool(told.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)))
        time.sleep(0.02)


def work(queue: socket.socket, taken: list[bool], until: threading.Event) -> None:
    """Take connections as one worker until told to end; each is noted with whether it answers at once."""

    async def serve() -> None:
        server = await asyncio.get_running_loop().create_server(lambda: Busy(taken), sock=queue)
        while not until.is_set():
            await asyncio.sleep(0.01)
        server.close()
        await asyncio.sleep(0.1)  # the clients are gone; their connections end

    with asyncio.Runner(loop_factory=SharingLoop) as runner:
        runner.run(serve())


@contextmanager
def working(queue: socket.socket, shares: tuple[list[bool], ...]) -> Iterator[None]:
    until = threading.Event()
    workers = [threading.Thread(target=work, args=(queue.dup(), taken, until)) for taken in shares]
    for worker in workers:
        worker.start()
    try:
        yield
    finally:
        until.set()
        for worker in workers:
            worker.join()


def wait_for(count: int, shares: tuple[list[bool], ...]) -> None:
    deadline = time.monotonic() + PATIENCE
    while sum(map(len, shares)) < count and time.monotonic() < deadline:
        time.sleep(0.01)
    assert sum(map(len, shares)) == count


def test_clients_that_come_at_once_are_shared() -> None:
    shares: tuple[list[bool], ...] = ([], [])
    with socket.create_server(("127.0.0.1", 0), backlog=CLIENTS) as queue, ExitStack() as clients:
        for _ in range(CLIENTS):
            clients.enter_context(socket.create_connection(queue.getsockname(), timeout=PATIENCE))
        with working(queue, shares):
            wait_for(CLIENTS, shares)
            clients.close()
    assert min(map(len, shares)) >= CLIENTS // 4


def test_a_worker_sends_the_parts_of_an_answer_without_waiting() -> None:
    shares: tuple[list[bool], ...] = ([],)
    with socket.socket() as queue:
        queue.bind(("127.0.0.1", 0))
        with working(queue, shares), ExitStack() as clients:
            deadline = time.monotonic() + PATIENCE
            while not shares[0] and time.monotonic() < deadline:
                try:
                    clients.enter_context(socket.create_connection(queue.getsockname(), timeout=PATIENCE))
                except ConnectionRefusedError:
                    time.sleep(0.01)
                else:
                    wait_for(1, shares)
    assert shares == ([True],)
