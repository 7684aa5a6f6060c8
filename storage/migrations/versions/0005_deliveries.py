"""Deliveries of notices out of the house, and receipts."""

import sqlalchemy as sa
from alembic import op

from storage.tables import Instant

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    # What was written before there was delivery stays in the inbox; nobody is to be flooded with it now.
    op.execute("UPDATE outbox SET delivered_at = created_at WHERE delivered_at IS NULL")
    op.drop_column("outbox", "attempts")
    op.add_column("outbox", sa.Column("profile", sa.String, nullable=False, server_default="?"))
    op.execute(
        "UPDATE outbox SET profile = (SELECT profile FROM hazards WHERE hazards.id = outbox.hazard_id)"
    )
    op.drop_index("ix_outbox_unit", "outbox")
    op.drop_index("ix_outbox_waiting", "outbox")
    _index_where("ix_outbox_waiting", "outbox", ["profile", "id"], "delivered_at IS NULL")
    op.create_index("ix_outbox_seat", "outbox", ["unit", "role", "profile", "id"])

    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("notice_id", sa.Integer, nullable=False),
        sa.Column("profile", sa.String, nullable=False),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("recipient", sa.String, nullable=False),
        sa.Column("armed", sa.String, nullable=False),
        sa.Column("lapses", sa.Boolean, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("not_before", Instant, nullable=False),
        sa.Column("give_up_at", Instant, nullable=False),
        sa.Column("message", sa.String),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("error", sa.String),
        sa.Column("sent_at", Instant),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.UniqueConstraint("recipient", "armed", "profile", name="uq_deliveries_recipient_armed_profile"),
        sa.ForeignKeyConstraint(["notice_id"], ["outbox.id"], name="fk_deliveries_notice_id"),
    )
    op.create_index("ix_deliveries_notice", "deliveries", ["notice_id"])
    _index_where(
        "ix_deliveries_open", "deliveries", ["profile", "not_before"], "state IN ('waiting', 'sending')"
    )
    _index_where("ix_deliveries_failed", "deliveries", ["profile", "id"], "state = 'failed'")

    op.create_table(
        "receipts",
        sa.Column("notice_id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("unit", sa.String, nullable=False),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("person", sa.String, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("notice_id", name="pk_receipts"),
        sa.ForeignKeyConstraint(["notice_id"], ["outbox.id"], name="fk_receipts_notice_id"),
    )


def _index_where(name: str, table: str, columns: list[str], condition: str) -> None:
    op.create_index(
        name,
        table,
        columns,
        sqlite_where=sa.text(condition),
        postgresql_where=sa.text(condition),
    )
