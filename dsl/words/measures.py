"""The measures: what can be limited, each with its unit and one sentence."""

from dsl.catalogue import MeasureEntry, PeriodUse
from dsl.policy import SubjectKind, Unit

_SHARE, _MONEY, _NUMBER, _TEXT = Unit.SHARE, Unit.MONEY, Unit.NUMBER, Unit.TEXT
_ACCOUNT: frozenset[SubjectKind] = frozenset()
_HOLDINGS: frozenset[SubjectKind] = frozenset({"holdings"})
_TRADES: frozenset[SubjectKind] = frozenset({"trades"})
_LOTS: frozenset[SubjectKind] = frozenset({"holdings", "lots"})
_COUNTED: frozenset[SubjectKind] = frozenset({"holdings", "trades", "lots", "securities"})
_BPS = frozenset({Unit.BPS})
_POINTS = frozenset({Unit.BPS, Unit.SHARE})


def _measure(
    name: str,
    unit: Unit,
    description: str,
    of: frozenset[SubjectKind] = _HOLDINGS,
    *,
    period: PeriodUse = "none",
    accepts: frozenset[Unit] = frozenset(),
    difference: bool = False,
    needs: tuple[str, ...] = (),
) -> MeasureEntry:
    return MeasureEntry(
        name=name,
        unit=unit,
        description=description,
        of=of,
        period=period,
        accepts=accepts,
        difference=difference,
        needs=needs,
    )


MEASURES = (
    _measure("weight", _SHARE, "value of the subject over the weight base, after the whole list"),
    _measure("value", _MONEY, "market value of the subject, or another value if the rule says so"),
    _measure("quantity", Unit.SHARES_HELD, "shares or units held of the subject"),
    _measure(
        "active_weight",
        Unit.POINTS,
        "weight less the weight of the same group in the benchmark",
        accepts=_POINTS,
        difference=True,
        needs=("benchmark",),
    ),
    _measure("cash", _MONEY, "cash on hand, in the account's currency", _ACCOUNT),
    _measure(
        "borrowing",
        _SHARE,
        "size of negative cash over the weight base",
        _ACCOUNT,
        accepts=frozenset({_MONEY}),
    ),
    _measure(
        "gross_exposure",
        _SHARE,
        "long plus short market value, cash left out, over the weight base",
        _HOLDINGS,
    ),
    _measure(
        "net_exposure", _SHARE, "long less short market value, cash left out, over the weight base", _HOLDINGS
    ),
    _measure(
        "turnover",
        _SHARE,
        "half of purchases plus sales of the period and the list, over the base before",
        _HOLDINGS,
        period="may",
        needs=("transactions",),
    ),
    _measure(
        "realized_short_term_gains",
        _MONEY,
        "recognized short-term gains less losses of the year so far and the list",
        _LOTS,
        period="may",
        needs=("lots", "transactions"),
    ),
    _measure(
        "realized_long_term_gains",
        _MONEY,
        "recognized long-term gains less losses of the year so far and the list",
        _LOTS,
        period="may",
        needs=("lots", "transactions"),
    ),
    _measure(
        "net_realized_gains",
        _MONEY,
        "recognized gains less recognized losses, after disallowance, of the year so far and the list",
        _LOTS,
        period="may",
        needs=("lots", "transactions"),
    ),
    _measure("unrealized_gains", _MONEY, "value less adjusted basis of open lots", _LOTS, needs=("lots",)),
    _measure(
        "tax_cost",
        _MONEY,
        "tax on the gains that the list realizes, at the account's own rates",
        _LOTS,
        period="may",
        needs=("lots",),
    ),
    _measure(
        "disallowed_loss",
        _MONEY,
        "losses of the list that a replacement disallows",
        _LOTS,
        period="may",
        needs=("lots", "transactions"),
    ),
    _measure("duration", Unit.YEARS, "value-weighted average duration", needs=("duration",)),
    _measure("maturity", Unit.YEARS, "value-weighted average time to maturity", needs=("maturity",)),
    _measure("beta", _NUMBER, "value-weighted average beta", needs=("beta",)),
    _measure("yield", _SHARE, "value-weighted average yield", accepts=_BPS, needs=("yield",)),
    _measure(
        "expense_ratio",
        _SHARE,
        "value-weighted average yearly fund cost",
        accepts=_BPS,
        needs=("expense_ratio",),
    ),
    _measure("esg_score", _NUMBER, "value-weighted average ESG score", needs=("esg_score",)),
    _measure(
        "carbon_intensity", _NUMBER, "value-weighted average carbon intensity", needs=("carbon_intensity",)
    ),
    _measure("rating", _TEXT, "value-weighted average credit rating, on the notch scale", needs=("rating",)),
    _measure(
        "voting_ownership",
        _SHARE,
        "voting shares held over voting shares outstanding",
        needs=("voting_shares_outstanding",),
    ),
    _measure(
        "non_voting_ownership",
        _SHARE,
        "non-voting shares held over non-voting shares outstanding",
        needs=("non_voting_shares_outstanding",),
    ),
    _measure("ownership", _SHARE, "shares held over shares outstanding", needs=("shares_outstanding",)),
    _measure("trade_value", _MONEY, "value of one trade", _TRADES),
    _measure("trade_shares", Unit.SHARES_HELD, "shares of one trade", _TRADES),
    _measure(
        "days_to_liquidate",
        Unit.DAYS,
        "trading days needed to sell the subject at the stated share of daily volume",
        accepts=frozenset({Unit.BUSINESS_DAYS, _NUMBER}),
        needs=("volume",),
    ),
    _measure(
        "capped_weight",
        _SHARE,
        "weight in which each issuer counts up to 5%, and not at all above 10% of its votes",
    ),
    _measure(
        "otc_exposure",
        _SHARE,
        "exposure to a counterparty from over-the-counter contracts",
        needs=("otc_exposure",),
    ),
    _measure(
        "drift",
        Unit.POINTS,
        "largest distance of a class from its target",
        accepts=_POINTS,
        difference=True,
        needs=("targets",),
    ),
    _measure(
        "tracking_error",
        _SHARE,
        "yearly standard deviation of the return against the benchmark, from the risk model",
        accepts=_BPS,
        needs=("risk model", "benchmark"),
    ),
    _measure(
        "volatility",
        _SHARE,
        "yearly standard deviation of the return, from the risk model",
        accepts=_BPS,
        needs=("risk model",),
    ),
    _measure("count", _NUMBER, "distinct securities held (or trades, lots, groups) of the subject", _COUNTED),
    _measure("portfolio_value", _MONEY, "value of everything held, cash included", _ACCOUNT),
    _measure("net_assets", _MONEY, "value of everything held, cash included, less what is owed", _ACCOUNT),
    _measure("total_assets", _MONEY, "net assets plus borrowing", _ACCOUNT),
)
