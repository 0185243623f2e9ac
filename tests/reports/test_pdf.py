"""A PDF is made of its page alone: nothing outside it is asked for."""

from datetime import date

import pytest

from reports.prints.pdf import page_pdf

pytest.importorskip("weasyprint", reason='pip install "guardband[pdf]"', exc_type=ImportError)
DAY = date(2026, 3, 10)


def test_a_page_that_is_complete_in_itself_is_printed() -> None:
    made = page_pdf("<html lang=en><title>One</title><p>One</p>", data=b"{}", dated=DAY)
    assert made.startswith(b"%PDF-")


@pytest.mark.parametrize("address", ["http://localhost:1/a.png", "file:///etc/hostname"])
def test_a_page_that_asks_for_something_outside_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="not complete in itself") as refused:
        page_pdf(f'<html lang=en><p>One <img src="{address}" alt="">', data=b"{}", dated=DAY)
    assert address in str(refused.value)
