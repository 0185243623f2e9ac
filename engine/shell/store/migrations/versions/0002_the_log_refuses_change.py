"""The log refuses change: contents, head and keys beside it, and triggers on both databases."""

import sqlalchemy as sa
from alembic import op

from engine.shell.store.columns import Moment

revision = "0002"
down_revision = "0001"

SAYS = "the decision log is append-only"
NEVER = ("decisions", "contents", "verdicts")
"""Tables whose rows are never changed or deleted; of `trades`, those that belong to a decision."""


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "contents",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_contents")),
    )
    op.create_table(
        "log_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_head")),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("revoked_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_api_keys_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("prefix", name=op.f("uq_api_keys_prefix")),
    )
    op.create_index(op.f("ix_api_keys_user_id"), "api_keys", ["user_id"], unique=False)
    if op.get_bind().dialect.name == "sqlite":
        _on_sqlite()
    else:
        _on_postgresql()


def _on_sqlite() -> None:
    for table in (*NEVER, "trades"):
        only = " WHEN OLD.decision_seq IS NOT NULL" if table == "trades" else ""
        for act in ("UPDATE", "DELETE"):
            _trigger(f"{table}_no_{act.lower()}", f"BEFORE {act} ON {table}{only}")
    _trigger("log_head_no_delete", "BEFORE DELETE ON log_head")
    _trigger("log_head_forward", "BEFORE UPDATE ON log_head WHEN NEW.id <> OLD.id OR NEW.seq <> OLD.seq + 1")
    _trigger("log_head_one", "BEFORE INSERT ON log_head WHEN EXISTS (SELECT 1 FROM log_head)")
    last = "(SELECT COALESCE(MAX(seq), 0) FROM decisions)"
    _trigger("decisions_next", f"BEFORE INSERT ON decisions WHEN NEW.seq <> {last} + 1")
    again = "EXISTS (SELECT 1 FROM contents WHERE sha256 = NEW.sha256)"
    _trigger("contents_once", f"BEFORE INSERT ON contents WHEN {again}")


def _trigger(name: str, when: str) -> None:
    op.execute(f"CREATE TRIGGER {name} {when} BEGIN SELECT RAISE(ABORT, '{SAYS}'); END")


def _on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION guardband_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{SAYS}'; END $$"
    )
    for table in NEVER:
        _refuse(f"{table}_no_change", f"BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW")
    _refuse(
        "trades_no_change",
        "BEFORE UPDATE OR DELETE ON trades FOR EACH ROW WHEN (OLD.decision_seq IS NOT NULL)",
    )
    for table in (*NEVER, "trades", "log_head"):
        _refuse(f"{table}_no_truncate", f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT")
    _refuse("log_head_no_delete", "BEFORE DELETE ON log_head FOR EACH ROW")
    _refuse(
        "log_head_forward",
        "BEFORE UPDATE ON log_head FOR EACH ROW WHEN (NEW.id <> OLD.id OR NEW.seq <> OLD.seq + 1)",
    )
    op.execute(
        "CREATE FUNCTION guardband_next() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF NEW.seq <> (SELECT COALESCE(MAX(seq), 0) FROM decisions) + 1 THEN "
        f"RAISE EXCEPTION '{SAYS}'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER decisions_next BEFORE INSERT ON decisions FOR EACH ROW "
        "EXECUTE FUNCTION guardband_next()"
    )


def _refuse(name: str, when: str) -> None:
    op.execute(f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION guardband_refuse()")
