"""Charts: the same figures give the same bytes, and each has a text alternative with its figures."""

from collections.abc import Callable
from datetime import date
from xml.etree import ElementTree

import pytest

from reports.charts.bands import BandRow, bands_chart
from reports.charts.headroom import HeadroomRow, headroom_chart
from reports.charts.lots import LotDot, lots_chart
from reports.charts.timeline import WindowRow, timeline_chart
from reports.charts.waterfall import Step, waterfall_chart

CHARTS: tuple[tuple[Callable[[], str], str], ...] = (
    (
        lambda: bands_chart(
            (
                BandRow(label="US equity", low=37, high=47, target=42, before=48.5, after=46.9),
                BandRow(label="cash", low=2, high=8, target=5, before=1.0, after=2.1),
            ),
            question="Where does each class stand?",
        ),
        "US equity: before 48.5%, after 46.9%, band 37.0% to 47.0%",
    ),
    (
        lambda: headroom_chart((HeadroomRow(label="IPS-4.1 Acme", used=1.08, told="5.40% of 5.00%"),)),
        "IPS-4.1 Acme: 5.40% of 5.00%",
    ),
    (
        lambda: lots_chart(
            (LotDot(symbol="KO", days_held=90, gain_percent=-7.5, value=9000, proposed=True),)
        ),
        "1 open lots, 1 below their basis; 1 are proposed for sale.",
    ),
    (
        lambda: timeline_chart(
            (
                WindowRow(
                    label="XOM 40",
                    sold=date(2016, 6, 10),
                    purchases=((date(2016, 7, 8), True),),
                    told="120.00 disallowed, for good",
                ),
            )
        ),
        "XOM 40 sold 2016-06-10: 120.00 disallowed, for good",
    ),
    (
        lambda: waterfall_chart((Step(label="losses open", amount=1200, total=True),), currency="USD"),
        "losses open 1,200 USD",
    ),
)


@pytest.mark.parametrize(("chart", "told"), CHARTS)
def test_a_chart_is_deterministic_and_says_what_it_shows(chart: Callable[[], str], told: str) -> None:
    drawn = chart()
    assert drawn == chart()
    root = ElementTree.fromstring(drawn)
    assert root.attrib["role"] == "img"
    assert told in root.attrib["aria-label"]
    assert "http" not in drawn.replace("http://www.w3.org", "")
