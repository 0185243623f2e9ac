"""Places between our counting and the editor's, in every encoding; and the command without its extra."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsl.policy import Span
from engine.shell.lsp.places import Places
from tests.shell.cli import run


def span(line: int, column: int, end_line: int, end_column: int) -> Span:
    return Span(file="x", line=line, column=column, end_line=end_line, end_column=end_column)


@pytest.mark.parametrize(("encoding", "character"), [("utf-16", 3), ("utf-32", 2), ("utf-8", 5)])
def test_a_sign_outside_the_basic_plane_takes_as_many_units_as_the_encoding_gives_it(
    encoding: str, character: int
) -> None:
    places = Places("a𝄞b", encoding)
    assert places.span(span(1, 3, 1, 4)) == ((0, character), (0, character + 1))
    assert places.offset_of(0, character) == 2


@pytest.mark.parametrize(
    ("text", "ours", "theirs"),
    [
        ("one\ntwo", (2, 1), (1, 0)),
        ("one\r\ntwo", (2, 1), (1, 0)),
        ("one\rtwo", (1, 5), (1, 0)),  # to us one line, to the editor two
        ("one\x0btwo", (1, 5), (0, 4)),  # to both one line
        ("one\u2028two", (1, 5), (0, 4)),
    ],
)
def test_line_ends(text: str, ours: tuple[int, int], theirs: tuple[int, int]) -> None:
    places = Places(text)
    assert places.editors(places.offset(*ours)) == theirs
    assert places.offset_of(*theirs) == text.index("two")


def test_places_past_the_end_are_the_end() -> None:
    places = Places("one\ntwo\n")
    assert places.offset(99, 1) == 8
    assert places.offset_of(99, 0) == 8
    assert places.offset_of(0, 99) == 3
    assert places.span(span(2, 1, 99, 99)) == ((1, 0), (2, 0))


@given(
    text=st.text(alphabet="a\n\r𝄞é\u2028", max_size=30),
    encoding=st.sampled_from(["utf-8", "utf-16", "utf-32"]),
)
def test_every_offset_comes_back(text: str, encoding: str) -> None:
    places = Places(text, encoding)
    for offset in range(len(text) + 1):
        back = places.offset_of(*places.editors(offset))
        inside_an_end = text[offset - 1 : offset + 1] == "\r\n"
        assert back == (offset - 1 if inside_an_end else offset)


def test_without_its_extra_the_command_says_how_to_get_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [
        name for name in sys.modules if name.startswith(("engine.shell.lsp", "lsprotocol", "pygls"))
    ]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "lsprotocol", None)
    told = run(capsys, monkeypatch, "lsp")
    assert (told.status, told.out) == (2, "")
    assert 'cure: pip install "guardband[lsp]"' in told.err
