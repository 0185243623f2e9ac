"""Runs the migrations on the connection that `upgrade_store` hands over."""

from typing import Any, Literal

from alembic import context

from engine.shell.store.columns import Exact, Moment
from engine.shell.store.schema import METADATA


def _rendered(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our own types by their names, and texts as what they are, into new migrations."""
    if kind == "type" and isinstance(item, Exact | Moment):
        return f"{type(item).__name__}()"
    if kind == "type" and type(item).__name__ == "AutoString":
        return "sa.String()"
    return False


connection = context.config.attributes["connection"]
assert connection is not None, "migrations run through `guardband db upgrade`"
context.configure(
    connection=connection,
    target_metadata=METADATA,
    render_as_batch=bool(context.config.attributes.get("batch", True)),
    render_item=_rendered,
)
context.run_migrations()
