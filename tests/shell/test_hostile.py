"""Hostile files at the command line: refused with a reason and the right exit status, never a traceback.

GUARDBAND_RULES=10000 python -m pytest tests/shell/test_hostile.py --long     the large file, timed
"""

import os
import random
import time
from pathlib import Path

import pytest

from benchmarks.language import mandate
from tests.rule_kinds.cases import FILES
from tests.shell.cli import Ran, run

HEADER = FILES[1].read_text(encoding="utf-8").split("rule K-01")[0]
RULE = 'rule A-1 "t"\n  {body}\n  because plan "1"\n'
LISTED = (
    HEADER
    + 'list r from "{path}" sha256 "abcd"\n'
    + RULE.format(body="forbid buying securities where issuer is in r")
)
LIMIT = HEADER + RULE.format(body="limit weight of equities to at most 5%")
EXAMPLE = 'example "e"\n{given}  expect pass\n'
HOLDS = '  given holding "X" weight 5% with asset_class equity\n'

UNREADABLE = {
    "empty": b"",
    "blank": b" \n\t\n",
    "bytes": random.Random(1).randbytes(5000),
    "zeros": bytes(100),
    "utf-16": HEADER.encode("utf-16"),
    "one long line": b"x" * 200_000,
    "open quote": (HEADER + 'rule A-1 "' + "x" * 100_000).encode(),
    "deep brackets": (
        HEADER + "define x as holdings where " + "(" * 20_000 + "a is b" + ")" * 20_000
    ).encode(),
    "lone surrogate": HEADER.encode() + b"\xed\xa0\x80",
}
"""Files that are no mandate: `check` finds it (1), whatever needs the mandate refuses it (2)."""

WRONG = {
    "huge number": HEADER + "parameter x = " + "9" * 200_000 + "\n",
    "list outside": LISTED.format(path="../secret.csv"),
    "list at the root": LISTED.format(path="/etc/passwd"),
    "list is the folder": LISTED.format(path="."),
    "list of a long name": LISTED.format(path="a" * 5000 + ".csv"),
    "extends itself": HEADER.replace("  id kinds.k01", "  id kinds.k01\n  extends kinds.k01 version 1.0.0"),
}
"""Mandates that are well formed and wrong: `fmt` has nothing against them."""

ODD = {
    "byte order mark": "\ufeff" + LIMIT,
    "zero amounts": LIMIT
    + EXAMPLE.format(given="  given value 0 USD\n" + HOLDS + '  trade buy 0 USD of "X"\n'),
    "negative amounts": LIMIT
    + EXAMPLE.format(given="  given value -100 USD\n" + HOLDS + '  trade buy -10 USD of "X"\n'),
    "large amounts": LIMIT + EXAMPLE.format(given=HOLDS + f'  trade buy {"9" * 17} USD of "X"\n'),
    "last day": LIMIT
    + EXAMPLE.format(given="  given date 9999-12-31\n" + HOLDS + '  trade buy 1 USD of "X"\n'),
    "first day": LIMIT
    + EXAMPLE.format(given="  given date 0001-01-01\n" + HOLDS + '  trade buy 1 USD of "X"\n'),
    "no volume": HEADER
    + RULE.format(body="limit days_to_liquidate of equities to at most 5 days")
    + EXAMPLE.format(given=HOLDS.rstrip() + ', average_daily_volume 0\n  trade buy 1 USD of "X"\n'),
}
"""Mandates that are allowed to pass or to be refused, but not to break anything."""


def told(ran: Ran) -> str:
    """Return everything that a run printed; it is no traceback, and no internal error."""
    words = ran.out + ran.err
    assert "Traceback" not in words
    assert "internal error" not in words
    return words


def statuses(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, path: Path) -> list[int]:
    """Return the exit status of check, fmt, test and explain; each says something where it refuses."""
    found = []
    for words in (("check",), ("fmt", "--check"), ("test",), ("explain",)):
        ran = run(capsys, monkeypatch, *words, path)
        assert told(ran) or ran.status == 0
        if ran.status == 2:
            assert not ran.out
            assert ran.err
        found.append(ran.status)
    return found


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_file_that_is_no_mandate(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "bad.mandate"
    path.write_bytes(UNREADABLE[name])
    assert statuses(capsys, monkeypatch, path) == [1, 2, 2, 2]


@pytest.mark.parametrize("name", WRONG)
def test_a_mandate_that_is_wrong(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "secret.csv").write_text("issuer\nAcme Corp\n")
    path = tmp_path / "policies" / "bad.mandate"
    path.parent.mkdir()
    path.write_text(WRONG[name], encoding="utf-8")
    check, fmt, test, explain = statuses(capsys, monkeypatch, path)
    assert (check, test, explain) == (1, 2, 2)
    assert fmt in (0, 1)
    assert "Acme Corp" not in told(run(capsys, monkeypatch, "check", path))


@pytest.mark.parametrize("name", ODD)
def test_odd_amounts_and_days_break_nothing(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "odd.mandate"
    path.write_text(ODD[name], encoding="utf-8")
    assert max(statuses(capsys, monkeypatch, path)) <= 2


def test_a_folder_or_nothing_given_as_file(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "folder.mandate"
    folder.mkdir()
    link = tmp_path / "loop.mandate"
    link.symlink_to(link)
    for path in (folder, link, tmp_path / "absent.mandate", tmp_path / ("a" * 300 + ".mandate")):
        assert statuses(capsys, monkeypatch, path) == [2, 2, 2, 2]


def test_what_stands_beside_a_mandate_does_not_keep_it_from_being_read(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "good.mandate"
    path.write_text(LIMIT, encoding="utf-8")
    (tmp_path / "bytes.mandate").write_bytes(UNREADABLE["bytes"])
    (tmp_path / "deep.mandate").write_bytes(UNREADABLE["deep brackets"])
    assert statuses(capsys, monkeypatch, path)[0] == 0


def test_a_folder_beside_a_mandate_does_not_keep_it_from_being_read(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "good.mandate"
    path.write_text(LIMIT, encoding="utf-8")
    (tmp_path / "folder.mandate").mkdir()
    assert statuses(capsys, monkeypatch, path)[0] == 0


@pytest.mark.parametrize("seed", range(10))
def test_arbitrary_bytes_after_a_header(
    seed: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    chance = random.Random(seed)
    path = tmp_path / "bytes.mandate"
    path.write_bytes(HEADER.encode() + chance.randbytes(chance.randint(1, 400)))
    assert statuses(capsys, monkeypatch, path) == [1, 2, 2, 2]


# ------------------------------------------------------------------ large files

SMALL = 200
FACTOR = 3.0  # a guard against work that grows faster than the file, not a measurement


def _seconds_per_rule(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, path: Path, rules: int
) -> dict[str, float]:
    path.write_text(mandate(rules), encoding="utf-8")
    found = {}
    for command, expected in (("check", 0), ("fmt", 0), ("test", 0), ("explain", 0)):
        start = time.process_time()
        ran = run(capsys, monkeypatch, command, path)
        found[command] = (time.process_time() - start) / rules
        told(ran)
        assert ran.status == expected
    return found


@pytest.mark.long
def test_a_large_file_costs_no_more_per_rule_than_a_small_one(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    rules = int(os.environ.get("GUARDBAND_RULES", "10000"))
    path = tmp_path / "large.mandate"
    _seconds_per_rule(capsys, monkeypatch, path, SMALL)  # makes parser and catalogue ready
    small = _seconds_per_rule(capsys, monkeypatch, path, SMALL)
    large = _seconds_per_rule(capsys, monkeypatch, path, rules)
    print()
    for command, each in large.items():
        print(f"{command}: {small[command] * 1e6:.0f} us a rule of {SMALL}, {each * 1e6:.0f} us of {rules}")
        assert each <= FACTOR * small[command]
