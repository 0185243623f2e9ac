"""Properties of the language over sentences made from its own grammar, and over files with damage.

`GUARDBAND_SENTENCES` sets how many sentences the long run makes, `GUARDBAND_MUTATIONS` how many
damaged files.
"""

import os
import random
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.lark import from_lark

from dsl.diagnostics import Severity
from dsl.format import formatted
from dsl.parse import decode, parse
from dsl.render import all_text, github, records, sarif
from dsl.tables import build
from tests.dsl.helpers import FILES, HEADER, checked, reader, shipped_library

QUIET = (HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large)
SENTENCES = int(os.environ.get("GUARDBAND_SENTENCES", "3000"))
MUTATIONS = int(os.environ.get("GUARDBAND_MUTATIONS", "5000"))
EVERYTHING = (FILES / "everything.mandate").read_text(encoding="utf-8")
_NAMES = st.sampled_from(["holdings", "weight", "sector", "issuer.kind", "cash", "a_b", "us_equity"])
_TERMINALS = {
    "NAME": _NAMES,
    "STRING": st.text(alphabet=' §"aZé#.(', max_size=6).map(lambda t: '"' + t.replace('"', "") + '"'),
    "RULE_ID": st.sampled_from(["A-1", "IPS-4.1", "X", "FIRM_2"]),
    "DATE": st.sampled_from(["2026-01-31", "2024-02-29", "2026-02-30"]),
    "VERSION": st.sampled_from(["1.0.0", "12.3.4"]),
    "PERCENT": st.sampled_from(["5%", "0.5%", "-1%", "1,000%"]),
    "NUMBER": st.sampled_from(["5", "1,000", "0.25", "-7", "12345678901234567890"]),
    "CODE": st.sampled_from(["USD", "EUR"]),
    "ACTION": st.sampled_from(["buying", "selling", "holding"]),
    "SIDE": st.sampled_from(["buy", "sell", "short_sell"]),
    "BREACH_KIND": st.sampled_from(["active", "passive"]),
    "UNIT": st.sampled_from(["days", "business_days", "month", "points", "bps", "shares"]),
    "WS": st.sampled_from([" ", "\n", "\n\n  "]),
    "COMMENT": st.sampled_from(["# note\n", "#\n"]),
}


def _sentences() -> st.SearchStrategy[str]:
    lark = build(None, starts=["statement"])
    keywords = {
        t.name: st.just(t.pattern.value.removesuffix(r"\b").replace("\\", "") + " ")
        for t in lark.terminals
        if t.name not in _TERMINALS and t.pattern.value.endswith(r"\b")
    }
    named = {name: strategy.map(lambda text: text + " ") for name, strategy in _TERMINALS.items()}
    return from_lark(lark, start="statement", explicit={**keywords, **named})


SENTENCE = st.deferred(_sentences)


def _holds(text: str) -> None:
    parsed = parse(text, file="x")
    assert parsed.ok, [d.message for d in parsed.diagnostics]
    once = formatted(parsed)
    again = parse(once, file="x")
    assert again.tree == parsed.tree
    assert formatted(again) == once
    checked(text, library=shipped_library())


@settings(max_examples=20, deadline=None, suppress_health_check=QUIET, derandomize=True)
@given(st.lists(SENTENCE, min_size=1, max_size=3))
def test_every_sentence_of_the_grammar_is_read_printed_and_read_again(statements: list[str]) -> None:
    _holds(HEADER + "\n".join(statements))


@pytest.mark.long
@settings(max_examples=SENTENCES, deadline=None, suppress_health_check=QUIET, derandomize=True)
@given(st.lists(SENTENCE, min_size=1, max_size=4))
def test_many_sentences_of_the_grammar(statements: list[str]) -> None:
    _holds(HEADER + "\n".join(statements))


# ------------------------------------------------------------------ damage

_TOKENS = re.findall(r'"[^"\n]*"|[\w.%,-]+|\S', EVERYTHING)
_ODD = ["\x00", "\t", "\r", "\u2028", "“", "\ud800", "😀", '"', "#", "(", ")", "%", "§"]


def _damaged(chance: random.Random) -> str:
    text = EVERYTHING
    for _ in range(chance.randint(1, 6)):
        places = [(m.start(), m.end()) for m in re.finditer(r'"[^"\n]*"|[\w.%,-]+|\S|\n', text)] or [(0, 0)]
        (a, b), (c, d) = chance.choice(places), chance.choice(places)
        insert = chance.choice([*_TOKENS, *_ODD, "", text[c:d]])
        match chance.randint(0, 2):
            case 0:
                text = text[:a] + insert + text[b:]
            case 1:
                text = text[:a] + insert + " " + text[a:]
            case _:
                text = text[: min(a, c)] + text[max(b, d) :]
    return text


def _survives(text: str) -> None:
    parsed = parse(text, file="x")
    if parsed.ok:
        once = formatted(parsed)
        assert parse(once, file="x").tree == parsed.tree
        assert formatted(parse(once, file="x")) == once
    result = checked(text, library=shipped_library(), files=reader(FILES), file="x")
    assert (result.policy is None) == any(d.severity is Severity.ERROR for d in result.diagnostics)
    for diagnostic in result.diagnostics:
        lines = text.count("\n") + 1
        if diagnostic.span.file == "x":
            assert 1 <= diagnostic.span.line <= lines
            assert (diagnostic.span.line, diagnostic.span.column) <= (
                diagnostic.span.end_line,
                diagnostic.span.end_column,
            )
    all_text(result.diagnostics, {"x": text})
    records(result.diagnostics)
    sarif(result.diagnostics, version="0")
    github(result.diagnostics)


@pytest.mark.parametrize("seed", range(25))
def test_damaged_files_never_fail_otherwise_than_with_findings(seed: int) -> None:
    _survives(_damaged(random.Random(seed)))


@pytest.mark.long
def test_many_damaged_files() -> None:
    chance = random.Random(20260310)
    for _ in range(MUTATIONS):
        _survives(_damaged(chance))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.binary(max_size=200))
def test_any_bytes_are_answered(data: bytes) -> None:
    text = decode(data, file="x")
    if isinstance(text, str):
        _survives(text)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.text(max_size=200))
def test_any_text_after_a_header_is_answered(text: str) -> None:
    _survives(HEADER + text)
