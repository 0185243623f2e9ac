"""Compiled inner loops, where numba is installed and they were asked for: the extra `fast`.

Off until `switch_on`: loading numba takes a second or two, which many searches in one process win back
and one does not. The first time on a machine the loops are compiled as well, half a minute, and kept
beside the code. With them on, prices are the same as without to 1e-9 of their size, see `kernels`.
"""

import importlib
import importlib.util
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from optimizer import kernels, kernels_heat
from optimizer.barrier import SHORTENED, Barrier
from optimizer.model import Floats, Ints, Model
from optimizer.modes import Mix
from optimizer.names import SLIVER, SMALL_SHARE, Layout, NameAnswer, SaleAnswer, Sizes
from optimizer.pulls import Pulls

Kernel = Callable[..., Any]
MODULES = (kernels, kernels_heat)
_PLAIN: dict[str, Kernel] = {
    name: one for module in MODULES for name, one in vars(module).items() if inspect.isfunction(one)
}
_ON: dict[str, Kernel] = {}


def switch_on(*, as_they_stand: bool = False) -> bool:
    """Use the loops from now on in this process; returns whether numba is there.

    as_they_stand: without compiling, for tests.
    """
    if as_they_stand:
        _ON.update(_PLAIN)
        return True
    if importlib.util.find_spec("numba") is None:
        return False
    njit = importlib.import_module("numba").njit(cache=True)
    _ON.update({name: njit(one) for name, one in _PLAIN.items()})
    _let_call(_ON)
    return True


def switch_off() -> None:
    """Use plain arrays from now on."""
    _ON.clear()
    _let_call(_PLAIN)


def _let_call(loops: dict[str, Kernel]) -> None:
    """Let loops call each other: compiled ones call compiled ones."""
    for module in MODULES:
        vars(module).update({name: loops[name] for name in vars(module) if name in loops})


def is_on() -> bool:
    """Return whether compiled loops are used."""
    return bool(_ON)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """Where Newton steps at one heat ended, as `prices.Rest` tells it."""

    prices: Floats
    value: float
    answer: NameAnswer
    mix: Mix
    steps: int
    bend: Floats


class Loops:
    """The loops for one model and the rows that a climb carries."""

    def __init__(self, model: Model, layout: Layout, pulls: Pulls, barrier: Barrier) -> None:
        self._do = dict(_ON)
        self.model, self.layout, self.pulls = model, layout, pulls
        positions = model.positions
        count = np.bincount(model.lots.position, minlength=positions.count)
        self._begins = np.concatenate(([0], np.cumsum(count))).astype(np.int64)
        bends = (positions.curvature, layout.marginal, layout.pliancy, positions.ticket)
        sizes = (positions.buy_cost, positions.buy_least, positions.buy_most, layout.buy_top)
        self._bends, self._buys = bends, (*bends, *sizes, layout.open_buy)
        sale = layout.sale
        self._fixed = (
            barrier.parts,
            pulls.parts,
            bends,
            self._buys,
            (sale.most, sale.least, sale.top, sale.is_open),
            self._begins,
            model.lots.cost,
        )

    def settle(
        self,
        prices: Floats,
        heat: tuple[float, float, float, float],
        most: int,
        tries: int,
        order: Ints | None,
    ) -> Settled:
        """Do what `Carried.settle` does where every name is its own wash group."""
        prices, bend = prices.copy(), np.zeros(prices.size)
        ends = (self._empty(order), self._empty(None))
        limits = (most, tries, SHORTENED, SLIVER, SMALL_SHARE)
        value, steps, in_second = self._do["settle"](prices, heat, limits, self._fixed, *ends, bend)
        _, _, order, worth, buys, moves, sale_worth, amounts, sales, at, of_buy, of_sale = ends[in_second]
        sale = SaleAnswer(worth=sale_worth, amount=amounts, sales=sales, marginal=at)
        answer = NameAnswer(
            buy_worth=worth, buys=buys, buy_moves=moves, sale=sale, harmless=sale, order=order
        )
        mix = self._mix_alone(value, of_buy, of_sale)
        return Settled(prices=prices, value=value, answer=answer, mix=mix, steps=steps, bend=bend)

    def _empty(self, order: Ints | None) -> tuple[Any, ...]:
        """Return arrays for what `kernels.value_at` finds."""
        n, count = self.model.positions.count, self.model.lots.count
        order = np.arange(count) if order is None else order.copy()
        charge, price, sales = np.empty(n + count), np.empty(count), np.empty(count)
        worth, buys, sale_worth, amounts, of_buy, of_sale = np.empty((6, n))
        moves, at = np.empty(n, dtype=np.bool_), np.empty(n, dtype=np.int64)
        return charge, price, order, worth, buys, moves, sale_worth, amounts, sales, at, of_buy, of_sale

    def _mix_alone(self, worth: float, of_buy: Floats, of_sale: Floats) -> Mix:
        nothing = np.zeros(of_buy.size)
        return Mix(
            worth=worth,
            side_a=np.zeros(self.layout.n_groups),
            buy=of_buy,
            sale=of_sale,
            harmless=nothing,
            buy_in_b=of_buy,
            sale_in_a=nothing,
            harmless_in_b=of_sale,
        )

    def at(self, charge: Floats, temperature: float, order: Ints | None) -> tuple[NameAnswer, Mix]:
        """Return what `answer_names` and `soft_mix` do."""
        n, cost = self.model.positions.count, self.model.lots.cost
        order = np.arange(cost.size) if order is None else order.copy()
        price, moves = np.empty(cost.size), np.empty(n, dtype=np.bool_)
        buy_worth, buys = np.empty(n), np.empty(n)
        self._do["buy"](charge, *self._buys, buy_worth, buys, moves)
        self._do["sort"](charge, self._begins, cost, order, price)
        sale = self._sale(price, order, self.layout.sale)
        harmless = sale if self.layout.all_alone else self._sale(price, order, self.layout.harmless)
        answer = NameAnswer(
            buy_worth=buy_worth, buys=buys, buy_moves=moves, sale=sale, harmless=harmless, order=order
        )
        return answer, self._mix(answer, temperature)

    def _sale(self, price: Floats, order: Ints, sizes: Sizes) -> SaleAnswer:
        n = self.model.positions.count
        worth, amount, sales = np.empty(n), np.empty(n), np.empty(price.size)
        at = np.empty(n, dtype=np.int64)
        own = (sizes.most, sizes.least, sizes.top, sizes.is_open)
        self._do["sell"](SLIVER, price, order, self._begins, *self._bends, *own, worth, amount, sales, at)
        return SaleAnswer(worth=worth, amount=amount, sales=sales, marginal=at)

    def _mix(self, answer: NameAnswer, temperature: float) -> Mix:
        layout = self.layout
        sides, shares = np.zeros((2, layout.n_groups)), np.zeros((6, answer.buys.size))
        if layout.all_alone:
            own = (answer.buy_worth, answer.sale.worth, shares[0], shares[1])
            return self._mix_alone(self._do["mix_alone"](temperature, *own), shares[0], shares[1])
        worths = (answer.buy_worth, answer.sale.worth, answer.harmless.worth)
        group = self.model.positions.group
        worth = self._do["mix_groups"](temperature, group, layout.alone, *worths, sides[0], sides[1], shares)
        return Mix(
            worth=worth,
            side_a=sides[0],
            buy=shares[0],
            sale=shares[1],
            harmless=shares[2],
            buy_in_b=shares[3],
            sale_in_a=shares[4],
            harmless_in_b=shares[5],
        )

    def odd_of_sales(self, answer: SaleAnswer) -> Floats:
        """Return what `Pulls.odd_of_sales` does."""
        pulls = self.pulls
        found = np.empty(pulls.sale_odd.shape)
        fixed = (self._begins, pulls.sale_odd, pulls.lots, pulls.varied_odd)
        self._do["odd_of_sales"](*fixed, answer.amount, answer.sales, found)
        return found

    def spread_modes(
        self, answer: NameAnswer, mix: Mix, weight: Floats, sold: Floats
    ) -> tuple[Floats, Floats, Floats]:
        """Return the variance over modes: by units, units by odd rows, odd rows."""
        odd, n = sold.shape
        units, mixed, square = np.empty(n), np.empty((odd, n)), np.zeros((odd, odd))
        odds = (mix.buy_in_b, mix.harmless_in_b)
        own = (answer.buys, self.pulls.buy_odd, answer.harmless.amount, sold)
        self._do["spread_modes"](weight, *odds, *own, units, mixed, square)
        return units, mixed, square + np.tril(square, -1).T
