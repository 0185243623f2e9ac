"""The one table of benchmarks: every part beside every peer at a tiny size, and what its page tells."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks import __main__ as whole
from benchmarks import gate_world
from benchmarks import ledger as histories
from benchmarks.invented import account
from benchmarks.parts import batch, gate, language, ledger, optimizer
from benchmarks.parts.sizes import TINY
from benchmarks.table import Row, absent, beside, figure, markdown, text
from tests.shared import ROOT

ENGINES = {"cedarpy", "zen-engine", "rule-engine", "cel-python", "durable-rules, plain"}
PEERS = {
    "gate": ENGINES,
    "optimizer": {"cvxpy, Clarabel", "PuLP, CBC", "SCIP"},
    "ledger": {"plain FIFO, fractions.Fraction"},
    "language": ENGINES - {"durable-rules, plain"},
    "batch": {"a shell loop, one by one", "cvxpy, Clarabel"},
}
PARTS = {"gate": gate, "optimizer": optimizer, "ledger": ledger, "language": language, "batch": batch}


@pytest.mark.parametrize("part", PARTS)
def test_each_part_stands_beside_each_of_its_peers(part: str) -> None:
    rows = PARTS[part].rows(TINY)
    assert {row.peer for row in rows} == PEERS[part]
    for row in rows:
        assert row.part == part
        assert row.ours > 0
        assert row.work
        if row.theirs is None:
            assert row.apart.startswith("not installed: pip install"), row
        else:
            assert row.theirs > 0, row


def test_the_command_writes_one_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "table.md"
    monkeypatch.setattr(whole, "SMALL", TINY)
    whole.main(["ledger", "language", "--write", str(out)])
    told = capsys.readouterr().out
    written = out.read_text(encoding="utf-8")
    assert told.splitlines()[:2] == written.splitlines()[:2] == [whole.UNITS, whole.machine()]
    assert written.count("\n|---") == 1, "one table"
    for row in ("plain FIFO, fractions.Fraction", "rule-engine"):
        assert row in told
        assert row in written


def test_every_part_is_in_the_command_and_no_other_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    assert set(whole.PARTS) == set(PARTS)
    with pytest.raises(SystemExit):
        whole.main(["gates"])
    assert "there is no part gates" in capsys.readouterr().err


def test_a_peer_that_is_not_installed_is_told_with_the_command_that_installs_it() -> None:
    def run() -> tuple[float, str]:
        import engine_that_nobody_wrote  # type: ignore[import-not-found]  # noqa: F401

        return 1.0, ""

    row = beside(part="gate", work="one trade", ours=2.0, peer="other", install="other>=4", run=run)
    assert row == absent("gate", "one trade", 2.0, "other", "other>=4")
    assert row.ratio is None
    assert "pip install 'other>=4'" in text([row])
    assert "| other | - | - | not installed: pip install 'other>=4' |" in markdown([row])


def test_what_several_peers_leave_out_is_said_once_in_the_terminal() -> None:
    first = Row(part="gate", work="one trade", ours=9.0, peer="a", theirs=4.5, apart="no reasons")
    told = text([first, replace(first, peer="b", theirs=18.0), replace(first, peer="c", apart="no lots")])
    assert told.splitlines() == [
        "GATE  one trade",
        "  ours                                 9.00 ms",
        "  a                                    4.50 ms   ours/peer    2.00",
        "  b                                    18.0 ms   ours/peer   0.500",
        "      no reasons",
        "  c                                    4.50 ms   ours/peer    2.00",
        "      no lots",
    ]


@pytest.mark.parametrize(
    ("value", "told"), [(None, "-"), (0.0123, "0.012"), (1.234, "1.23"), (12.34, "12.3"), (12345.6, "12,346")]
)
def test_figures_are_told_to_three_digits(value: float | None, told: str) -> None:
    assert figure(value) == told


def test_an_answer_below_the_smallest_ticket_counts_as_none() -> None:
    model, _ = account(20, 0)
    least = np.minimum(model.positions.buy_least, model.positions.buy_most)
    which = int(np.argmax(least))
    none = np.zeros(model.positions.count + model.lots.count)
    small = none.copy()
    small[which] = least[which] / 2
    assert least[which] > 2 * optimizer.TOLERANCE
    assert not optimizer.is_allowed(model, small)


def test_the_gain_of_the_plain_pass_is_ours_once_wash_sales_are_taken_out() -> None:
    made = histories.history(300, histories.STEADY)
    found = histories.replayed(made, made[-1].date)
    assert any(row.disallowed for row in found.disposals), "a history with wash sales"
    assert ledger.unexplained(found, made) == 0
    lacking = [row for row in made if row.id != found.disposals[0].sale]
    assert ledger.unexplained(found, lacking) != 0


def test_a_verdict_that_differs_stops_the_run() -> None:
    world = gate.world()
    one: Callable[[list[int], list[int]], list[bool]] = lambda sums, bounds: [True] * len(sums)  # noqa: E731
    listed = gate_world.trades(1)
    assert world.said(one, listed) != [
        held <= bound for held, bound in zip(world.before, world.bounds, strict=True)
    ]


def test_the_page_holds_a_whole_table() -> None:
    page = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    table = page.partition("## The one table")[2].partition("\n## ")[0]
    rows = [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in table.splitlines()
        if line.startswith("| ")
    ]
    told = {(row[0], row[3]) for row in rows}
    assert {(part, peer) for part, peers in PEERS.items() for peer in peers} <= told
    assert all(row[6] for row in rows), "each says what the peer does not do"
