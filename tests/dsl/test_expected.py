"""What was expected is told in the author's words, also for keywords named like a kind of word."""

import pytest

from dsl.parse import parse

HEAD = 'policy "X"\n  id x.y\n  version 1.0.0\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HEAD + "\nuse firm.base 7.0.0\n", "expected `version`"),
        (HEAD + "  curency USD\n", "expected the end of the file or another line of the header"),
        (HEAD + '\nexample "e"\n  given 2026-03-10\n', "`date`"),
    ],
)
def test_a_keyword_is_told_as_the_word_it_is(text: str, told: str) -> None:
    (slip, *_) = parse(text, file="x.mandate").diagnostics
    assert told in slip.label
    assert "__" not in slip.label
