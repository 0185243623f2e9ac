"""Readiness: how far a firm's own data and rules carry an automated desk, need by need.

    capture   92 of 100    lots with a basis 1,204 of 1,260    lacking: L17, L18 …    next: fill in the basis

Six needs, each a few figures counted from the data; a figure that nothing can be counted for is told as not
measured and has no share in the score. A need's score is the mean of its figures, in percent, rounded down,
so that 100 means that nothing is lacking. What to do next goes by need, in the order in which they carry
each other: rules before data, data before interfaces, all before optimization; then by how much is lacking.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from reports import words
from reports.page import Page, Section, fill, page_html

NEEDS: dict[str, str] = {
    "formality": "rules are explicit",
    "capture": "lots are recorded",
    "structure": "one schema",
    "accessibility": "interfaces",
    "maintenance": "kept current",
    "integration": "both ways",
}
"""The six needs in the order in which they carry each other, each in a few words."""

SHOWN = 5
"""Rows behind a figure that text shows; HTML and JSON have them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """`have` of `of` rows are as they should be; `lacking` names the others; of = 0: not measured."""

    need: str
    name: str
    have: int
    of: int
    lacking: tuple[str, ...] = ()
    do: str = ""  # what to do where some are lacking
    note: str = ""  # why it is not measured

    @property
    def share(self) -> Fraction | None:
        """The part that is as it should be; None where it is not measured."""
        return Fraction(self.have, self.of) if self.of else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """Every figure, on a day."""

    as_of: date
    book: str
    figures: tuple[Figure, ...]

    def of_need(self, need: str) -> tuple[Figure, ...]:
        """Return the figures of one need."""
        return tuple(figure for figure in self.figures if figure.need == need)

    def score(self, need: str) -> int | None:
        """Return a need's score from 0 to 100; None where nothing of it is measured."""
        shares = [figure.share for figure in self.of_need(need) if figure.share is not None]
        return int(100 * sum(shares) / len(shares)) if shares else None

    @property
    def steps(self) -> tuple[Figure, ...]:
        """The figures of which something is lacking, in the order in which to mend them."""
        order = list(NEEDS)
        lacking = [figure for figure in self.figures if figure.share is not None and figure.share < 1]
        return tuple(sorted(lacking, key=lambda f: (order.index(f.need), f.share or 0, f.name)))


def readiness_answer(told: Readiness) -> dict[str, Any]:
    """Return the readiness as plain data: `guardband/readiness/1`."""
    return {
        "schema": "guardband/readiness/1",
        "as_of": told.as_of.isoformat(),
        "needs": [
            {
                "need": need,
                "score": told.score(need),
                "figures": [_figure_data(figure) for figure in told.of_need(need)],
            }
            for need in NEEDS
        ],
        "next": [
            {"need": f.need, "figure": f.name, "lacking": f.of - f.have, "do": f.do} for f in told.steps
        ],
    }


def _figure_data(figure: Figure) -> dict[str, Any]:
    return {
        "name": figure.name,
        "have": figure.have,
        "of": figure.of,
        "measured": figure.of > 0,
        "lacking": list(figure.lacking),
        "note": figure.note,
    }


def first_sentence(told: Readiness) -> str:
    """Return the sentence that answers: is this firm ready, and what comes first?"""
    scores = {need: score for need in NEEDS if (score := told.score(need)) is not None}
    ready = [need for need, score in scores.items() if score == 100]
    if not told.steps:
        return f"Everything that can be measured is in order, in {len(scores)} of {len(NEEDS)} needs."
    first = told.steps[0]
    counted = f"{len(ready)} of {len(NEEDS)} needs are met in full"
    return f"{counted}; first comes {first.need}: {first.do}."


def readiness_text(told: Readiness) -> str:
    """Return the readiness for people."""
    lines = [f"Readiness of {told.book} as of {words.day(told.as_of)}", first_sentence(told)]
    for need, meaning in NEEDS.items():
        lines += ["", f"{need}: {meaning:<24} {_score(told.score(need))}"]
        lines += [line for figure in told.of_need(need) for line in _figure_lines(figure)]
    if told.steps:
        lines += ["", "What to do next"]
        lines += [f"  {n}. {f.need}: {f.do} ({_count(f)})" for n, f in enumerate(told.steps, start=1)]
    return "\n".join(lines)


def readiness_html(told: Readiness) -> str:
    """Return the readiness as one self-contained HTML page."""
    sections = (
        Section(
            anchor="scores",
            title="Six needs",
            first="",
            heading=False,
            body=fill(
                "readiness_scores.html.j2",
                needs=[(need, meaning, _score(told.score(need))) for need, meaning in NEEDS.items()],
            ),
        ),
        Section(
            anchor="next",
            title="What to do next",
            first="In the order of effect: rules, then data, then what is built on them."
            if told.steps
            else "Nothing that is measured is lacking.",
            body=fill("readiness_next.html.j2", steps=[(f.need, f.do, _count(f)) for f in told.steps]),
        ),
        *(_need_section(told, need) for need in NEEDS),
    )
    return page_html(
        Page(
            house="Guardband readiness",
            dated=f"as of {words.day(told.as_of)}",
            title=f"Readiness of {told.book}",
            first=first_sentence(told),
            notice="",
            sections=sections,
            footer=("Counted from the book and the policies alone; what is not measured is said so.",),
        )
    )


def _need_section(told: Readiness, need: str) -> Section:
    rows = [(f.name, _counted(f), f.note or f.do, f.lacking) for f in told.of_need(need)]
    return Section(
        anchor=need,
        title=need.capitalize(),
        first=f"{NEEDS[need].capitalize()}: {_score(told.score(need))}.",
        body=fill("readiness_need.html.j2", rows=rows),
    )


def _figure_lines(figure: Figure) -> Iterator[str]:
    if not figure.of:
        yield f"  {figure.name:<46} not measured: {figure.note}"
        return
    yield f"  {figure.name:<46} {_counted(figure)}"
    if figure.lacking:
        shown = ", ".join(figure.lacking[:SHOWN])
        more = len(figure.lacking) - SHOWN
        yield f"    lacking: {shown}{f' and {more:,} more' if more > 0 else ''}"


def _score(score: int | None) -> str:
    return "not measured" if score is None else f"{score} of 100"


def _counted(figure: Figure) -> str:
    return f"{figure.have:,} of {figure.of:,}" if figure.of else "not measured"


def _count(figure: Figure) -> str:
    return f"{figure.of - figure.have:,} of {figure.of:,}"
