"""What holds of any book: parts add up to the whole, thresholds split it, order plays no part."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.facts.book import Book
from rulebooks.evaluate import value
from tests.rulebooks.tiny import lay, rule, tiny

SYMBOLS = ("S0", "S1", "S2", "S3", "S4", "S5")
FEW = settings(max_examples=25, deadline=None)


@st.composite
def books(draw: st.DrawFn) -> Book:
    """A book of six securities of up to four issuers, everything known."""
    holdings = {s: (draw(st.integers(0, 90)), draw(st.integers(1, 20))) for s in SYMBOLS}
    about = {
        s: {
            "issuer": draw(st.sampled_from(["One", "Two", "Three", "Four"])),
            "asset_class": draw(st.sampled_from(["equity", "fixed_income"])),
        }
        for s in SYMBOLS
    }
    return tiny(holdings, cash=draw(st.integers(1, 2000)), about=about)


@FEW
@given(books())
def test_the_groups_of_a_subject_add_up_to_it(book: Book) -> None:
    text = rule("for each issuer in equities limit weight to at most 5%")
    laid = lay(text + rule("limit weight of equities to at most 90%", name="R-2"), book)
    groups = [g for g in laid.ground.limits if g.rule.rule.id == "R-1"]
    parts = sum((value(g.measure, laid.state) for g in groups), Fraction(0))
    assert parts == value(laid.limit(name="R-2").measure, laid.state)


@FEW
@given(books(), st.integers(1, 60))
def test_a_threshold_splits_a_subject_in_two(book: Book, percent: int) -> None:
    above = f"limit weight of issuers in equities whose weight is more than {percent}% to at most 90%"
    rest = f"limit weight of issuers in equities whose weight is at most {percent}% to at most 90%"
    whole = "limit weight of equities to at most 90%"
    laid = lay(rule(above) + rule(rest, name="R-2") + rule(whole, name="R-3"), book)
    told = [laid.told(name=name) for name in ("R-1", "R-2", "R-3")]
    assert None not in told
    assert told[0] + told[1] == told[2]  # type: ignore[operator]


@FEW
@given(books(), st.integers(1, 5))
def test_the_largest_are_no_smaller_than_any_as_many(book: Book, count: int) -> None:
    text = f"limit weight of the {count} largest issuers in equities to at most 90%"
    laid = lay(rule(text) + rule("for each issuer in equities limit weight to at most 90%", name="R-2"), book)
    groups = [g for g in laid.ground.limits if g.rule.rule.id == "R-2"]
    ranked = sorted((value(g.measure, laid.state) for g in groups), reverse=True)
    assert value(laid.limit().measure, laid.state) == sum(ranked[:count], Fraction(0))


@FEW
@given(books(), st.randoms(use_true_random=False))
def test_the_order_of_the_files_plays_no_part(book: Book, random: object) -> None:
    text = rule("for each issuer in equities limit weight to at most 5%") + rule(
        "forbid buying securities where asset_class is equity", name="R-2"
    )
    rows = list(book.securities.items())
    lots = list(book.lots)
    random.shuffle(rows)  # type: ignore[attr-defined]
    random.shuffle(lots)  # type: ignore[attr-defined]
    other = tiny(lots=lots, prices=book.prices, securities=dict(rows), accounts=book.accounts.values())
    one, two = lay(text, book).ground, lay(text, other).ground
    assert [(g.group, g.measure, g.bound) for g in one.limits] == [
        (g.group, g.measure, g.bound) for g in two.limits
    ]
    assert [dict(b.securities) for b in one.bans] == [dict(b.securities) for b in two.bans]
