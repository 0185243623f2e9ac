"""The desk as families of routes, ready for `make_app`.

app = make_app(settings, families=(*FAMILIES, *DESK), table=(*TABLE, *PAGES))
"""

from fastapi import APIRouter

from engine.shell.desk.menu import PAGES
from engine.shell.desk.routes import (
    accounts,
    alerts,
    decisions,
    policies,
    proposals,
    publishing,
    session,
    trades,
    waivers,
)

DESK: tuple[APIRouter, ...] = (
    session.router,
    accounts.router,
    trades.router,
    proposals.router,
    decisions.router,
    policies.router,
    publishing.router,
    waivers.router,
    alerts.router,
)
"""Every family of pages."""

__all__ = ["DESK", "PAGES"]
