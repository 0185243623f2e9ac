"""Bringing a database to the present schema: `guardband db upgrade`.

The migrations lie in `migrations/versions`, one file a step, numbered from 0001; they are part of the
wheel. All steps that a database lacks happen in one transaction: the schema is the new one or the old one.
"""

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from engine.shell.store.connect import VERSIONS, Store, newest_version, schema_version, version_on
from engine.shell.store.failure import StoreError


def upgrade_store(store: Store) -> tuple[str | None, str]:
    """Bring a database to the present schema; return its version before and after.

    Raises StoreError where the database is newer than this program.
    """
    newest = newest_version()
    with store.writing() as session:
        connection = session.connection()
        before = version_on(connection)
        if before is not None and before > newest:
            raise StoreError(
                f"its schema is version {before}, newer than the {newest} of this program",
                place=store.address,
                cure="update guardband",
            )
        if before != newest:
            command.upgrade(config_of(connection), "head")
    after = schema_version(store.engine)
    assert after == newest, "every migration ran"
    return before, after


def config_of(connection: Connection | None) -> Config:
    """Return the settings that Alembic runs our migrations with."""
    config = Config()
    config.set_main_option("script_location", str(VERSIONS.parent))
    config.attributes["connection"] = connection
    return config
