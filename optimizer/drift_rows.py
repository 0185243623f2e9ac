"""Drift as rows: one quadratic row for each factor of each account, and each position's own curvature.

    two securities 30 and 10 above their wishes, loading 0.16 each on the class: the row stands at 6.4

Securities that stand in for each other share one more row, so that buying the substitute of what was
sold brings most of the drift back.
"""

from collections.abc import Mapping
from fractions import Fraction

import numpy as np

from engine.facts.ids import AccountId, Symbol
from optimizer.aims import Aims
from optimizer.drift import Factors, families, variance_of_own
from optimizer.model import Floats
from optimizer.rows import RowData, RowNote
from optimizer.scale import Columns, Entry, as_float
from optimizer.settings import Settings
from optimizer.stated import aversion
from optimizer.tradable import policy_of
from rulebooks.ground import GroundBook


def drift_rows(
    ground: GroundBook,
    columns: Columns,
    aims: Aims,
    factors: Factors,
    net_assets: Mapping[AccountId, Fraction],
    settings: Settings,
) -> tuple[tuple[RowData, ...], Floats, float]:
    """Return factor rows, own curvature by position, and the constant part."""
    own, away = np.zeros(columns.count), _away(columns, aims)
    rows: list[RowData] = []
    for account, amount in sorted(net_assets.items()):
        places = columns.in_account(account)
        if not places or amount <= 0:
            continue
        price = as_float(aversion(ground, account, settings).value) / (as_float(amount) / columns.unit)
        family = families(row for p in policy_of(ground, account) for row in p.substitutes)
        loads: dict[str, list[tuple[int, float]]] = {}
        for index in places:
            symbol = columns.names[index].symbol
            for factor, loading in factors.loadings[symbol].items():
                loads.setdefault(factor, []).append((index, loading))
        shared = _family_loads(columns, places, factors, family, settings)
        for index in places:
            symbol = columns.names[index].symbol
            part = 1.0 - as_float(settings.likeness) if index in shared[1] else 1.0
            own[index] = price * part * variance_of_own(factors.own[symbol])
        for label, members in sorted({**loads, **shared[0]}.items()):
            rows.append(_factor_row(columns, away, label, members, price))
    return tuple(rows), own, float(own @ away**2)


def _family_loads(
    columns: Columns,
    places: list[int],
    factors: Factors,
    family: Mapping[Symbol, str],
    settings: Settings,
) -> tuple[dict[str, list[tuple[int, float]]], frozenset[int]]:
    members: dict[str, list[int]] = {}
    for index in places:
        label = family.get(columns.names[index].symbol)
        if label is not None:
            members.setdefault(label, []).append(index)
    shared = {label: found for label, found in members.items() if len(found) > 1}
    root = as_float(settings.likeness) ** 0.5
    loads = {
        f"substitutes of {label}": [
            (i, root * variance_of_own(factors.own[columns.names[i].symbol]) ** 0.5) for i in found
        ]
        for label, found in shared.items()
    }
    return loads, frozenset(i for found in shared.values() for i in found)


def _away(columns: Columns, aims: Aims) -> Floats:
    """Return how far each position stands above its wish, in units."""
    held = np.array([as_float(name.held) for name in columns.names]) * np.array(columns.unit_of)
    wish = np.array([as_float(aims.wishes.get(name.place, Fraction(0))) for name in columns.names])
    return np.asarray((held - wish) / columns.unit)


def _factor_row(
    columns: Columns, away: Floats, label: str, members: list[tuple[int, float]], price: float
) -> RowData:
    places = np.array([index for index, _ in members], dtype=np.int64)
    loading = np.zeros(columns.count)
    loading[places] = [one for _, one in members]
    has_row = np.zeros(columns.count, dtype=np.bool_)
    has_row[places] = True
    sales = np.flatnonzero(has_row[columns.owner]) if columns.owner.size else np.zeros(0, dtype=np.int64)
    return RowData(
        entry=Entry(
            columns=np.concatenate((np.sort(places), columns.count + sales)),
            amounts=np.concatenate((loading[np.sort(places)], -loading[columns.owner[sales]])),
        ),
        start=float(loading @ away),
        curvature=price,
        note=RowNote(kind="drift", words=label),
    )
