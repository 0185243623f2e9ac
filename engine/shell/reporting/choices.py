"""Which report, in which print: what the command line offers, read without reading anything else."""

from enum import StrEnum


class ReportKind(StrEnum):
    """Which report: for whom it is."""

    LETTER = "letter"
    REVIEW = "review"
    AUDIT = "audit"
    COMPLIANCE = "compliance"
    TAX = "tax"
    ANNUAL = "annual"


class Print(StrEnum):
    """What a report is printed as."""

    HTML = "html"
    PDF = "pdf"
    XLSX = "xlsx"
    JSON = "json"
