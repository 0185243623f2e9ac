"""The first tables."""

import sqlalchemy as sa
from alembic import op

from engine.shell.store.columns import Exact, Moment

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "alerts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("raised_at", Moment(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=True),
        sa.Column("household", sa.String(), nullable=True),
        sa.Column("rule", sa.String(), nullable=True),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("closed_at", Moment(), nullable=True),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
    )
    op.create_index(op.f("ix_alerts_account"), "alerts", ["account"], unique=False)
    op.create_table(
        "decisions",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("form", sa.Integer(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_decisions")),
        sa.UniqueConstraint("hash", name=op.f("uq_decisions_hash")),
        sa.UniqueConstraint("previous", name=op.f("uq_decisions_previous")),
    )
    op.create_index(op.f("ix_decisions_kind"), "decisions", ["kind"], unique=False)
    op.create_table(
        "imports",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
    )
    op.create_index(op.f("ix_imports_digest"), "imports", ["digest"], unique=False)
    op.create_table(
        "proposals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("rulebook_hash", sa.String(), nullable=False),
        sa.Column("facts_hash", sa.String(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("name", name=op.f("uq_users_name")),
    )
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("row_hash", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("superseded_at", Moment(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("household", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("cash", Exact(), nullable=False),
        sa.Column("fractional", sa.Boolean(), nullable=False),
        sa.Column("policy", sa.String(), nullable=True),
        sa.Column("model", sa.String(), nullable=True),
        sa.Column("benchmark", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_accounts_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
    )
    op.create_index(
        "accounts_current",
        "accounts",
        ["row_key", "valid_from"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_index(op.f("ix_accounts_account"), "accounts", ["account"], unique=False)
    op.create_index(op.f("ix_accounts_household"), "accounts", ["household"], unique=False)
    op.create_index(op.f("ix_accounts_import_id"), "accounts", ["import_id"], unique=False)
    op.create_table(
        "adjustments",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("row_hash", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("superseded_at", Moment(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("sale", sa.String(), nullable=False),
        sa.Column("sold", sa.Date(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("symbol", sa.String(), nullable=False),
        sa.Column("lot", sa.String(), nullable=False),
        sa.Column("replacement", sa.String(), nullable=False),
        sa.Column("replacement_account", sa.String(), nullable=False),
        sa.Column("quantity", Exact(), nullable=False),
        sa.Column("disallowed", Exact(), nullable=False),
        sa.Column("absorbed", Exact(), nullable=False),
        sa.Column("permanent", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_adjustments_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adjustments")),
    )
    op.create_index(
        "adjustments_current",
        "adjustments",
        ["row_key", "valid_from"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_index(op.f("ix_adjustments_account"), "adjustments", ["account"], unique=False)
    op.create_index(op.f("ix_adjustments_import_id"), "adjustments", ["import_id"], unique=False)
    op.create_table(
        "benchmarks",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("row_hash", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("superseded_at", Moment(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("benchmark", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("symbol", sa.String(), nullable=False),
        sa.Column("weight", Exact(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_benchmarks_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_benchmarks")),
    )
    op.create_index(
        "benchmarks_current",
        "benchmarks",
        ["row_key", "valid_from"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_index(op.f("ix_benchmarks_benchmark"), "benchmarks", ["benchmark"], unique=False)
    op.create_index(op.f("ix_benchmarks_import_id"), "benchmarks", ["import_id"], unique=False)
    op.create_table(
        "broker_forms",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("row_hash", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("superseded_at", Moment(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("sale", sa.String(), nullable=True),
        sa.Column("lot", sa.String(), nullable=True),
        sa.Column("symbol", sa.String(), nullable=True),
        sa.Column("sold", sa.Date(), nullable=True),
        sa.Column("acquired", sa.Date(), nullable=True),
        sa.Column("quantity", Exact(), nullable=True),
        sa.Column("term", sa.String(), nullable=True),
        sa.Column("proceeds", Exact(), nullable=True),
        sa.Column("basis", Exact(), nullable=True),
        sa.Column("box_1f", Exact(), nullable=False),
        sa.Column("box_1g", Exact(), nullable=False),
        sa.Column("basis_reported", sa.Boolean(), nullable=True),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_broker_forms_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broker_forms")),
    )
    op.create_index(
        "broker_forms_current",
        "broker_forms",
        ["row_key", "valid_from"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_index(op.f("ix_broker_forms_account"), "broker_forms", ["account"], unique=False)
    op.create_index(op.f("ix_broker_forms_import_id"), "broker_forms", ["import_id"], unique=False)
    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("row_hash", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("superseded_at", Moment(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("symbol", sa.String(), nullable=True),
        sa.Column("account", sa.String(), nullable=True),
        sa.Column("amount", Exact(), nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_events_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    op.create_index(
        "events_current",
        "events",
        ["row_key", "valid_from"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_index(op.f("ix_events_import_id"), "events", ["import_id"], unique=False)
    op.create_table(
        "fund_holdings",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("row_hash", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("superseded_at", Moment(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("fund", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("symbol", sa.String(), nullable=False),
        sa.Column("weight", Exact(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_fund_holdings_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_holdings")),
    )
    op.create_index(
        "fund_holdings_current",
        "fund_holdings",
        ["row_key", "valid_from"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_index(op.f("ix_fund_holdings_import_id"), "fund_holdings", ["import_id"], unique=False)
    op.create_table(
        "fx_rates",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("row_hash", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("superseded_at", Moment(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("rate", Exact(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_fx_rates_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fx_rates")),
    )
    op.create_index(
        "fx_rates_current",
        "fx_rates",
        ["row_key", "valid_from"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_index(op.f("ix_fx_rates_import_id"), "fx_rates", ["import_id"], unique=False)
    op.create_table(
        "governs",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("row_hash", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("superseded_at", Moment(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("policy", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_governs_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_governs")),
    )
    op.create_index(
        "governs_current",
        "governs",
        ["row_key", "valid_from"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_index(op.f("ix_governs_account"), "governs", ["account"], unique=False)
    op.create_index(op.f("ix_governs_import_id"), "governs", ["import_id"], unique=False)
    op.create_index(op.f("ix_governs_policy"), "governs", ["policy"], unique=False)
    op.create_table(
        "households",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("row_hash", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("superseded_at", Moment(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("household", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_households_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_households")),
    )
    op.create_index(
        "households_current",
        "households",
        ["row_key", "valid_from"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_index(op.f("ix_households_household"), "households", ["household"], unique=False)
    op.create_index(op.f("ix_households_import_id"), "households", ["import_id"], unique=False)
    op.create_table(
        "imported_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_imported_files_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imported_files")),
    )
    op.create_index(op.f("ix_imported_files_import_id"), "imported_files", ["import_id"], unique=False)
    op.create_table(
        "lots",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("row_hash", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("superseded_at", Moment(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("lot", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("symbol", sa.String(), nullable=False),
        sa.Column("quantity", Exact(), nullable=False),
        sa.Column("basis", Exact(), nullable=False),
        sa.Column("acquired", sa.Date(), nullable=False),
        sa.Column("adjusted_acquired", sa.Date(), nullable=False),
        sa.Column("original_basis", Exact(), nullable=False),
        sa.Column("order_name", sa.String(), nullable=True),
        sa.Column("deferred", Exact(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_lots_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lots")),
    )
    op.create_index(op.f("ix_lots_account"), "lots", ["account"], unique=False)
    op.create_index(op.f("ix_lots_import_id"), "lots", ["import_id"], unique=False)
    op.create_index(
        "lots_current",
        "lots",
        ["row_key", "valid_from"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "mandates",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("policy", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("rulebook_hash", sa.String(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=True),
        sa.Column("effective_until", sa.Date(), nullable=True),
        sa.Column("supersedes", sa.String(), nullable=True),
        sa.Column("extends", sa.String(), nullable=True),
        sa.Column("applies_to", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("calendar", sa.String(), nullable=True),
        sa.Column("base", sa.String(), nullable=False),
        sa.Column("missing", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("approved_by", sa.String(), nullable=True),
        sa.Column("approved_on", sa.Date(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_mandates_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mandates")),
        sa.UniqueConstraint("content", name=op.f("uq_mandates_content")),
    )
    op.create_index(op.f("ix_mandates_policy"), "mandates", ["policy"], unique=False)
    op.create_table(
        "models",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("row_hash", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("superseded_at", Moment(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("holds", sa.String(), nullable=False),
        sa.Column("weight", Exact(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_models_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_models")),
    )
    op.create_index(op.f("ix_models_import_id"), "models", ["import_id"], unique=False)
    op.create_index(op.f("ix_models_model"), "models", ["model"], unique=False)
    op.create_index(
        "models_current",
        "models",
        ["row_key", "valid_from"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "open_lots",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("row_hash", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("superseded_at", Moment(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("lot", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("symbol", sa.String(), nullable=False),
        sa.Column("quantity", Exact(), nullable=False),
        sa.Column("basis", Exact(), nullable=False),
        sa.Column("original_basis", Exact(), nullable=False),
        sa.Column("deferred", Exact(), nullable=False),
        sa.Column("acquired", sa.Date(), nullable=False),
        sa.Column("adjusted_acquired", sa.Date(), nullable=False),
        sa.Column("long_from", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_open_lots_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_open_lots")),
    )
    op.create_index(op.f("ix_open_lots_account"), "open_lots", ["account"], unique=False)
    op.create_index(op.f("ix_open_lots_import_id"), "open_lots", ["import_id"], unique=False)
    op.create_index(op.f("ix_open_lots_long_from"), "open_lots", ["long_from"], unique=False)
    op.create_index(
        "open_lots_current",
        "open_lots",
        ["row_key", "valid_from"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "open_orders",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("row_hash", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("superseded_at", Moment(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("order_name", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("symbol", sa.String(), nullable=False),
        sa.Column("quantity", Exact(), nullable=False),
        sa.Column("filled", Exact(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_open_orders_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_open_orders")),
    )
    op.create_index(op.f("ix_open_orders_account"), "open_orders", ["account"], unique=False)
    op.create_index(op.f("ix_open_orders_import_id"), "open_orders", ["import_id"], unique=False)
    op.create_index(
        "open_orders_current",
        "open_orders",
        ["row_key", "valid_from"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "orders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_name", sa.String(), nullable=False),
        sa.Column("decision_seq", sa.Integer(), nullable=True),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("symbol", sa.String(), nullable=False),
        sa.Column("quantity", Exact(), nullable=False),
        sa.Column("lot", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("sent_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["decision_seq"], ["decisions.seq"], name=op.f("fk_orders_decision_seq")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sa.UniqueConstraint("order_name", name=op.f("uq_orders_order_name")),
    )
    op.create_index(op.f("ix_orders_account"), "orders", ["account"], unique=False)
    op.create_index(op.f("ix_orders_decision_seq"), "orders", ["decision_seq"], unique=False)
    op.create_table(
        "prices",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("row_hash", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("superseded_at", Moment(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("symbol", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("price", Exact(), nullable=False),
        sa.Column("volume", Exact(), nullable=True),
        sa.Column("dividend", Exact(), nullable=True),
        sa.Column("split", Exact(), nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_prices_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prices")),
    )
    op.create_index(op.f("ix_prices_day"), "prices", ["day"], unique=False)
    op.create_index(op.f("ix_prices_import_id"), "prices", ["import_id"], unique=False)
    op.create_index(op.f("ix_prices_symbol"), "prices", ["symbol"], unique=False)
    op.create_index(
        "prices_current",
        "prices",
        ["row_key", "valid_from"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "risk_covariances",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("row_hash", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("superseded_at", Moment(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("factor", sa.String(), nullable=False),
        sa.Column("other", sa.String(), nullable=False),
        sa.Column("covariance", Exact(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_risk_covariances_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_covariances")),
    )
    op.create_index(op.f("ix_risk_covariances_import_id"), "risk_covariances", ["import_id"], unique=False)
    op.create_index(
        "risk_covariances_current",
        "risk_covariances",
        ["row_key", "valid_from"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "risk_exposures",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("row_hash", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("superseded_at", Moment(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("symbol", sa.String(), nullable=False),
        sa.Column("factor", sa.String(), nullable=False),
        sa.Column("loading", Exact(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_risk_exposures_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_exposures")),
    )
    op.create_index(op.f("ix_risk_exposures_import_id"), "risk_exposures", ["import_id"], unique=False)
    op.create_index(
        "risk_exposures_current",
        "risk_exposures",
        ["row_key", "valid_from"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "risk_factors",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("row_hash", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("superseded_at", Moment(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("factor", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_risk_factors_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_factors")),
    )
    op.create_index(op.f("ix_risk_factors_import_id"), "risk_factors", ["import_id"], unique=False)
    op.create_index(
        "risk_factors_current",
        "risk_factors",
        ["row_key", "valid_from"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "risk_specifics",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("row_hash", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("superseded_at", Moment(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("symbol", sa.String(), nullable=False),
        sa.Column("specific", Exact(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_risk_specifics_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_specifics")),
    )
    op.create_index(op.f("ix_risk_specifics_import_id"), "risk_specifics", ["import_id"], unique=False)
    op.create_index(
        "risk_specifics_current",
        "risk_specifics",
        ["row_key", "valid_from"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "securities",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("row_hash", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("superseded_at", Moment(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("symbol", sa.String(), nullable=False),
        sa.Column("asset_class", sa.String(), nullable=False),
        sa.Column("instrument", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("lot_size", Exact(), nullable=False),
        sa.Column("cusip", sa.String(), nullable=True),
        sa.Column("multiplier", Exact(), nullable=False),
        sa.Column("underlying", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_securities_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_securities")),
    )
    op.create_index(op.f("ix_securities_import_id"), "securities", ["import_id"], unique=False)
    op.create_index(op.f("ix_securities_issuer"), "securities", ["issuer"], unique=False)
    op.create_index(op.f("ix_securities_symbol"), "securities", ["symbol"], unique=False)
    op.create_index(
        "securities_current",
        "securities",
        ["row_key", "valid_from"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "tax_profiles",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("row_hash", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("superseded_at", Moment(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("short_term_rate", Exact(), nullable=True),
        sa.Column("long_term_rate", Exact(), nullable=True),
        sa.Column("filing_status", sa.String(), nullable=True),
        sa.Column("tax_status", sa.String(), nullable=False),
        sa.Column("adjusted_taxable_income", Exact(), nullable=True),
        sa.Column("carryover_short", Exact(), nullable=True),
        sa.Column("carryover_long", Exact(), nullable=True),
        sa.Column("realized_short", Exact(), nullable=True),
        sa.Column("realized_long", Exact(), nullable=True),
        sa.Column("turnover", Exact(), nullable=True),
        sa.Column("magi", Exact(), nullable=True),
        sa.Column("investment_income", Exact(), nullable=True),
        sa.Column("average_cost", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_tax_profiles_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tax_profiles")),
    )
    op.create_index(op.f("ix_tax_profiles_account"), "tax_profiles", ["account"], unique=False)
    op.create_index(op.f("ix_tax_profiles_import_id"), "tax_profiles", ["import_id"], unique=False)
    op.create_index(
        "tax_profiles_current",
        "tax_profiles",
        ["row_key", "valid_from"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "told",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("row_hash", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("superseded_at", Moment(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("family", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_told_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_told")),
    )
    op.create_index(op.f("ix_told_import_id"), "told", ["import_id"], unique=False)
    op.create_index(
        "told_current",
        "told",
        ["row_key", "valid_from"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "trades",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=True),
        sa.Column("decision_seq", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("symbol", sa.String(), nullable=False),
        sa.Column("quantity", Exact(), nullable=False),
        sa.Column("price", Exact(), nullable=True),
        sa.Column("lot", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("decision", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["decision_seq"], ["decisions.seq"], name=op.f("fk_trades_decision_seq")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_trades_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trades")),
    )
    op.create_index(op.f("ix_trades_account"), "trades", ["account"], unique=False)
    op.create_index(op.f("ix_trades_decision_seq"), "trades", ["decision_seq"], unique=False)
    op.create_index(op.f("ix_trades_proposal_id"), "trades", ["proposal_id"], unique=False)
    op.create_table(
        "transactions",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("row_hash", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("superseded_at", Moment(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("symbol", sa.String(), nullable=True),
        sa.Column("quantity", Exact(), nullable=True),
        sa.Column("price", Exact(), nullable=True),
        sa.Column("amount", Exact(), nullable=True),
        sa.Column("fees", Exact(), nullable=False),
        sa.Column("order_name", sa.String(), nullable=True),
        sa.Column("lots", sa.String(), nullable=True),
        sa.Column("time_of_day", sa.Time(), nullable=True),
        sa.Column("ex_date", sa.Date(), nullable=True),
        sa.Column("from_symbol", sa.String(), nullable=True),
        sa.Column("basis", Exact(), nullable=True),
        sa.Column("acquired", sa.Date(), nullable=True),
        sa.Column("basis_share", Exact(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_transactions_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transactions")),
    )
    op.create_index(op.f("ix_transactions_account"), "transactions", ["account"], unique=False)
    op.create_index(op.f("ix_transactions_day"), "transactions", ["day"], unique=False)
    op.create_index(op.f("ix_transactions_import_id"), "transactions", ["import_id"], unique=False)
    op.create_index(op.f("ix_transactions_reference"), "transactions", ["reference"], unique=False)
    op.create_index(
        "transactions_current",
        "transactions",
        ["row_key", "valid_from"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "verdicts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("decision_seq", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("policy", sa.String(), nullable=True),
        sa.Column("account", sa.String(), nullable=True),
        sa.Column("household", sa.String(), nullable=True),
        sa.Column("grouped", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("breach", sa.String(), nullable=True),
        sa.Column("responses", sa.String(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("before", Exact(), nullable=True),
        sa.Column("after", Exact(), nullable=True),
        sa.Column("bound", Exact(), nullable=True),
        sa.Column("headroom", Exact(), nullable=True),
        sa.ForeignKeyConstraint(["decision_seq"], ["decisions.seq"], name=op.f("fk_verdicts_decision_seq")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verdicts")),
    )
    op.create_index(op.f("ix_verdicts_decision_seq"), "verdicts", ["decision_seq"], unique=False)
    op.create_index(op.f("ix_verdicts_rule"), "verdicts", ["rule"], unique=False)
    op.create_table(
        "waivers",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("row_hash", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("superseded_at", Moment(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("policy", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("noun", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("up_to", sa.String(), nullable=True),
        sa.Column("up_to_value", Exact(), nullable=True),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("approved_by", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("clause", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_waivers_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waivers")),
    )
    op.create_index(op.f("ix_waivers_import_id"), "waivers", ["import_id"], unique=False)
    op.create_index(op.f("ix_waivers_policy"), "waivers", ["policy"], unique=False)
    op.create_index(
        "waivers_current",
        "waivers",
        ["row_key", "valid_from"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "account_attributes",
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["row_id"], ["accounts.id"], name=op.f("fk_account_attributes_row_id")),
        sa.PrimaryKeyConstraint("row_id", "name", name=op.f("pk_account_attributes")),
    )
    op.create_table(
        "bands",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("mandate_id", sa.Integer(), nullable=False),
        sa.Column("targets", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("target", Exact(), nullable=True),
        sa.Column("low", Exact(), nullable=False),
        sa.Column("high", Exact(), nullable=False),
        sa.Column("within", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["mandate_id"], ["mandates.id"], name=op.f("fk_bands_mandate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bands")),
    )
    op.create_index(op.f("ix_bands_mandate_id"), "bands", ["mandate_id"], unique=False)
    op.create_table(
        "clauses",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("mandate_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("clause", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["mandate_id"], ["mandates.id"], name=op.f("fk_clauses_mandate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clauses")),
    )
    op.create_index(op.f("ix_clauses_mandate_id"), "clauses", ["mandate_id"], unique=False)
    op.create_table(
        "executions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("executed_at", Moment(), nullable=False),
        sa.Column("quantity", Exact(), nullable=False),
        sa.Column("price", Exact(), nullable=False),
        sa.Column("fees", Exact(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_executions_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_executions")),
        sa.UniqueConstraint("reference", name=op.f("uq_executions_reference")),
    )
    op.create_index(op.f("ix_executions_order_id"), "executions", ["order_id"], unique=False)
    op.create_table(
        "identical_groups",
        sa.Column("mandate_id", sa.Integer(), nullable=False),
        sa.Column("identical", sa.String(), nullable=False),
        sa.Column("symbol", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["mandate_id"], ["mandates.id"], name=op.f("fk_identical_groups_mandate_id")),
        sa.PrimaryKeyConstraint("mandate_id", "identical", "symbol", name=op.f("pk_identical_groups")),
    )
    op.create_table(
        "mandate_files",
        sa.Column("mandate_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["mandate_id"], ["mandates.id"], name=op.f("fk_mandate_files_mandate_id")),
        sa.PrimaryKeyConstraint("mandate_id", "path", name=op.f("pk_mandate_files")),
    )
    op.create_table(
        "manuals",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("mandate_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("clause", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("reviewed_each", sa.String(), nullable=False),
        sa.Column("reviewed_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["mandate_id"], ["mandates.id"], name=op.f("fk_manuals_mandate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manuals")),
    )
    op.create_index(op.f("ix_manuals_mandate_id"), "manuals", ["mandate_id"], unique=False)
    op.create_table(
        "parameters",
        sa.Column("mandate_id", sa.Integer(), nullable=False),
        sa.Column("parameter", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("value", Exact(), nullable=False),
        sa.Column("low", Exact(), nullable=True),
        sa.Column("high", Exact(), nullable=True),
        sa.Column("unit", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["mandate_id"], ["mandates.id"], name=op.f("fk_parameters_mandate_id")),
        sa.PrimaryKeyConstraint("mandate_id", "parameter", name=op.f("pk_parameters")),
    )
    op.create_table(
        "policies",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("row_hash", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("superseded_at", Moment(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("policy", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("mandate_id", sa.Integer(), nullable=False),
        sa.Column("published_by", sa.String(), nullable=True),
        sa.Column("approved_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_policies_import_id")),
        sa.ForeignKeyConstraint(["mandate_id"], ["mandates.id"], name=op.f("fk_policies_mandate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policies")),
    )
    op.create_index(op.f("ix_policies_import_id"), "policies", ["import_id"], unique=False)
    op.create_index(op.f("ix_policies_mandate_id"), "policies", ["mandate_id"], unique=False)
    op.create_index(op.f("ix_policies_policy"), "policies", ["policy"], unique=False)
    op.create_index(
        "policies_current",
        "policies",
        ["row_key", "valid_from"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "rules",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("mandate_id", sa.Integer(), nullable=False),
        sa.Column("policy", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("obligation", sa.String(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("form_class", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("for_each", sa.String(), nullable=True),
        sa.Column("each_of", sa.String(), nullable=True),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("bound", sa.String(), nullable=True),
        sa.Column("base", sa.String(), nullable=False),
        sa.Column("valued_at", sa.String(), nullable=False),
        sa.Column("looking_through", sa.Boolean(), nullable=False),
        sa.Column("tested", sa.String(), nullable=False),
        sa.Column("when_words", sa.String(), nullable=True),
        sa.Column("unless_words", sa.String(), nullable=True),
        sa.Column("warn_from", sa.String(), nullable=True),
        sa.Column("missing", sa.String(), nullable=False),
        sa.Column("on_active", sa.String(), nullable=False),
        sa.Column("on_passive", sa.String(), nullable=False),
        sa.Column("exception_to", sa.String(), nullable=True),
        sa.Column("effective_from", sa.Date(), nullable=True),
        sa.Column("effective_until", sa.Date(), nullable=True),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["mandate_id"], ["mandates.id"], name=op.f("fk_rules_mandate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rules")),
    )
    op.create_index(op.f("ix_rules_for_each"), "rules", ["for_each"], unique=False)
    op.create_index(op.f("ix_rules_mandate_id"), "rules", ["mandate_id"], unique=False)
    op.create_index(op.f("ix_rules_measure"), "rules", ["measure"], unique=False)
    op.create_index(op.f("ix_rules_rule"), "rules", ["rule"], unique=False)
    op.create_table(
        "security_attributes",
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["row_id"], ["securities.id"], name=op.f("fk_security_attributes_row_id")),
        sa.PrimaryKeyConstraint("row_id", "name", name=op.f("pk_security_attributes")),
    )
    op.create_table(
        "sources",
        sa.Column("mandate_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("dated", sa.Date(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("clauses_from", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["mandate_id"], ["mandates.id"], name=op.f("fk_sources_mandate_id")),
        sa.PrimaryKeyConstraint("mandate_id", "source", name=op.f("pk_sources")),
    )
    op.create_table(
        "substitutes",
        sa.Column("mandate_id", sa.Integer(), nullable=False),
        sa.Column("symbol", sa.String(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("replacement", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["mandate_id"], ["mandates.id"], name=op.f("fk_substitutes_mandate_id")),
        sa.PrimaryKeyConstraint("mandate_id", "symbol", "rank", name=op.f("pk_substitutes")),
    )
    op.create_table(
        "citations",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("mandate_id", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=True),
        sa.Column("statement", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("clause", sa.String(), nullable=False),
        sa.Column("quote", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["mandate_id"], ["mandates.id"], name=op.f("fk_citations_mandate_id")),
        sa.ForeignKeyConstraint(["rule_id"], ["rules.id"], name=op.f("fk_citations_rule_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_citations")),
    )
    op.create_index(op.f("ix_citations_clause"), "citations", ["clause"], unique=False)
    op.create_index(op.f("ix_citations_mandate_id"), "citations", ["mandate_id"], unique=False)
    op.create_index(op.f("ix_citations_rule_id"), "citations", ["rule_id"], unique=False)
    op.create_table(
        "limits",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("value", Exact(), nullable=True),
        sa.Column("never_above", Exact(), nullable=True),
        sa.Column("never_below", Exact(), nullable=True),
        sa.Column("parameter", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["rule_id"], ["rules.id"], name=op.f("fk_limits_rule_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_limits")),
    )
    op.create_index(op.f("ix_limits_rule_id"), "limits", ["rule_id"], unique=False)
