"""The attributes: what conditions can name, each with its unit and one sentence."""

from dsl.catalogue import AttributeEntry
from dsl.policy import Unit

_SHARE, _MONEY, _NUMBER, _TEXT = Unit.SHARE, Unit.MONEY, Unit.NUMBER, Unit.TEXT
_BPS = frozenset({Unit.BPS})
_ALL = frozenset({"holdings", "securities", "lots", "trades"})
_LOT = frozenset({"lots"})
_TRADE = frozenset({"trades"})
_HOUSE = frozenset({"account"})
_YES_NO = ("yes", "no")


def _attribute(
    name: str,
    unit: Unit,
    description: str,
    of: frozenset[str] = _ALL,
    *,
    values: tuple[str, ...] = (),
    closed: bool = False,
    accepts: frozenset[Unit] = frozenset(),
    rated: bool = False,
) -> AttributeEntry:
    return AttributeEntry(
        name=name,
        unit=unit,
        description=description,
        of=of,
        values=values,
        closed=closed,
        accepts=accepts,
        rated=rated,
    )


_INSTRUMENTS = (
    "common_stock",
    "preferred_stock",
    "etf",
    "mutual_fund",
    "adr",
    "bond",
    "us_government",
    "option",
    "warrant",
    "money_market",
    "cash",
    "deposit",
    "fund",
    "transferable_security",
    "ric_shares",
    "private_placement",
    "commodity",
    "precious_metals",
)
_ACCOUNT_KINDS = (
    "taxable",
    "ira",
    "roth_ira",
    "401k",
    "hsa",
    "529",
    "trust",
    "fund",
    "rrsp",
    "rrif",
    "tfsa",
    "isa",
    "sipp",
)
_DAY_COUNT = frozenset({_NUMBER})

ATTRIBUTES = (
    _attribute("symbol", _TEXT, "the security's symbol"),
    _attribute("security", _TEXT, "the security's symbol"),
    _attribute(
        "asset_class",
        _TEXT,
        "equity, fixed_income, cash and so on",
        values=("equity", "fixed_income", "cash", "commodity", "real_estate", "crypto", "option", "other"),
    ),
    _attribute(
        "instrument",
        _TEXT,
        "the legal kind of the security",
        values=_INSTRUMENTS,
    ),
    _attribute("issuer", _TEXT, "the company or body that issued the security"),
    _attribute("issuer_group", _TEXT, "the group whose accounts include the issuer"),
    _attribute("issuer.kind", _TEXT, "what kind of body the issuer is: corporate, sovereign, us_government"),
    _attribute("issuer.affiliated", _TEXT, "whether the issuer is an affiliate", values=_YES_NO, closed=True),
    _attribute("issuer.status", _TEXT, "standing of the issuer, for example bankrupt"),
    _attribute("issuer.country", _TEXT, "where the issuer has its seat"),
    _attribute("fund.kind", _TEXT, "what kind of fund it is: ucits, ric, other"),
    _attribute("manager", _TEXT, "who manages the fund or the mandate"),
    _attribute("name", _TEXT, "the security's name"),
    _attribute("sector", _TEXT, "the industry sector by the firm's classification"),
    _attribute("industry", _TEXT, "the industry within its sector"),
    _attribute("industry_group", _TEXT, "the industry group within its sector"),
    _attribute("country", _TEXT, "country of the security, two letters"),
    _attribute("region", _TEXT, "region of the country"),
    _attribute("currency", _TEXT, "currency of the security, three letters"),
    _attribute("exchange", _TEXT, "where the security is listed"),
    _attribute("cusip", _TEXT, "the nine-character security number"),
    _attribute("isin", _TEXT, "the twelve-character security number"),
    _attribute("style", _TEXT, "the manager's or the index's style"),
    _attribute("size", _TEXT, "large, mid or small", values=("large", "mid", "small")),
    _attribute("theme", _TEXT, "the investment theme that a fund's name promises"),
    _attribute("bond_type", _TEXT, "the kind of bond, for example eu_covered_bond"),
    _attribute("controlled_business", _TEXT, "issuers that the fund controls and that are in one business"),
    _attribute("counterparty", _TEXT, "the other side of a contract"),
    _attribute("liquidity", _TEXT, "how fast it can be sold: high, moderate, low, illiquid"),
    _attribute("underlying", _TEXT, "the security that an option is written on"),
    _attribute("right", _TEXT, "call or put", values=("call", "put"), closed=True),
    _attribute("covered", _TEXT, "whether a written option is covered", values=_YES_NO, closed=True),
    _attribute("rating", _TEXT, "credit rating of the security", rated=True),
    _attribute("rating_agency", _TEXT, "who gave the rating"),
    _attribute("esg_rating", _TEXT, "ESG rating of the company"),
    _attribute("listed", _TEXT, "whether it is listed on an exchange", values=_YES_NO, closed=True),
    _attribute(
        "controversial_weapons", _TEXT, "whether the company makes such weapons", values=_YES_NO, closed=True
    ),
    _attribute(
        "nuclear_weapons", _TEXT, "whether the company makes such weapons", values=_YES_NO, closed=True
    ),
    _attribute(
        "qualifying",
        _TEXT,
        "whether it qualifies as a qualifying employer security",
        values=_YES_NO,
        closed=True,
    ),
    _attribute(
        "employer_security", _TEXT, "whether the plan's employer issued it", values=_YES_NO, closed=True
    ),
    _attribute("margin_bought", _TEXT, "whether it was bought on margin", values=_YES_NO, closed=True),
    _attribute("tobacco_revenue", _SHARE, "share of the company's revenue from tobacco"),
    _attribute("fossil_revenue", _SHARE, "share of the company's revenue from fossil fuels"),
    _attribute("weapons_revenue", _SHARE, "share of the company's revenue from weapons"),
    _attribute("gambling_revenue", _SHARE, "share of the company's revenue from gambling"),
    _attribute("alcohol_revenue", _SHARE, "share of the company's revenue from alcohol"),
    _attribute("esg_score", _NUMBER, "ESG score of the company"),
    _attribute("carbon_intensity", _NUMBER, "tonnes of carbon per million of revenue"),
    _attribute("beta", _NUMBER, "sensitivity to the market"),
    _attribute("duration", Unit.YEARS, "modified duration"),
    _attribute("maturity", Unit.YEARS, "time to maturity", accepts=frozenset({Unit.DATE})),
    _attribute("maturity_date", Unit.DATE, "the day the bond is repaid"),
    _attribute("expiry", Unit.DATE, "the last day of an option"),
    _attribute("yield", _SHARE, "yield to maturity", accepts=_BPS),
    _attribute("expense_ratio", _SHARE, "yearly cost of a fund", accepts=_BPS),
    _attribute("market_cap", _MONEY, "market value of the whole company"),
    _attribute("issue_size", _MONEY, "size of the whole bond issue"),
    _attribute("strike", _MONEY, "strike price of an option", accepts=frozenset({_NUMBER})),
    _attribute("price", _MONEY, "price of one share or unit"),
    _attribute("average_daily_volume", Unit.SHARES_HELD, "mean volume of the last 20 trading days"),
    _attribute("shares_outstanding", Unit.SHARES_HELD, "shares that exist of the security"),
    _attribute("voting_shares_outstanding", Unit.SHARES_HELD, "voting shares that exist of the issuer"),
    _attribute(
        "non_voting_shares_outstanding", Unit.SHARES_HELD, "non-voting shares that exist of the issuer"
    ),
    _attribute(
        "price_age",
        Unit.DAYS,
        "days since the price was seen",
        accepts=frozenset({Unit.BUSINESS_DAYS}),
        of=_ALL | _HOUSE,
    ),
    _attribute("benchmark_weight", _SHARE, "weight in the account's benchmark"),
    _attribute("otc_exposure", _MONEY, "exposure to the counterparty of a contract"),
    _attribute("quantity", Unit.SHARES_HELD, "shares held", accepts=frozenset({_NUMBER})),
    _attribute("value", _MONEY, "market value"),
    _attribute("weight", _SHARE, "value over the weight base"),
    # lots
    _attribute("lot", _TEXT, "name of the lot", _LOT),
    _attribute("acquired", Unit.DATE, "the day the lot was bought", _LOT),
    _attribute("adjusted_acquired", Unit.DATE, "the day the holding period counts from", _LOT),
    _attribute("basis", _MONEY, "adjusted basis of the lot", _LOT),
    _attribute("cost", _MONEY, "adjusted basis of the lot", _LOT),
    _attribute("original_basis", _MONEY, "what was paid for the lot", _LOT),
    _attribute("gain", _MONEY, "value less adjusted basis of the lot", _LOT),
    _attribute("loss", _MONEY, "size of the gain where it is negative, else 0", _LOT),
    _attribute("holding_days", Unit.DAYS, "days since the (adjusted) acquisition", _LOT, accepts=_DAY_COUNT),
    _attribute(
        "days_to_long_term",
        Unit.DAYS,
        "days until a sale is long-term, 0 if it is today",
        _LOT,
        accepts=_DAY_COUNT,
    ),
    _attribute("term", _TEXT, "short or long", _LOT, values=("short", "long"), closed=True),
    # trades
    _attribute(
        "side",
        _TEXT,
        "buy, sell, short_sell or buy_to_cover",
        _TRADE,
        values=("buy", "sell", "short_sell", "buy_to_cover"),
        closed=True,
    ),
    _attribute(
        "closes_position",
        _TEXT,
        "whether the trade sells all that is held",
        _TRADE,
        values=_YES_NO,
        closed=True,
    ),
    _attribute("trade_value", _MONEY, "value of the trade", _TRADE),
    _attribute("trade_shares", Unit.SHARES_HELD, "shares of the trade", _TRADE, accepts=frozenset({_NUMBER})),
    _attribute("order_type", _TEXT, "market, limit and so on", _TRADE),
    _attribute("reason", _TEXT, "why the trade is proposed", _TRADE),
    # the account and the day
    _attribute("today", Unit.DATE, "the trade date", _HOUSE | _ALL),
    _attribute("account", _TEXT, "the account's id", _HOUSE | _ALL),
    _attribute("household", _TEXT, "the household's id", _HOUSE | _ALL),
    _attribute(
        "account.kind",
        _TEXT,
        "taxable, ira, trust and so on",
        _HOUSE | _ALL,
        values=_ACCOUNT_KINDS,
    ),
    _attribute(
        "account.owner", _TEXT, "self, spouse or entity", _HOUSE | _ALL, values=("self", "spouse", "entity")
    ),
    _attribute("account.currency", _TEXT, "currency of the account", _HOUSE | _ALL),
    _attribute("account.model", _TEXT, "the account's model", _HOUSE | _ALL),
    _attribute("account.benchmark", _TEXT, "the account's benchmark", _HOUSE | _ALL),
    _attribute("account.filing_status", _TEXT, "how the owner files taxes", _HOUSE | _ALL),
    _attribute("account.tax_status", _TEXT, "investor, dealer or trader_475f", _HOUSE | _ALL),
    _attribute("account.policy", _TEXT, "id of the policy in force", _HOUSE | _ALL),
    _attribute("portfolio_value", _MONEY, "value of everything held, cash included", _HOUSE),
    _attribute("net_assets", _MONEY, "value of everything held less what is owed", _HOUSE),
    _attribute("total_assets", _MONEY, "net assets plus borrowing", _HOUSE),
    _attribute("cash", _MONEY, "cash on hand", _HOUSE),
)
