"""A whole day by the commands of docs/day.md, against a broker in a process of its own.

pytest tests/day                 a few orders on five companies
pytest tests/day --long -s       the demonstration as it stands; prints the story
"""

import csv
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine.shell import work
from engine.shell.demo import demo_folder
from tests.day import custodian, page, small
from tests.docs import pages
from tests.orders.conftest import Broker, plain_engine
from tests.shell.cli import Ran, run

BOOK = "sqlite:///firm.db"
SELF, SPOUSE, IRA = "ALD-TAX-1", "ALD-TAX-2", "ALD-IRA-1"
Answer = dict[str, Any]


@dataclass
class Day:
    """The day so far: what ran, what it printed, and the counterparty."""

    run: Callable[..., Ran]
    folder: Path
    broker: Broker
    story: list[str] = field(default_factory=list)
    kept: dict[str, Path] = field(default_factory=dict)
    start: custodian.Positions = field(default_factory=dict)

    def answer(self, *words: str) -> Answer:
        """What a command tells a program, on the day's book."""
        return self.run(*words, "--book", BOOK, "--format", "json").answer

    def executed(self) -> dict[str, custodian.Executed]:
        return custodian.executed(self.broker.journal("said"))

    def orders(self) -> list[Answer]:
        return list(self.answer("orders", "list")["orders"])

    def wanted(self) -> dict[tuple[str, str], Counter[str]]:
        """The shares that each account wants, by side and security, as the list has them."""
        found: dict[tuple[str, str], Counter[str]] = {}
        for row in listed(self.folder / "trades.csv"):
            found.setdefault((row["side"], row["symbol"]), Counter())[row["account"]] += int(row["quantity"])
        return found

    def at_the_custodian(self) -> custodian.Positions:
        """The evening's positions, by the custodian's own books."""
        return custodian.after(self.start, self.executed().values(), self.wanted())


def play(day: Day, *, leaving_out: tuple[str, ...] = (), figures: bool) -> None:
    """Run the page's commands in order; `figures`: what the page says they tell is compared as well."""
    for step in page.steps():
        day.story.append(f"\n== {step.title}")
        printed = "".join(do(day, line) for line in step.commands if not line.startswith(leaving_out))
        if figures:
            missing = pages.untold(step.told, printed)
            assert missing is None, f"{step.title}: the page says `{missing}`, not so:\n{printed[-3000:]}"
        if step.title in AFTER:
            AFTER[step.title](day)


def do(day: Day, line: str) -> str:
    """Run one line of the page as a shell would; returns what it printed."""
    words = page.words(line)
    day.story.append(f"\n$ {line}")
    if words[0] == "echo":
        with (day.folder / words[3]).open("a", encoding="utf-8") as file:
            file.write(words[1] + "\n")
        return ""
    assert words[0] == "guardband", line
    if words[1:3] == ("orders", "reconcile"):
        settle(day)
    told = day.run(*words[1:])
    day.story += [f"    {row}" for row in shortened((told.out + told.err).splitlines())]
    if pages.status_of(line) == 2:
        assert told.status == 2, told
    else:
        assert told.status == status_of(words), (line, told.out[-2000:], told.err)
        assert "Traceback" not in told.err
    return told.out + told.err


def status_of(words: tuple[str, ...]) -> int:
    """Return the exit status that a command of the day has: 1 for an alert, and for a list to be approved."""
    return int(words[1] == "monitor" or (words[1] == "gate" and "trades.csv" in words))


def shortened(rows: list[str], most: int = 14) -> list[str]:
    return rows if len(rows) <= most else [*rows[:most], f"… {len(rows) - most} lines more"]


# ------------------------------------------------------------------ what holds after each part


def alerted(day: Day) -> None:
    found = day.answer("monitor", "alerts")["alerts"]
    assert {row["account"] for row in found if row["kind"] == "drift"} == {SELF}
    (due,) = [row for row in found if row["kind"] == "rebalance"]
    assert due["account"] == SELF


def proposed(day: Day) -> None:
    rows = listed(day.folder / "trades.csv")
    assert {row["account"] for row in rows} == {SELF}
    assert "T0605" not in {row["lot"] for row in rows}, "a loss that waits for approval is not proposed"
    with_buys = {(row["side"], row["symbol"]) for row in rows}
    assert {("sell", "XOM"), ("buy", "GM")} <= with_buys


def approved(day: Day) -> None:
    assert not day.orders(), "nothing goes out before the approval"
    assert not (day.broker.folder / "journal.jsonl").read_text(), "the broker has heard nothing"
    day.start = custodian.before(day.folder / "household")


def sent(day: Day) -> None:
    heard = Counter(row["fields"]["11"] for row in day.broker.journal("heard"))
    rows = {row["order"]: row for row in day.orders()}
    assert heard.keys() == rows.keys()
    assert set(heard.values()) == {1}, "an order came twice"
    assert not came_again(day)
    wanted = {key: by.total() for key, by in day.wanted().items()}
    assert {(row["side"], row["symbol"]): int(row["quantity"]) for row in rows.values()} == wanted
    filled_as_executed(day, list(rows.values()))
    shared_out(day, list(rows.values()))


def filled_as_executed(day: Day, rows: list[Answer]) -> None:
    done = day.executed()
    ours = {
        fill["reference"]: (row["order"], Decimal(fill["quantity"]), Decimal(fill["price"]))
        for row in rows
        for fill in row["fills"]
    }
    theirs = {name: (row.order, row.quantity, row.price) for name, row in done.items()}
    assert {(o, q, p) for o, q, p in ours.values()} == set(theirs.values())
    assert len(ours) == len(theirs)
    states = Counter(row["state"] for row in rows)
    assert states == {"filled": len(rows) - 2, "rejected": 1, "cancelled": 1}
    parts = Counter(row.order for row in done.values())
    assert max(parts.values()) == 2, "orders are filled in parts"
    (exxon,) = [row for row in rows if row["symbol"] == "XOM"]
    assert sorted(fill["price"] for fill in exxon["fills"]) == ["76.05", "76.08"]
    assert exxon["void"], "the corrected fill is named"


def came_again(day: Day) -> list[Answer]:
    """The orders that came a second time and did not say that they might."""
    return [row["fields"] for row in day.broker.journal("again") if row["fields"].get("43") != "Y"]


def shared_out(day: Day, rows: list[Answer]) -> None:
    """A third of the block of JPM was done: each account has its share of it, at the average price."""
    (bank,) = [row for row in rows if row["symbol"] == "JPM"]
    wanted = day.wanted()["buy", "JPM"]
    assert {SPOUSE, IRA} <= wanted.keys(), "the block is for several accounts"
    total = wanted.total()
    assert int(bank["filled"]) == total // 3
    got = {row["account"]: int(row["quantity"]) for row in bank["allocated"]}
    assert sum(got.values()) == total // 3
    money = Decimal(bank["money"])
    assert sum(Decimal(row["amount"]) for row in bank["allocated"]) == money
    for row in bank["allocated"]:
        assert abs(got[row["account"]] - total // 3 * wanted[row["account"]] / total) < 1
        assert abs(Decimal(row["amount"]) - money * got[row["account"]] / (total // 3)) < Decimal("0.01")


def left(day: Day) -> None:
    rows = {(row["account"], row["symbol"]): int(row["quantity"]) for row in listed(day.folder / "rest.csv")}
    (bank,) = [row for row in day.orders() if row["symbol"] == "JPM"]
    got = {row["account"]: int(row["quantity"]) for row in bank["allocated"]}
    wanted = day.wanted()
    assert rows.pop((SELF, "GM")) == wanted["buy", "GM"][SELF]
    assert rows == {
        (account, "JPM"): size - got.get(account, 0) for account, size in wanted["buy", "JPM"].items()
    }


def washed(day: Day) -> None:
    answer = day.answer("lots")
    (sale,) = [row for row in answer["disposals"] if row["lot"] == "T0605"]
    fills = [row for row in day.executed().values() if row.symbol == "T"]
    size = sum((row.quantity for row in fills), Decimal(0))
    money = sum((row.quantity * row.price for row in fills), Decimal(0))
    loss = Decimal("41.88") * 53 - money * 53 / size
    (other,) = [row for row in answer["open_lots"] if row["lot"] == "R0001"]
    assert abs(-Decimal(sale["gain"]) - loss) < Decimal("0.01")
    disallowed = Decimal(sale["disallowed"])
    assert abs(disallowed - loss * 10 / 53) < Decimal("0.01")
    assert Decimal(sale["recognized"]) == Decimal(sale["gain"]) + disallowed
    assert Decimal(other["basis"]) == 374 + disallowed
    assert (other["account"], other["acquired"], other["adjusted_acquired"]) == (
        SPOUSE,
        "2018-02-01",
        "2017-02-28",
    )
    lots_are_those_named(day, answer)


def lots_are_those_named(day: Day, answer: Answer) -> None:
    """Every sale took its shares from the lots that the list named."""
    named: Counter[str] = Counter()
    for row in listed(day.folder / "trades.csv"):
        if row["side"] == "sell":
            named[row["lot"]] += int(row["quantity"])
    taken: Counter[str] = Counter()
    for row in answer["disposals"]:
        if row["sale"].startswith("GB"):
            taken[row["lot"]] += int(row["quantity"])
    assert taken == named


def well_formed(day: Day) -> None:
    """By the broker's own log: every message has its length and checksum right, and none was turned away."""
    (log,) = (day.broker.folder / "log").glob("FIX*.messages.current.log")
    messages = [line[line.index(b"8=FIX") :] for line in log.read_bytes().splitlines() if b"8=FIX" in line]
    assert len(messages) > 10
    for message in messages:
        head, _, check = message.rpartition(b"10=")
        assert int(check.strip(b"\x01")) == sum(head) % 256, message
        _, length, body = head.split(b"\x01", 2)
        assert length == b"9=%d" % len(body), message
    kinds = {message.split(b"\x0135=")[1].split(b"\x01")[0] for message in messages}
    assert {b"A", b"D", b"8"} <= kinds
    assert kinds.isdisjoint({b"3", b"j"}), "the broker turned a message away"


def settle(day: Day) -> None:
    """The custodian settles what the broker did and sends its positions."""
    custodian.write(day.folder / "custodian.csv", day.at_the_custodian())


def reconciled(day: Day) -> None:
    """The same file with one share and one cent less does not agree."""
    held = day.at_the_custodian()
    held[SELF, "XOM"] -= 1
    held[SELF, "CASH"] -= Decimal("0.01")
    custodian.write(day.folder / "off.csv", held)
    told = day.run("orders", "reconcile", "--positions", "off.csv", "--book", BOOK, "--format", "json")
    assert told.status == 1
    assert {(row["account"], row["symbol"], row["difference"]) for row in told.answer["breaks"]} == {
        (SELF, "XOM", "-1"),
        (SELF, "CASH", "-0.01"),
    }


def reported(day: Day) -> None:
    text = (day.folder / "review.html").read_text(encoding="utf-8")
    assert "The Alders, 8 February 2018" in text
    assert day.run("orders", "receive", "--fix", "desk.cfg", "--wait", "1", "--book", BOOK).status == 0
    assert not came_again(day), "the session taken up again sends nothing again"


AFTER: Mapping[str, Callable[[Day], None]] = {
    "1 Alert": alerted,
    "2 Proposal": proposed,
    "4 Approval": approved,
    "5 Orders": sent,
    "6 What was not done": left,
    "7 Lots": washed,
    "8 Reconciliation": reconciled,
    "9 Report": reported,
}


def listed(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# ------------------------------------------------------------------ the two sizes


def the_broker(broker: Callable[..., Broker], *, pause: float = 0) -> Broker:
    """Start the broker of the page: real prices, one reject, one correction, one order done in part.

    pause: seconds before each fill.
    """
    rows = listed(demo_folder() / "prices.csv")
    prices = {row["symbol"]: row["price"] for row in rows if row["date"] == small.DAY}
    day = small.DAY.replace("-", "")
    return broker(day=day, prices=prices, reject=["GM"], correct=["XOM"], part=["JPM"], pause=pause)


@pytest.fixture
def day(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
    broker: Callable[..., Broker],
) -> Iterator[Day]:
    monkeypatch.chdir(tmp_path)
    other = the_broker(broker)
    assert other.settings() == tmp_path / "desk.cfg"
    made = Day(run=lambda *words: run(capsys, monkeypatch, *words), folder=tmp_path, broker=other)
    yield made
    if request.config.getoption("capture") == "no":
        with capsys.disabled():
            print("\n".join(made.story))


def test_a_day_on_five_companies(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "engine", plain_engine)
    small.lay_out(day.folder / "household")
    play(day, leaving_out=("guardband demo",), figures=False)
    well_formed(day)


@pytest.mark.long
def test_the_day_of_the_demonstration_tells_what_its_page_says(day: Day) -> None:
    play(day, figures=True)
    well_formed(day)


def test_the_page_has_every_part_of_the_day() -> None:
    titles = [step.title for step in page.steps()]
    assert set(AFTER) <= set(titles), "each part is looked at"
    assert titles[0] == "The book"
    assert [title[0] for title in titles[1:]] == list("123456789")
