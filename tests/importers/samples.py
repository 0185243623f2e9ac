"""The real files that importers are tested on, and what is known of each."""

from dataclasses import dataclass
from pathlib import Path

from tests.shared import shared


@dataclass(frozen=True, slots=True)
class Sample:
    """One file: its format, how many records it holds, how many become facts, and lines left unread."""

    format: str
    name: str
    records: int
    facts: int
    unread: tuple[int, ...] = ()

    @property
    def path(self) -> Path:
        return shared(f"data/broker/{self.name}")


SAMPLES = (
    Sample("schwab", "schwab/transactions_2023_ghostfolio.csv", 119, 113, (113, 120)),
    Sample("schwab", "schwab/transactions_2023_reds.csv", 11, 11),
    Sample("schwab", "schwab/transactions_kapji_2023.csv", 7, 7),
    Sample("schwab-lots", "schwab/realized_gain_loss_lot_details_washalpha.csv", 2, 2),
    Sample("schwab-positions", "schwab/positions_washalpha.csv", 15, 15),
    Sample("schwab-awards", "schwab/equity_awards_kapji_v1.json", 4, 4),
    Sample("fidelity", "fidelity/history_cma_reds.csv", 11, 11),
    Sample("ofx", "vanguard/ofx102_401k_reds.qfx", 6, 6),
    Sample("ofx", "vanguard/ofx102_brokerage_reds.qfx", 4, 4),
    Sample("vanguard-uk", "vanguard/uk_cash_report_kapji.csv", 19, 19),
    Sample("ibkr-flex", "ibkr/flex_pp_01.xml", 26, 24),
    Sample("ibkr-flex", "ibkr/flex_pp_02.xml", 13, 12),
    Sample("ibkr-flex", "ibkr/flex_pp_05.xml", 4, 4),
    Sample("ibkr-flex", "ibkr/flex_pp_10.xml", 2, 2),
    Sample("ibkr-flex", "ibkr/flex_pp_12.xml", 18, 18),
    Sample("ibkr-flex", "ibkr/flex_pp_17.xml", 19, 19),
    Sample("ibkr-activity", "ibkr/transaction_history_kapji.csv", 13, 13),
    Sample("ibkr-flex-csv", "ibkr/trades_flex_csv_ghostfolio.csv", 11, 11),
    Sample("ibkr-flex-csv", "ibkr/dividends_flex_csv_ghostfolio.csv", 11, 11),
    Sample("robinhood", "other/robinhood_washalpha.csv", 4, 4),
    Sample("degiro", "other/degiro_account_ghostfolio.csv", 73, 53, (75,)),
    Sample("trading212", "other/trading212_ghostfolio.csv", 13, 12),
    Sample("trading212", "other/trading212_kapji_2024.csv", 7, 7),
)

# Counted apart from the importers: rows under the column names, elements of a section, records of a list.
