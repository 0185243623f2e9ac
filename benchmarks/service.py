"""How many lists a second the service judges on loopback, and how long a client waits.

    python -m benchmarks.service [--seconds 10] [--clients 1 8 64] [--workers 2] [--memory 0]

The demonstration's book is imported into a new SQLite database and served by `guardband serve`; clients
keep their connections, and each sends its next list when it has its answer. Every list is judged whole:
rules engine, reference evaluator and explanation; the lists differ in symbol, side and size. Told are
requests per second, median and 99th percentile, answers that were no answer, the processor time of the
service for each list (which other work on the machine does not change), the load of the machine, and with
`--memory N` what the workers and their engines hold after every tenth part of N requests.
"""

import argparse
import asyncio
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from engine.shell.demo import lay_out
from engine.shell.log.chain import Author
from engine.shell.publishing.people import add_user
from engine.shell.service.running.start import served_database
from engine.shell.store.connect import open_store

SYMBOLS = ("KO", "XOM", "PG", "JNJ", "MSFT", "PFE", "T", "VZ", "IBM", "CVX")
ACCOUNT = "ALD-TAX-1"
START_SECONDS = 120


@dataclass
class Round:
    """What some clients measured."""

    seconds: list[float] = field(default_factory=list)
    errors: int = 0


def request(number: int, key: str) -> bytes:
    """Return one list to be judged, as it goes over the line."""
    symbol = SYMBOLS[number % len(SYMBOLS)]
    side = ("buy", "sell")[number // len(SYMBOLS) % 2]
    size = 1 + number % 7
    trade = f'{{"account":"{ACCOUNT}","side":"{side}","symbol":"{symbol}","quantity":"{size}"}}'
    body = f'{{"trades":[{trade}]}}'.encode()
    head = f"POST /v1/gate HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def client(port: int, key: str, numbers: Iterator[int], until: float, most: int, told: Round) -> None:
    """Send lists one after the other until the time is over or enough are done."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        while time.perf_counter() < until and len(told.seconds) + told.errors < most:
            began = time.perf_counter()
            writer.write(request(next(numbers), key))
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head)
            body = await reader.readexactly(int(length[1]) if length else 0)
            if head.startswith(b"HTTP/1.1 200") and b'"decision"' in body:
                told.seconds.append(time.perf_counter() - began)
            else:
                told.errors += 1
    except (OSError, asyncio.IncompleteReadError):
        told.errors += 1
    finally:
        writer.close()


async def measured(port: int, key: str, clients: int, seconds: float, most: int = 10**9) -> Round:
    told, numbers = Round(), count()
    until = time.perf_counter() + seconds
    await asyncio.gather(*(client(port, key, numbers, until, most, told) for _ in range(clients)))
    return told


@contextmanager
def serving(address: str, workers: int) -> Iterator[tuple[int, int]]:
    """Give the port and the process of a service."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [sys.executable, "-m", "engine.shell.main", "serve", "--book", address, "--port", str(port)]
    words += ["--workers", str(workers), "--rate", "0"]
    process = subprocess.Popen(words, stderr=subprocess.DEVNULL)
    try:
        _wait(port, process)
        yield port, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        assert process.poll() is None, "the service started"
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError("the service does not listen")


def family_of(root: int) -> set[int]:
    """Return a process and all that it started."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    family = {root}
    while more := {child for child, parent in parents.items() if parent in family} - family:
        family |= more
    return family


def held_megabytes(root: int) -> float:
    """Return the memory that a process and all that it started hold, in MB of 10^6 bytes."""
    pages = 0
    for one in family_of(root):
        try:
            pages += int(Path(f"/proc/{one}/statm").read_text().split()[1])
        except OSError:
            continue
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def used_seconds(root: int) -> float:
    """Return the processor time that a process and all that it started have used."""
    ticks = 0
    for one in family_of(root):
        try:
            told = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += int(told[11]) + int(told[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def told_line(clients: int, found: Round, seconds: float, used: float) -> str:
    done = sorted(found.seconds)
    if not done:
        return f"{clients:>7}  no answer, {found.errors} errors"
    last = done[min(len(done) - 1, int(len(done) * 0.99))]
    median = statistics.median(done)
    rate = len(done) / seconds
    waits = f"{median * 1000:>11.0f}{last * 1000:>11.0f}"
    return f"{clients:>7}{len(done):>10}{rate:>10.1f}{waits}{used / len(done) * 1000:>13.1f}{found.errors:>8}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 8, 64])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--memory", type=int, default=0, help="requests over which memory is watched")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        lay_out(Path(folder) / "book")
        address = served_database(str(Path(folder) / "book"))
        with open_store(address) as store, store.writing() as session:
            author = Author(person="Ada", now=datetime.now(UTC))
            add_user(session, author, name="Ada", role="administrator")
            key = add_user(session, author, name="Max", role="manager").key
        with serving(address, asked.workers) as (port, process):
            asyncio.run(measured(port, key, 8, 10 + asked.seconds / 2))  # every worker opens its book
            print(f"{asked.workers} workers on {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
            print("clients  requests  a second  median ms     p99 ms  cpu ms each  errors")
            for clients in asked.clients:
                began, before = time.perf_counter(), used_seconds(process)
                found = asyncio.run(measured(port, key, clients, asked.seconds))
                seconds = time.perf_counter() - began
                print(told_line(clients, found, seconds, used_seconds(process) - before), flush=True)
            part = asked.memory // 10
            for number in range(10 if part else 0):
                found = asyncio.run(measured(port, key, 8, 1e9, part))
                held = held_megabytes(process)
                print(
                    f"{(number + 1) * part:>9} requests  {held:>8.1f} MB  {found.errors} errors", flush=True
                )


if __name__ == "__main__":
    main()
