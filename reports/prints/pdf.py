"""A page as a PDF that archives keep (PDF/A-3b), with the report's figures attached as JSON.

What would change from run to run is fixed: the dates are those of the report, and the identifier is the
hash of what is printed. Equal inputs give equal bytes on one machine; the fonts are the machine's own.
"""

import hashlib
import warnings
from datetime import UTC, date, datetime, time
from importlib import import_module
from typing import Any

from engine.facts.failure import InputError

ATTACHED = "report.json"
"""The name of the attached file."""


def page_pdf(page: str, *, data: bytes, dated: date) -> bytes:
    """Return a page as PDF/A-3b with `data` (JSON) inside; nothing is fetched for it.

    Raises InputError where the extra `pdf` is not installed, or the libraries that it needs are missing,
    and ValueError where the page asks for anything outside itself.
    """
    try:
        weasyprint, urls = import_module("weasyprint"), import_module("weasyprint.urls")
    except (ImportError, OSError) as missing:
        raise InputError(
            "a PDF needs the package weasyprint, which cannot be imported here",
            place="--format pdf",
            cure='pip install "guardband[pdf]"; or print the page of --format html from a browser',
        ) from missing
    moment = datetime.combine(dated, time(0), UTC)
    attached = weasyprint.Attachment(
        string=data.decode(),
        name=ATTACHED,
        description="Every figure of this report as JSON",
        relationship="Data",
        created=moment,
        modified=moment,
    )
    nothing = urls.URLFetcher(allowed_protocols=(), fail_on_errors=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # WeasyPrint leaves its colour profile open
        try:
            made = weasyprint.HTML(string=page, url_fetcher=nothing).write_pdf(
                pdf_variant="pdf/a-3b",
                pdf_tags=True,
                pdf_identifier=hashlib.sha256(page.encode() + data).digest()[:16],
                attachments=[attached],
                finisher=_unclipped,
            )
        except urls.FatalURLFetchingError as asked:  # no Exception: it would end a server's thread
            raise ValueError(f"the page is not complete in itself: {asked}") from asked
    assert isinstance(made, bytes), "without a target the PDF is returned"
    return made


def _unclipped(_document: Any, pdf: Any) -> None:
    """Draw the words of charts as words of the page, not as pictures of their own.

    A word that is anchored at its end or middle becomes a transparency group, of which Chrome's viewer
    shaves the first letter. Nothing in it is transparent, so that a plain form looks the same.
    """
    for item in pdf.objects:
        extra = getattr(item, "extra", None)
        if extra and extra.get("Subtype") == "/Form" and b"BT" in item.stream:
            extra.pop("Group", None)
