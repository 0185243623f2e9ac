"""Cash, borrowing and the totals of an account.

    cash -30,000 of net assets 970,000: borrowing 30,000 / 970,000, total assets 1,000,000

Borrowing is counted account by account: cash in one account does not pay what another owes.
"""

from dataclasses import replace

from dsl.policy import Unit
from rulebooks.forms import Form
from rulebooks.measures.model import MeasureModule, told_over, whole_account
from rulebooks.scene import Ask, Figure, Scene, Taken


def cash(scene: Scene, taken: Taken, ask: Ask) -> Figure:
    """Return the cash of the scope."""
    return whole_account(scene, taken, ask, scene.cash, base=told_over(scene, ask.unit))


def borrowing(scene: Scene, taken: Taken, ask: Ask) -> Figure:
    """Return the size of negative cash."""
    return whole_account(scene, taken, ask, scene.borrowing, base=told_over(scene, ask.unit))


def assets(scene: Scene, taken: Taken, ask: Ask) -> Figure:
    """Return net or total assets, as the measure is named."""
    form: Form | None = scene.base_form(ask.name)
    assert form is not None
    figure = whole_account(scene, taken, ask, form, base=None)
    return replace(figure, unknown=scene.held_unpriced)


CASH = MeasureModule(
    name="cash", definition="cash on hand, in the account's currency", unit=Unit.MONEY, figure=cash
)
BORROWING = MeasureModule(
    name="borrowing",
    definition="size of negative cash over the weight base",
    unit=Unit.SHARE,
    figure=borrowing,
)
PORTFOLIO_VALUE = MeasureModule(
    name="portfolio_value",
    definition="value of everything held, cash included",
    unit=Unit.MONEY,
    figure=assets,
)
NET_ASSETS = MeasureModule(
    name="net_assets",
    definition="value of everything held, cash included, less what is owed",
    unit=Unit.MONEY,
    figure=assets,
)
TOTAL_ASSETS = MeasureModule(
    name="total_assets", definition="net assets plus borrowing", unit=Unit.MONEY, figure=assets
)

MEASURES = (CASH, BORROWING, PORTFOLIO_VALUE, NET_ASSETS, TOTAL_ASSETS)
