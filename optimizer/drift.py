"""The price of drift: tracking error in money, by a risk model or by a plain assumption.

    cost per year = aversion * tracking error^2 * net assets

With a factor model the tracking error is the model's. Without one it is priced as if every asset class
moved by the volatility named below, every sector by 10% beside it, and every security by 28% (bonds and
funds: 5%) of its own; that number prices drift only and is never shown as a tracking error.

A security and its substitutes share a part of their own variance, so that a harvested position is
covered by buying its substitute.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from dsl.policy import Substitutes
from engine.facts.book import Book, RiskModel
from engine.facts.ids import Symbol
from optimizer.model import Floats
from optimizer.scale import as_float

CLASS_VOLATILITY: Mapping[str, float] = {
    "equity": 0.16,
    "fixed_income": 0.05,
    "real_estate": 0.18,
    "commodity": 0.16,
    "crypto": 0.60,
}
OTHER_VOLATILITY = 0.15
SECTOR_VOLATILITY = 0.10
OWN_VOLATILITY = 0.28
FUND_VOLATILITY = 0.05
FUNDS = frozenset({"etf", "mutual_fund", "fund", "money_market"})
LEAST_VOLATILITY = 0.01
"""A floor, so that no position is without price and ties are broken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Factors:
    """Loadings on independent factors of one unit of variance each, and own volatility, per security.

    loadings: symbol -> {factor: loading}, already multiplied by the factor's volatility.
    """

    loadings: Mapping[Symbol, Mapping[str, float]]
    own: Mapping[Symbol, float]
    is_model: bool


def factors_of(book: Book, symbols: Iterable[Symbol]) -> Factors:
    """Return the factors that price drift for these securities."""
    wanted = tuple(sorted(set(symbols)))
    if book.risk is not None:
        return _of_model(book, book.risk, wanted)
    return Factors(
        loadings={symbol: _assumed(book, symbol) for symbol in wanted},
        own={symbol: _own(book, symbol) for symbol in wanted},
        is_model=False,
    )


def _assumed(book: Book, symbol: Symbol) -> dict[str, float]:
    security = book.securities[symbol]
    loadings = {f"class {security.asset_class}": CLASS_VOLATILITY.get(security.asset_class, OTHER_VOLATILITY)}
    sector = security.attributes.get("sector")
    if sector:
        loadings[f"sector {sector}"] = SECTOR_VOLATILITY
    return loadings


def _own(book: Book, symbol: Symbol) -> float:
    security = book.securities[symbol]
    calm = security.asset_class == "fixed_income" or security.instrument in FUNDS
    return FUND_VOLATILITY if calm else OWN_VOLATILITY


def _of_model(book: Book, risk: RiskModel, wanted: tuple[Symbol, ...]) -> Factors:
    root = _root(risk)
    loadings: dict[Symbol, Mapping[str, float]] = {}
    own: dict[Symbol, float] = {}
    for symbol in wanted:
        row = risk.exposures.get(symbol)
        if row is None or symbol not in risk.specific:
            loadings[symbol], own[symbol] = _assumed(book, symbol), _own(book, symbol)
            continue
        x = np.array([as_float(row[f]) if f in row else 0.0 for f in risk.factors])
        pulled = x @ root
        loadings[symbol] = {f"factor {k}": float(v) for k, v in enumerate(pulled) if v}
        own[symbol] = max(as_float(risk.specific[symbol]), LEAST_VOLATILITY)
    return Factors(loadings=loadings, own=own, is_model=True)


def _root(risk: RiskModel) -> Floats:
    """Return R with F = R R', (n_factors, n_factors); negative rounding of the covariance is cut off."""
    size = len(risk.factors)
    matrix = np.zeros((size, size))
    for i, a in enumerate(risk.factors):
        for j, b in enumerate(risk.factors):
            entry = risk.covariance.get((a, b), risk.covariance.get((b, a)))
            matrix[i, j] = 0.0 if entry is None else as_float(entry)
    if not (matrix - np.diag(np.diag(matrix))).any():
        return np.asarray(np.diag(np.sqrt(np.maximum(np.diag(matrix), 0.0))))
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))


def families(substitutes: Iterable[Substitutes]) -> Mapping[Symbol, str]:
    """Return the family of each symbol that has or is a substitute: names that stand in for each other."""
    family: dict[str, str] = {}
    for row in substitutes:
        names = (row.symbol, *row.replacements)
        known = sorted({family[name] for name in names if name in family})
        label = known[0] if known else row.symbol
        for name, old in list(family.items()):
            if old in known:
                family[name] = label
        for name in names:
            family[name] = label
    return {Symbol(name): label for name, label in family.items()}


def variance_of_own(own: float) -> float:
    """Return the own variance of a security, never zero."""
    return max(own, LEAST_VOLATILITY) ** 2
