"""A report as plain data: `guardband/report/1`, decimals as text, keys in a fixed order."""

import json
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from engine.facts.money import plain
from reports.prints.report import Report


def report_data(report: Report) -> dict[str, Any]:
    """Return every figure and sentence of the report."""
    return {"schema": "guardband/report/1", **_plain(report)}


def report_json(report: Report) -> bytes:
    """Return the plain data as the bytes of a JSON file."""
    return (json.dumps(report_data(report), ensure_ascii=False, indent=1) + "\n").encode()


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if is_dataclass(value):
        return {part.name: _plain(getattr(value, part.name)) for part in fields(value)}
    assert value is None or isinstance(value, str | int | float | bool), "a plain figure"
    return value
