"""Mutilated mandates: no question about any place of them goes wrong inside the server.

GUARDBAND_LSP_TEXTS says how many texts the long run makes; the seed is fixed.
"""

import contextlib
import os
import random
from datetime import date
from pathlib import Path

import pytest

from engine.shell.lsp import editing, examples
from engine.shell.lsp.completion import completions
from engine.shell.lsp.hover import hover
from engine.shell.lsp.reading import Reading
from tests.shared import ROOT

FOLDER = ROOT / "tests" / "dsl" / "files"
TEXT = (FOLDER / "everything.mandate").read_text(encoding="utf-8")
PIECES = (
    "",
    " ",
    "\n",
    '"',
    "#",
    "(",
    "rule ",
    "limit ",
    " of ",
    "𝄞",
    "5%",
    "because ips ",
    "é",
    "\0",
    "in ",
)


def mutilated(chance: random.Random) -> str:
    text = TEXT
    for _ in range(chance.randint(1, 3)):
        first = chance.randrange(len(text))
        last = min(len(text), first + chance.choice((0, 1, 3, 20, 200)))
        text = text[:first] + chance.choice(PIECES) + text[last:]
    return text


def ask_everything(text: str, folder: Path, chance: random.Random) -> None:
    reading = Reading(text=text, file="everything.mandate", folder=folder, today=date(2026, 3, 10))
    for offset in (0, len(text), *(chance.randrange(len(text) + 1) for _ in range(3))):
        typed, offers = completions(reading, offset)
        assert text[:offset].endswith(typed)
        assert all(offer.text.startswith(typed) for offer in offers)
    uses = reading.names.uses
    for use in chance.sample(uses, min(12, len(uses))):
        hover(reading, use)
        editing.definition(reading, use)
    for use in chance.sample(uses, min(1, len(uses))):
        with contextlib.suppress(editing.RefusedError):
            editing.rename(reading, use, "quite_new")
    editing.outline(reading.parsed.tree)
    examples.lenses(reading, {})
    form = editing.usual_form(reading)
    assert (form is None) is not reading.parsed.ok
    for found in reading.checked.diagnostics:
        first, last = reading.places.span(found.span)
        assert (0, 0) <= first <= last <= reading.places.editors(len(text))


@pytest.mark.parametrize("seed", range(8))
def test_no_question_goes_wrong(seed: int) -> None:
    chance = random.Random(seed)
    ask_everything(mutilated(chance), FOLDER, chance)


@pytest.mark.long
def test_no_question_goes_wrong_at_length() -> None:
    chance = random.Random(20260310)
    for _ in range(int(os.environ.get("GUARDBAND_LSP_TEXTS", "300"))):
        ask_everything(mutilated(chance), FOLDER, chance)
