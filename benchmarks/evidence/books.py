"""Books of real prices for the simulations of docs/evidence.md, from a folder of price files.

    python -m benchmarks.evidence.books --data DATA --out BOOKS

DATA holds `equities` and `etf` as their README describes them; the prices are for tests only and are not a
part of this project. Each book is a folder that `guardband simulate --book` reads. The corporate actions that
the vendor's columns tell wrongly become `price_notes.csv`; names whose value the vendor lost, or counted
twice, are left out of portfolio and benchmark alike.
"""

import argparse
import csv
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

NAMES = 40
TRAPPED = 10
"""Of the names, how many are chosen because the vendor tells one of their corporate actions wrongly."""

START = "2015-01-02"

ETF_FILES = Path("etf/etf_daily_2016_2019.parquet")


def write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write one table."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def treatment(encoding: str, what: str) -> str | None:
    """Return how a note of the data is treated; None: the name is left out."""
    if "ERROR" in what:
        return "no_dividend"
    if "MISSING" in what or "TWICE" in what or "new entity" in what or "merger;" in what:
        return None
    if "true special" in what or what.startswith("special"):
        return "dividend"
    return "return_of_capital" if encoding.startswith("dividend") else "split"


def figure(value: float) -> str:
    """Return a price as text, without what binary floats add."""
    return f"{value:.6f}".rstrip("0").rstrip(".")


# ------------------------------------------------------------------ direct index


def direct_index(data: Path, out: Path, *, names: int = NAMES, cash: int = 1_000_000) -> None:
    """Write a book of the largest names of 2015 that have prices on every day, and of ten traps.

    The traps are the largest others with an event in corporate_action_notes.csv.
    """
    folder = data / "equities"
    prices = pd.read_parquet(folder / "sp500_daily_2015_2019.parquet")
    prices["symbol"] = prices["symbol"].astype(str)
    weights = pd.read_csv(folder / "cap_weights_monthly_est.csv.gz")
    notes = pd.read_csv(folder / "corporate_action_notes.csv").fillna("")
    sectors = pd.read_csv(folder / "sectors.csv").fillna("").set_index("symbol")
    out_of_it = {
        str(row.symbol)
        for row in notes.itertuples()
        if treatment(str(row.vendor_encoding), str(row.what_it_was)) is None
    }
    days = prices["date"].nunique()
    whole = set(prices.groupby("symbol").size().loc[lambda counts: counts == days].index)
    first = weights[weights["date"] == START].sort_values("weight", ascending=False)
    fit = [s for s in first["symbol"] if s in whole and s not in out_of_it and s in sectors.index]
    chosen = fit[: names - TRAPPED]
    chosen += [s for s in fit[names - TRAPPED :] if s in set(notes["symbol"])][:TRAPPED]
    book(out, cash=cash, benchmark="large")
    write(
        out / "securities.csv",
        ("symbol", "asset_class", "instrument", "issuer", "name", "sector"),
        (
            (s, "equity", "common_stock", issuer(s), sectors.loc[s, "name"], sectors.loc[s, "gics_sector"])
            for s in sorted(chosen)
        ),
    )
    kept = prices[prices["symbol"].isin(chosen)].sort_values(["symbol", "date"])
    write(out / "prices.csv", PRICES, (_equity_row(row) for row in kept.itertuples()))
    inside = weights[weights["symbol"].isin(chosen)]
    write(
        out / "benchmark.csv",
        ("benchmark", "date", "symbol", "weight"),
        (
            ("large", day, row.symbol, f"{row.weight / rows['weight'].sum():.6f}")
            for day, rows in inside.groupby("date")
            for row in rows.itertuples()
        ),
    )
    write(
        out / "price_notes.csv",
        ("symbol", "date", "treat", "words"),
        (
            (row.symbol, row.date, treatment(str(row.vendor_encoding), str(row.what_it_was)), row.what_it_was)
            for row in notes.itertuples()
            if row.symbol in chosen
        ),
    )


PRICES = ("date", "symbol", "price", "volume", "dividend", "split")


def issuer(symbol: str) -> str:
    """Return the company behind a symbol, where several symbols are one company's."""
    return {"GOOG": "Alphabet", "GOOGL": "Alphabet"}.get(symbol, symbol)


def _equity_row(row: Any) -> tuple[object, ...]:
    return (
        row.date,
        row.symbol,
        figure(row.close),
        row.volume,
        figure(row.dividend) if row.dividend else "",
        figure(row.split) if row.split != 1 else "",
    )


def book(out: Path, *, cash: int, benchmark: str = "", model: str = "") -> None:
    """Write the account of a book, at 35% short-term and 15% long-term, and a history without rows."""
    write(
        out / "transactions.csv",
        ("id", "date", "account", "type", "symbol", "quantity", "price", "amount"),
        (),
    )
    write(
        out / "accounts.csv",
        (
            "account",
            "household",
            "owner",
            "kind",
            "currency",
            "cash",
            "short_term_rate",
            "long_term_rate",
            "filing_status",
            "model",
            "benchmark",
        ),
        [("TAXABLE", "HOUSE", "self", "taxable", "USD", cash, "35%", "15%", "single", model, benchmark)],
    )


# ------------------------------------------------------------------ funds


def funds(
    data: Path, out: Path, *, model: Mapping[str, float], others: Sequence[str], cash: int = 1_000_000
) -> None:
    """Write a book of exchange-traded funds: those of a model, and what may stand in for them."""
    prices = pd.read_parquet(data / ETF_FILES)
    prices["symbol"] = prices["symbol"].astype(str)
    meta = pd.read_csv(data / "etf" / "etf_meta.csv").set_index("symbol")
    chosen = sorted({*model, *others})
    book(out, cash=cash, model="mix")
    write(
        out / "securities.csv",
        ("symbol", "asset_class", "instrument", "issuer", "name", "sleeve"),
        (
            (
                s,
                _asset_class(meta.loc[s, "asset_class"]),
                "etf",
                meta.loc[s, "issuer"],
                s,
                sleeve(meta.loc[s, "tlh_group"]),
            )
            for s in chosen
        ),
    )
    kept = prices[prices["symbol"].isin(chosen)].sort_values(["symbol", "date"])
    write(
        out / "prices.csv",
        PRICES,
        (
            (r.date, r.symbol, figure(r.close), r.volume, figure(r.div_implied) if r.div_implied else "", "")
            for r in kept.itertuples()
        ),
    )
    write(
        out / "models.csv", ("model", "symbol", "weight"), (("mix", s, w) for s, w in sorted(model.items()))
    )


def sleeve(group: str) -> str:
    """Return the part of a balanced portfolio that a fund belongs to."""
    if "BOND" in group:
        return "core bonds"
    if group.startswith(("IG-CORP", "TIPS")):
        return "corporate bonds" if group.startswith("IG") else "inflation bonds"
    return "us" if group.startswith("US-") else "abroad"


def _asset_class(told: str) -> str:
    words = told.lower()
    if "reit" in words or "real estate" in words:
        return "real_estate"
    bonds = ("treasury", "bond", "tips", "corporate", "aggregate", "municipal", "high yield")
    return "fixed_income" if any(word in words for word in bonds) else "equity"


PAIRS = {"VV": 0.40, "IJH": 0.10, "IJR": 0.05, "VEA": 0.20, "VWO": 0.05, "VNQ": 0.05, "BND": 0.15}
PAIRS_OTHERS = ("SCHX", "SCHM", "SCHA", "EFA", "EEM", "SCHH", "BIV")

BALANCED = {
    "VTV": 0.16,
    "VUG": 0.20,
    "IJR": 0.06,
    "EFA": 0.13,
    "EEM": 0.05,
    "AGG": 0.22,
    "LQD": 0.09,
    "TIP": 0.09,
}
BALANCED_OTHERS = ("IWD", "IWF", "SCHA", "VEA", "VWO", "BIV", "VCIT", "SCHP")


DIRECT_TITLE = "Direct index of 30 of the largest names of 2015 and ten with odd corporate actions"
PAIRS_TITLE = "Seven pairs of exchange-traded funds"
BALANCED_TITLE = "60/40 with bands, 3,000 taken out each month"
HERE = Path(__file__).parent


def study(out: Path, mandate: str, title: str, *, every: str, monthly: int = 0) -> None:
    """Put a mandate beside its book, and a study of three runs."""
    shutil.copyfile(HERE / f"{mandate}.mandate", out / f"{mandate}.mandate")
    lines = [
        f'title = "{title}"',
        f'policies = ["{mandate}.mandate", "us.wash_sales"]',
        "until = 2019-12-31",
        f'every = "{every}"',
        "cost_bps = 5",
    ]
    if monthly:
        lines += ["", "[[flow]]", 'account = "TAXABLE"', 'every = "month"', f"amount = {monthly}"]
    runs = (
        ("as written", ""),
        ("no wash-sale rule", "wash_sales = false"),
        ("no harvesting", "harvest = false"),
    )
    for name, said in runs:
        lines += ["", "[[run]]", f'name = "{name}"', *([said] if said else [])]
    (out / "study.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    """Write the three books with their studies."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--data", type=Path, required=True)
    asked.add_argument("--out", type=Path, required=True)
    asked.add_argument("--names", type=int, default=NAMES)
    told = asked.parse_args()
    direct_index(told.data, told.out / "direct-index", names=told.names)
    funds(told.data, told.out / "pairs", model=PAIRS, others=PAIRS_OTHERS)
    funds(told.data, told.out / "balanced", model=BALANCED, others=BALANCED_OTHERS)
    study(told.out / "direct-index", "direct_index", DIRECT_TITLE, every="month")
    study(told.out / "pairs", "pairs", PAIRS_TITLE, every="week")
    study(told.out / "balanced", "balanced", BALANCED_TITLE, every="month", monthly=-3000)


if __name__ == "__main__":
    main()
