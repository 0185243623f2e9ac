"""Invented accounts for measuring the search: factor risk, bands, wash names, tax lots of 36 months."""

import numpy as np
import scipy.sparse as sp

from optimizer.model import INF, Floats, Ints, Lots, Model, Positions, Rows
from optimizer.whole import Grid

NET_ASSETS = 1_000_000
AVERSION = 50.0
FACTORS = 20
SECTORS = 11
LOTS = 3.5
TICKET = 1.0  # basis points


CAPPED = 10
"""Names under each cap."""


def account(
    names: int, seed: int, *, per_name: float = LOTS, factors: int = FACTORS, caps: int = 0
) -> tuple[Model, Grid]:
    """Return an invented account: 36 months of purchases, factor risk, bands, turnover and gain caps.

    per_name: lots. factors: at least 12. caps: more rules, each on the active weight of ten names.
    """
    rng = np.random.default_rng(seed)
    weight = np.sort(np.exp(rng.normal(0, 1.2, names)))[::-1]
    weight *= 9_900 / weight.sum()
    sector = rng.integers(0, SECTORS, names)
    loads = np.zeros((names, factors))
    loads[:, 0] = 1 + 0.25 * rng.normal(size=names)
    loads[np.arange(names), 1 + sector % (SECTORS - 1)] = 1.0
    loads[:, SECTORS:] = 0.5 * rng.normal(size=(names, factors - SECTORS))
    volatility = np.r_[0.16, np.full(SECTORS - 1, 0.10), np.full(factors - SECTORS, 0.04)]
    own = np.exp(rng.normal(np.log(0.24), 0.3, names))
    held = weight * np.exp(rng.normal(0, 0.3, names)) * (rng.random(names) < 0.9)
    cash = rng.uniform(100, 400)
    held *= (10_000 - cash) / held.sum()
    count = np.where(held > 0, np.maximum(1, rng.poisson(per_name, names)), 0)
    owner = np.repeat(np.arange(names), count)
    part = rng.gamma(1.5, 1, owner.size)
    share = rng.uniform(10, 400, names) / NET_ASSETS * 10_000
    size = np.floor(held[owner] * part / np.bincount(owner, part, names)[owner] / share[owner]) * share[owner]
    held = np.bincount(owner, size, names).astype(np.float64)
    age = rng.integers(0, 36, owner.size)
    drawn = rng.normal(0.006 * age, 0.30 * np.sqrt((age + 0.5) / 12))
    gain = 1 - np.exp(-drawn)
    rate = np.where(age >= 12, 0.238, 0.408)
    locked = (gain < 0) & (age == 0)
    most = np.where(locked, 0.0, size)
    cost = np.clip(np.exp(rng.normal(np.log(4), 0.5, names)), 1, 25) * 1e-4
    band = np.maximum(0.6 * weight, 8.0)
    buy_most = np.maximum(0.0, np.floor((np.maximum(weight + band, held) - held) / share)) * share
    buy_most[rng.random(names) < 0.07] = 0.0
    whole_sale = np.minimum(np.bincount(owner, most, names), held)
    step_least = np.ceil(TICKET / share) * share
    positions = Positions(
        value=held,
        target=weight,
        curvature=AVERSION / 10_000 * own**2,
        buy_cost=cost,
        buy_least=step_least,
        buy_most=np.where(buy_most >= step_least, buy_most, 0.0),
        sale_least=np.minimum(step_least, whole_sale),
        sale_most=whole_sale,
        step=share,
        group=np.arange(names),
    )
    lots = Lots(position=owner, most=most, cost=rate * gain + cost[owner], is_loss=gain < 0)
    rows = account_rows(loads * volatility, sector, owner, gain, age, held - weight, cash)
    least = np.maximum(1, np.round(step_least / share)).astype(np.int64)
    grid = Grid(
        position=np.r_[np.arange(names), owner],
        step=np.r_[share, share[owner]],
        least=np.r_[least, np.ones(owner.size, dtype=np.int64)],
        most=np.r_[np.round(positions.buy_most / share), np.round(most / share[owner])].astype(np.int64),
        all_exempt=np.zeros(names + owner.size, dtype=np.bool_),
        is_sale=np.arange(names + owner.size) >= names,
        is_loss=np.r_[np.zeros(names, dtype=np.bool_), gain < 0],
    )
    model = Model(positions=positions, lots=lots, rows=rows)
    return (with_caps(model, caps, rng) if caps else model), grid


def account_rows(
    loads: Floats, sector: Ints, owner: Ints, gain: Floats, age: Ints, away: Floats, cash: float
) -> Rows:
    """Return factor rows, sector bands of 100, cash 50 to 150, turnover 3,000, and two gain caps."""
    names = away.size
    sectors = np.eye(SECTORS)[sector]
    top = np.vstack([loads.T, sectors.T])
    buys = np.r_[np.zeros(names)]
    lines = [
        np.hstack([top, -top[:, owner]]),
        np.r_[-np.ones(names), np.ones(owner.size)][None],
        -np.ones((1, names + owner.size)),
        np.r_[buys, -gain * (age < 12)][None],
        np.r_[buys, -gain][None],
    ]
    matrix = np.vstack(lines)
    start = np.r_[top @ away, cash, 0.0, 0.0, 0.0]
    factors = loads.shape[1]
    sector_now = start[factors : factors + SECTORS]
    low = np.r_[np.full(factors, -INF), np.minimum(-100, sector_now), 50.0, -3_000.0, 0.0, -10.0]
    high = np.r_[np.full(factors, INF), np.maximum(100, sector_now), max(150.0, cash), INF, INF, INF]
    bend = np.r_[np.full(factors, AVERSION / 10_000), np.zeros(SECTORS + 4)]
    flat = np.zeros(start.size)
    return Rows(
        matrix=sp.csc_matrix(matrix),
        start=start,
        low=low,
        high=high,
        price_cap=np.full(start.size, INF),
        curvature=bend,
        centre=flat,
    )


def with_caps(model: Model, caps: int, rng: np.random.Generator) -> Model:
    """Return the model with caps on ten names each: 30 above their targets, or where they stand."""
    positions, owner, rows = model.positions, model.lots.position, model.rows
    member = np.zeros((caps, positions.count))
    for row in member:
        row[rng.choice(positions.count, CAPPED, replace=False)] = 1.0
    start = member @ (positions.value - positions.target)
    none, open_end = np.zeros(caps), np.full(caps, INF)
    more = Rows(
        matrix=sp.csc_matrix(sp.vstack([rows.matrix, sp.csc_matrix(np.hstack([member, -member[:, owner]]))])),
        start=np.r_[rows.start, start],
        low=np.r_[rows.low, -open_end],
        high=np.r_[rows.high, np.maximum(start, 30.0)],
        price_cap=np.r_[rows.price_cap, open_end],
        curvature=np.r_[rows.curvature, none],
        centre=np.r_[rows.centre, none],
    )
    return Model(positions=positions, lots=model.lots, rows=more)
