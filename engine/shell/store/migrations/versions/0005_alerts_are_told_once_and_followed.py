"""Alerts are told once and followed until they are gone."""

import sqlalchemy as sa
from alembic import op

from engine.shell.store.columns import Moment

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Take the step; nothing wrote to the table of alerts before it."""
    op.create_table(
        "monitored",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("watch", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("judged_at", Moment(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("raised", sa.Integer(), nullable=False),
        sa.Column("resolved", sa.Integer(), nullable=False),
        sa.Column("escalated", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monitored")),
        sa.UniqueConstraint("watch", "day", name="uq_monitored_watch_day"),
    )
    op.create_table(
        "alert_deliveries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("alert_id", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("receiver", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", Moment(), nullable=False),
        sa.Column("sent_at", Moment(), nullable=True),
        sa.Column("failure", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_alert_deliveries_alert_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_deliveries")),
        sa.UniqueConstraint("alert_id", "event", "receiver", name="uq_alert_deliveries_alert_id_event"),
    )
    with op.batch_alter_table("alert_deliveries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alert_deliveries_alert_id"), ["alert_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_alert_deliveries_receiver"), ["receiver"], unique=False)
        batch_op.create_index(batch_op.f("ix_alert_deliveries_state"), ["state"], unique=False)

    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("watch", sa.String(), nullable=False))
        batch_op.add_column(sa.Column("alert_key", sa.String(), nullable=False))
        batch_op.add_column(sa.Column("severity", sa.String(), nullable=False))
        batch_op.add_column(sa.Column("policy", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("symbol", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("lot", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("breach", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("last_seen", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("closed_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("level", sa.Integer(), nullable=False))
        batch_op.add_column(sa.Column("escalated_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("acknowledged_at", Moment(), nullable=True))
        batch_op.add_column(sa.Column("acknowledged_by", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("note", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("detail", sa.String(), nullable=False))
        batch_op.create_index(
            "alerts_open",
            ["watch", "alert_key"],
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )
