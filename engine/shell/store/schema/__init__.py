"""The tables, one family a file; `METADATA` holds them all."""

from sqlmodel import SQLModel

from engine.shell.store.schema import (
    alerts,
    households,
    identities,
    imports,
    log,
    lots,
    market,
    orders,
    people,
    policies,
    rules,
    securities,
    service,
    work,
)

METADATA = SQLModel.metadata
"""Every table of the store."""

__all__ = [
    "METADATA",
    "alerts",
    "households",
    "identities",
    "imports",
    "log",
    "lots",
    "market",
    "orders",
    "people",
    "policies",
    "rules",
    "securities",
    "service",
    "work",
]
