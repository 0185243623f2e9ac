"""Logs: one line of JSON for each request, on standard error, and nothing of what clients hold.

    {"event": "request", "method": "POST", "path": "/v1/gate", "status": 200, "milliseconds": 12,
     "user": 3, "id": "…", "level": "info", "timestamp": "2026-03-10T09:30:00.000000Z"}

The path is the route's pattern; a person is a number. Bodies, query strings, names of accounts and the
words of errors are never logged.
"""

import sys
from typing import Any

import structlog


def log_lines(out: Any = None) -> Any:
    """Return a logger that writes one JSON object a line. out: unsaid, standard error."""
    return structlog.wrap_logger(
        structlog.PrintLogger(file=out or sys.stderr),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(sort_keys=True),
        ],
    )
