"""accounts.csv: who owns an account, how it is taxed, what cash it holds on the as-of date."""

from decimal import Decimal

from engine.facts.accounts import Account
from engine.facts.ids import AccountId, HouseholdId
from engine.shell.files.cells import number, one_of, positive_share, size, yes_or_no
from engine.shell.files.table import Column, Row, Table

OWNERS = ("self", "spouse", "entity")
KINDS = ("taxable", "ira", "roth_ira", "401k", "hsa", "529", "trust", "fund")
FILING = ("single", "married_joint", "married_separate", "head_of_household")
TAX_STATUS = ("investor", "dealer", "trader_475f")

ACCOUNTS = Table(
    name="accounts",
    key=("account",),
    columns=(
        Column("account", need="cell"),
        Column("household", need="cell"),
        Column("owner", one_of(*OWNERS), need="cell"),
        Column("kind", one_of(*KINDS), need="cell"),
        Column("currency", need="cell"),
        Column("cash", number, need="cell"),
        Column("short_term_rate", positive_share),
        Column("long_term_rate", positive_share),
        Column("filing_status", one_of(*FILING)),
        Column("tax_status", one_of(*TAX_STATUS)),
        Column("adjusted_taxable_income", number),
        Column("carryover_short", size),
        Column("carryover_long", size),
        Column("realized_short", number),
        Column("realized_long", number),
        Column("turnover", positive_share),
        Column("fractional", yes_or_no),
        Column("policy"),
        Column("model"),
        Column("benchmark"),
        Column("magi", number),
        Column("investment_income", number),
        Column("average_cost"),
        Column("trading_cost_bps", size),
        Column("ticket_cost", size),
    ),
)


def account(row: Row) -> Account:
    """Return one row of accounts.csv as a fact."""
    return Account(
        account=AccountId(row.need("account", str)),
        household=HouseholdId(row.need("household", str)),
        owner=row.need("owner", str),
        kind=row.need("kind", str),
        currency=row.need("currency", str),
        cash=row.need("cash", Decimal),
        short_term_rate=row.decimal("short_term_rate"),
        long_term_rate=row.decimal("long_term_rate"),
        filing_status=row.text("filing_status"),
        tax_status=row.text("tax_status") or "investor",
        adjusted_taxable_income=row.decimal("adjusted_taxable_income"),
        carryover_short=row.decimal("carryover_short"),
        carryover_long=row.decimal("carryover_long"),
        realized_short=row.decimal("realized_short"),
        realized_long=row.decimal("realized_long"),
        turnover=row.decimal("turnover"),
        fractional=row.get("fractional", bool) or False,
        policy=row.text("policy"),
        model=row.text("model"),
        benchmark=row.text("benchmark"),
        attributes=row.attributes,
        magi=row.decimal("magi"),
        investment_income=row.decimal("investment_income"),
        average_cost=row.text("average_cost"),
    )
