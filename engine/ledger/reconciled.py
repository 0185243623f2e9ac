"""Where lots.csv and the replayed transactions differ, as the part `reconciliation` of an answer."""

from collections.abc import Iterable

from engine.ledger.book import Difference


def differences_answer(differences: Iterable[Difference]) -> list[dict[str, str]]:
    """Return differences as JSON: `given` stands in lots.csv, `derived` follows from transactions.csv."""
    return [
        {
            "account": one.account,
            "symbol": one.symbol,
            "lot": one.lot,
            "column": one.column,
            "given": one.given,
            "derived": one.derived,
        }
        for one in differences
    ]
