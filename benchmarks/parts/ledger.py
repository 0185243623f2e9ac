"""The ledger beside a plain first-in-first-out pass in the standard library's rationals.

The pass knows no wash sales. Both gains are held against each other: what the ledger recognizes in taxable
accounts is the plain gain, plus what is still deferred in the basis of open lots, plus what is lost for good.
"""

from fractions import Fraction

from benchmarks.ledger import STEADY, WIDE, Pattern, history, plain_fifo, replayed, timed
from benchmarks.parts.sizes import Sizes
from benchmarks.table import Row
from engine.facts.transactions import Transaction
from engine.ledger.ledger import Ledger

PEER = "plain FIFO, fractions.Fraction"
CENT = Fraction(1, 100)
RETIREMENT = "I"


def rows(sizes: Sizes) -> list[Row]:
    """Return each length of the steady history, and the first of the wide one."""
    asked = [(size, STEADY, "ten securities") for size in sizes.history]
    asked.append((sizes.history[0], WIDE, "400 securities"))
    return [_row(size, pattern, words) for size, pattern, words in asked]


def _row(size: int, pattern: Pattern, words: str) -> Row:
    made = history(size, pattern)
    ledger, ours = timed(lambda: replayed(made, made[-1].date))
    _, theirs = timed(lambda: plain_fifo(made))
    off = unexplained(ledger, made)
    assert abs(off) < CENT, f"the gains differ by {float(off)}"
    washed = sum(1 for row in ledger.disposals if row.disallowed)
    return Row(
        part="ledger",
        work=f"{size:,} transactions of a household of three accounts, {words}",
        ours=ours * 1000,
        peer=PEER,
        theirs=theirs * 1000,
        apart=(
            f"no wash sales ({washed:,} of {len(ledger.disposals):,} disposals here), no household, terms or "
            "holding periods; its gain is ours to the cent once deferred and lost losses are added back: "
            "checked"
        ),
    )


def unexplained(ledger: Ledger, made: list[Transaction]) -> Fraction:
    """Return by how much the ledger's gain differs from the plain one, wash sales taken out again."""
    plain = plain_fifo([row for row in made if row.account != RETIREMENT])
    taxable = [row for row in ledger.disposals if row.account != RETIREMENT]
    recognized = sum((Fraction(row.recognized) for row in taxable), Fraction(0))
    lost = sum((Fraction(row.permanently_disallowed) for row in ledger.disposals), Fraction(0))
    deferred = sum(
        (Fraction(lot.basis) - Fraction(lot.original_basis) for lot in ledger.open_lots), Fraction(0)
    )
    return recognized - plain - lost - deferred
