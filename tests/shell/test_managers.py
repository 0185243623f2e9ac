"""A manager's requests on the demonstration, as typed."""

from decimal import Decimal
from pathlib import Path

import pytest

from engine.shell.demo import lay_out
from tests.shell.cli import Ran, run

SMALLER = "ALD-TAX-2"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("alder") / "demo"
    lay_out(folder)
    return folder


@pytest.fixture
def rebalance(demo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> "Rebalance":
    return Rebalance(demo, capsys, monkeypatch)


class Rebalance:
    """Runs `guardband rebalance` on the demonstration."""

    def __init__(
        self, demo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.demo, self.capsys, self.monkeypatch = demo, capsys, monkeypatch

    def __call__(self, *words: object) -> Ran:
        return run(self.capsys, self.monkeypatch, "rebalance", "--book", self.demo, *words)


def test_cash_is_raised_by_a_day_with_the_words_unquoted(rebalance: Rebalance) -> None:
    ran = rebalance("--raise", "20000", "USD", "by", "2018-06-01", "-a", SMALLER, "--format", "json")
    answer = ran.answer
    assert answer["intent"] == "raise 20,000 in cash by 2018-06-01"
    asked = answer["asked"][0]
    assert (asked["kept"], asked["bound"]) == (True, "at least")
    assert Decimal(asked["reached"]) >= 20000
    assert {row["side"] for row in answer["trades"]} == {"sell"}
    assert answer["gate"]["decision"] in ("pass", "warn")
    assert any("the cash is there on 2018-02-12" in note for note in answer["notes"])


def test_the_text_says_what_was_asked_and_what_is_reached(rebalance: Rebalance) -> None:
    ran = rebalance("--invest", "3000 USD", "--lock", "T0006", "-a", SMALLER)
    assert "asked: invest 3,000 of cash; keep T0006" in ran.out
    assert "of 3,000.00 asked for" in ran.out


def test_a_transition_stays_within_its_budget(rebalance: Rebalance) -> None:
    ran = rebalance("--transition", "--max-gain", "1000", "USD", "-a", SMALLER, "--format", "json")
    recognized = ran.answer["asked"][0]
    assert recognized["what"] == "gains recognized"
    assert Decimal(recognized["reached"]) <= 1000
    assert ran.answer["trades"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--raise", "5", "--invest", "3"), "are two requests"),
        (("--raise", "50000", "EUR"), "`EUR` is no part of an amount"),
        (("--raise", "much"), "`much` is not an amount of money"),
        (("--raise", "-5"), "is not a positive amount"),
        (("--raise", "5", "by", "2018-02-07"), "is before the book's day"),
        (("--raise", "5", "by"), "`by` without a date"),
        (("--invest", "5", "by", "2018-12-01"), "only cash that is raised has a day"),
        (("--max-gain", "5 EUR"), "is not in USD"),
        (("--max-tracking-error", "2x"), "`2x` is not a share between 0% and 100%"),
        (("--max-tracking-error", "100%"), "`100%` is not a share between 0% and 100%"),
        (("--max-tracking-error", "2%"), "the book has no risk model"),
        (("--lock", "T9999"), "there is no open lot `T9999`"),
        (("--only", "harvest", "--to", "edge"), "only a rebalance comes back to a target"),
    ],
)
def test_what_cannot_be_meant_is_said_and_nothing_is_printed(
    rebalance: Rebalance, words: tuple[str, ...], told: str
) -> None:
    ran = rebalance(*words)
    assert (ran.status, ran.out) == (2, "")
    assert told in ran.err
    assert "cure: " in ran.err


def test_why_parts_of_all_trades_add_up_to_the_cent(
    demo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("why", "--book", demo, "--transition", "-a", SMALLER)
    answer = run(capsys, monkeypatch, *words, "--format", "json").answer
    assert answer["schema"] == "guardband/why/1"
    parts = sum(Decimal(part["amount"]) for row in answer["trades"] for part in row["parts"])
    assert parts == Decimal(answer["total"])
    assert parts == Decimal(answer["doing_nothing"]) - Decimal(answer["with_the_list"])
    text = run(capsys, monkeypatch, *words, answer["trades"][0]["symbol"]).out
    assert "the list is worth" in text
    assert "worse without it by" in text


def test_why_not_names_what_stops_it(
    demo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = run(capsys, monkeypatch, "why-not", "PM", "--book", demo, "--transition", "-a", SMALLER)
    assert "IPS-6.2" in ran.out
    unknown = run(capsys, monkeypatch, "why-not", "NIX", "--book", demo)
    assert (unknown.status, unknown.out) == (2, "")
    assert "there is no security `NIX`" in unknown.err


def test_repair_answers_with_the_keys_of_a_proposal_and_what_it_changed(
    demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    given, out = tmp_path / "given.csv", tmp_path / "repaired.csv"
    given.write_text("account,side,symbol,quantity\nALD-TAX-2,buy,WMT,20\nALD-TAX-2,buy,PM,5\n")
    ran = run(capsys, monkeypatch, "repair", "--book", demo, "-t", given, "-o", out, "--format", "json")
    answer = ran.answer
    assert answer["schema"] == "guardband/repair/1"
    for key in ("trades", "objective", "gap", "rounds", "binding", "conflict", "gate", "before", "after"):
        assert key in answer
    assert [(row["symbol"], row["to"]) for row in answer["changes"]] == [("PM", "0")]
    assert "IPS-6.2" in answer["changes"][0]["rules"]
    assert run(capsys, monkeypatch, "gate", "--book", demo, "--trades", out).status == 0
    told = run(capsys, monkeypatch, "repair", "--book", demo, "-t", given).out
    assert told.startswith("optimal: the nearest list to the one given that the gate passes (1 trade;")
    assert "gap" not in told, "a repair is measured by how near it is"
