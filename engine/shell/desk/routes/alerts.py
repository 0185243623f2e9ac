"""Alerts of the monitor: what a person should look at, and who sees to it."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from engine.shell.desk.asking import reading, writing
from engine.shell.desk.pages import PageRoute, led_to, page
from engine.shell.monitoring.alerts import acknowledge, alerts
from engine.shell.service.guard import At, Signed, author_of, form_of
from reports import words

router = APIRouter(route_class=PageRoute, include_in_schema=False)
ORDER = {"critical": 0, "high": 0, "warning": 1, "warn": 1}


@router.get("/desk/alerts")
async def open_alerts(request: Request, service: At) -> Response:
    """Return the alerts whose facts still hold, those that nobody has seen to first."""
    rows = await reading(service, alerts)
    rows = tuple(sorted(rows, key=lambda row: (row.state != "open", ORDER.get(row.severity, 2), row.since)))
    waiting = sum(row.state == "open" for row in rows)
    first = (
        f"{words.plural(len(rows), 'alert')}; {waiting} not yet acknowledged."
        if rows
        else "No alert: guardband monitor raises them each business day."
    )
    return page(request, "alerts.html.j2", title="Alerts", first=first, rows=rows)


@router.post("/desk/alerts/{alert}/close")
async def seen(request: Request, service: At, person: Signed, alert: int) -> Response:
    """Say that a person has seen an alert and sees to it."""
    note = (await form_of(request)).get("note", "").strip()
    author = author_of(service, person)
    await writing(service, lambda session: acknowledge(session, author, number=alert, note=note))
    return led_to("/desk/alerts", said=f"Alert {alert} is yours; the log says so.")
