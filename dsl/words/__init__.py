"""The shipped vocabulary, each word with its unit and one sentence that an officer would say.

Measures, attributes, figures and events that mandates may name. `rulebooks` gives each measure its
exact value; this page says only what the word means. `turnover` is a share: half of purchases plus
sales over the base before, so 30,000 bought and 30,000 sold of 200,000 is 15%.
"""

from functools import lru_cache

from dsl.catalogue import Catalogue, EventEntry, FigureEntry, catalogue
from dsl.policy import Unit
from dsl.words.attributes import ATTRIBUTES
from dsl.words.measures import MEASURES

_SHARE, _MONEY, _NUMBER, _TEXT = Unit.SHARE, Unit.MONEY, Unit.NUMBER, Unit.TEXT

_FIGURES = (
    FigureEntry(name="benchmark_weight", unit=_SHARE, description="weight of the group in the benchmark"),
    FigureEntry(name="benchmark_esg_score", unit=_NUMBER, description="ESG score of the benchmark"),
    FigureEntry(name="benchmark_duration", unit=Unit.YEARS, description="duration of the benchmark"),
    FigureEntry(name="benchmark_beta", unit=_NUMBER, description="beta of the benchmark"),
    FigureEntry(name="benchmark_yield", unit=_SHARE, description="yield of the benchmark"),
    FigureEntry(
        name="benchmark_carbon_intensity", unit=_NUMBER, description="carbon intensity of the benchmark"
    ),
    FigureEntry(name="benchmark_volatility", unit=_SHARE, description="volatility of the benchmark"),
    FigureEntry(name="liability_duration", unit=Unit.YEARS, description="duration of what the plan owes"),
    FigureEntry(
        name="liquidity_need",
        unit=_MONEY,
        description="money that must be at hand, by the cash-flow forecast",
    ),
    FigureEntry(name="net_outflows", unit=_MONEY, description="money expected to be paid out, net"),
)

_EVENTS = (
    EventEntry(name="loss_sale", description="a disposal at a loss in a taxable account"),
    EventEntry(name="gain_sale", description="a disposal at a gain in a taxable account"),
    EventEntry(name="purchase", description="a buy, reinvestment, award or exercise"),
    EventEntry(name="sale", description="a disposal, at a gain or a loss"),
    EventEntry(name="earnings", description="a company's publication of results"),
    EventEntry(name="index_change", description="an addition to or a deletion from an index"),
    EventEntry(name="offering", description="an offering that the firm takes part in"),
    EventEntry(name="research_report", description="a report that the firm publishes"),
    EventEntry(name="client_trade", description="a trade of a client, for personal-account rules"),
)

_BASES = {
    "net_assets": "everything held, cash included, less what is owed",
    "total_assets": "net assets plus borrowing",
    "portfolio_value": "everything held, cash included",
    "invested_assets": "everything held, cash left out",
}


@lru_cache(maxsize=1)
def shipped() -> Catalogue:
    """Return the shipped vocabulary."""
    return catalogue(measures=MEASURES, attributes=ATTRIBUTES, events=_EVENTS, figures=_FIGURES, bases=_BASES)
