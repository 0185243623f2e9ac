"""Orders go out once, and what counterparties report of them is kept."""

import sqlalchemy as sa
from alembic import op

from engine.shell.store.columns import Exact, Moment

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Take the step."""

    op.create_table(
        "tickets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("decision_seq", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("symbol", sa.String(), nullable=False),
        sa.Column("quantity", Exact(), nullable=False),
        sa.Column("price_limit", Exact(), nullable=True),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("filled", Exact(), nullable=False),
        sa.Column("posted", sa.Boolean(), nullable=False),
        sa.Column("replaces", sa.Integer(), nullable=True),
        sa.Column("broker_order", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("sent_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["decision_seq"], ["decisions.seq"], name=op.f("fk_tickets_decision_seq")),
        sa.ForeignKeyConstraint(["replaces"], ["tickets.id"], name=op.f("fk_tickets_replaces")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tickets")),
        sa.UniqueConstraint("decision_seq", "number", name="uq_tickets_decision_seq_number"),
        sa.UniqueConstraint("name", name=op.f("uq_tickets_name")),
    )
    with op.batch_alter_table("tickets") as batch_op:
        batch_op.create_index(batch_op.f("ix_tickets_decision"), ["decision"], unique=False)
        batch_op.create_index(batch_op.f("ix_tickets_decision_seq"), ["decision_seq"], unique=False)
        batch_op.create_index(batch_op.f("ix_tickets_posted"), ["posted"], unique=False)
        batch_op.create_index(batch_op.f("ix_tickets_state"), ["state"], unique=False)

    op.create_table(
        "order_reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("identity", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("received_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_order_reports_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_reports")),
        sa.UniqueConstraint("route", "identity", name="uq_order_reports_route_identity"),
    )
    with op.batch_alter_table("order_reports") as batch_op:
        batch_op.create_index(batch_op.f("ix_order_reports_ticket_id"), ["ticket_id"], unique=False)

    op.create_table(
        "order_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("original", sa.String(), nullable=True),
        sa.Column("quantity", Exact(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("sent_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_order_requests_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_requests")),
        sa.UniqueConstraint("name", name=op.f("uq_order_requests_name")),
    )
    with op.batch_alter_table("order_requests") as batch_op:
        batch_op.create_index(batch_op.f("ix_order_requests_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_order_requests_ticket_id"), ["ticket_id"], unique=False)

    with op.batch_alter_table("executions") as batch_op:
        batch_op.add_column(sa.Column("amount", Exact(), nullable=True))
        batch_op.add_column(sa.Column("superseded_at", Moment(), nullable=True))

    with op.batch_alter_table("orders") as batch_op:
        batch_op.add_column(sa.Column("ticket_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("number", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_orders_ticket_id"), ["ticket_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_orders_ticket_id"), "tickets", ["ticket_id"], ["id"])
