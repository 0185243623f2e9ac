"""The sentences of a loss: every candidate near it, and why it did or did not replace the shares sold."""

from pathlib import Path

from engine.facts.readings import TaxReading
from tests.ledger.cases import load, replayed

FOLDER = Path(__file__).resolve().parent.parent / "cases" / "ledger"


def _because(name: str, sale: str) -> tuple[str, ...]:
    ledger = replayed(load(FOLDER / name), TaxReading())
    return next(row.because for row in ledger.disposals if row.sale == sale)


def test_every_candidate_is_told() -> None:
    assert _because("because/candidates.case", "s") == (
        "loss of 200.00 on 100 of lot `old`; purchases from 2024-05-04 to 2024-07-03 can replace them "
        "(26 U.S.C. 1091(a))",
        "40 of `first` (account A, 2024-05-20, 14 days before) replace shares: 80.00 goes into their basis "
        "(26 U.S.C. 1091(d), 1223(3))",
        "10 of `ira` (account I, 2024-06-05, 2 days after) replace shares for good: their basis does not "
        "rise (Rev. Rul. 2008-5)",
        "50 of `second` (account A, 2024-06-20, 17 days after) replace shares: 100.00 goes into their basis "
        "(26 U.S.C. 1091(d), 1223(3))",
        "`early` (account A, 2024-05-01, 33 days before) is not used: 3 days outside the window",
        "`gone` (account A, 2024-05-10, 24 days before) is not used: no longer held after the sale",
        "`third` (account A, 2024-06-21, 18 days after) is not used: all shares sold had been replaced by "
        "earlier purchases (26 CFR 1.1091-1(d))",
        "`late` (account A, 2024-07-05, 32 days after) is not used: 2 days outside the window",
        "disallowed 200.00, 20.00 of it for good; allowed 0.00",
    )


def test_own_lot_and_used_up() -> None:
    own = _because("r10-own-shares/half-of-one-lot.case", "s")
    assert own[1].endswith("is not used: of the very lot that was sold (Rev. Rul. 56-602)")
    used = _because("r09-one-bite.case", "s2")
    assert used[1].endswith("is not used: its shares have replaced those of `s1` (26 CFR 1.1091-1(e))")


def test_a_gain_needs_no_sentence() -> None:
    assert _because("r03-only-losses/a-gain-is-never-touched.case", "s") != ()
    assert _because("r11-still-held.case", "s1") == ()


def test_inside_a_retirement_account() -> None:
    sentences = _because("r20-a-loss-inside-an-ira-is-none.case", "s")
    assert sentences == (
        "a loss inside a retirement account is no loss: nothing is recognized or disallowed",
    )


def test_a_loss_on_closing_a_short_sale() -> None:
    assert _because("r13-short-sales/short-again-day-30.case", "c1") == (
        "loss of 50.00 on closing 10 of `s1`; short sales and sales from 2024-05-04 to 2024-07-03 can "
        "disallow it (26 U.S.C. 1091(e))",
        "`s2` (2024-07-03, 30 days after) disallows it for 10: it carries 50.00",
        "disallowed 50.00; allowed 0.00",
    )
    sold = _because("r13-short-sales/shares-sold.case", "c1")
    assert sold[1].endswith("disallows it for 10: nothing is left that carries it")


def test_exempt_losses_say_so() -> None:
    assert _because("r15-exempt/crypto.case", "s") == (
        "coins are not stock or securities: the loss is not tested (26 U.S.C. 1091(a))",
    )
    assert "exempt as trader_475f" in _because("r15-exempt/trader.case", "s")[0]
