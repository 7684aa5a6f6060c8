"""Listed hazards: the listings themselves, each unit's part, and deadlines that know whose part they time."""

import sqlalchemy as sa
from alembic import op

from storage.tables import Instant

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _deadlines_anew()
    else:
        op.add_column("deadlines", sa.Column("subtask", sa.String, nullable=False, server_default=""))
        op.alter_column("deadlines", "subtask", server_default=None)
        op.drop_constraint("pk_deadlines", "deadlines")
        op.create_primary_key("pk_deadlines", "deadlines", ["hazard_id", "clock", "subtask"])
    op.add_column("outbox", sa.Column("subtask", sa.String))
    op.create_table(
        "listings",
        sa.Column("hazard_id", sa.String, nullable=False),
        sa.Column("profile", sa.String, nullable=False),
        sa.Column("listed_at", Instant, nullable=False),
        sa.Column("removed_at", Instant),
        sa.Column("authority", sa.String, nullable=False),
        sa.Column("sponsor_unit", sa.String, nullable=False),
        sa.Column("sponsor_post", sa.String, nullable=False),
        sa.Column("lead", sa.String, nullable=False),
        sa.Column("document", sa.String, nullable=False),
        sa.Column("removal_document", sa.String, nullable=False),
        sa.Column("extensions", sa.Integer, nullable=False),
        sa.Column("failed_acceptances", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("hazard_id", name="pk_listings"),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazards.id"], name="fk_listings_hazard_id"),
    )
    op.create_index("ix_listings_listed", "listings", ["profile", "listed_at"])
    op.create_table(
        "subtasks",
        sa.Column("hazard_id", sa.String, nullable=False),
        sa.Column("unit", sa.String, nullable=False),
        sa.Column("profile", sa.String, nullable=False),
        sa.Column("lead", sa.Boolean, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("sla", sa.String, nullable=False),
        sa.Column("level", sa.String, nullable=False),
        sa.Column("highest", sa.String, nullable=False),
        sa.Column("due", Instant),
        sa.Column("last_node", sa.String, nullable=False),
        sa.Column("reported_at", Instant),
        sa.Column("confirmed_at", Instant),
        sa.PrimaryKeyConstraint("hazard_id", "unit", name="pk_subtasks"),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazards.id"], name="fk_subtasks_hazard_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_subtasks_unit", "subtasks", ["unit", "state", "due"])


_KEPT = "hazard_id, clock, bearer, row, started, due, due_by, provisional, unpublished, calendar, level, stopped_at"


def _deadlines_anew() -> None:
    """SQLite changes no primary key: a new table takes over the rows of the old one."""
    for name in ("bearer", "due", "unpublished"):
        op.drop_index(f"ix_deadlines_{name}", "deadlines")
    op.rename_table("deadlines", "deadlines_before")
    op.create_table(
        "deadlines",
        sa.Column("hazard_id", sa.String, nullable=False),
        sa.Column("clock", sa.String, nullable=False),
        sa.Column("subtask", sa.String, nullable=False),
        sa.Column("bearer", sa.String, nullable=False),
        sa.Column("row", sa.String, nullable=False),
        sa.Column("started", Instant, nullable=False),
        sa.Column("due", Instant, nullable=False),
        sa.Column("due_by", sa.String, nullable=False),
        sa.Column("provisional", sa.Boolean, nullable=False),
        sa.Column("unpublished", sa.Boolean, nullable=False),
        sa.Column("calendar", sa.String, nullable=False),
        sa.Column("level", sa.String, nullable=False),
        sa.Column("stopped_at", Instant),
        sa.PrimaryKeyConstraint("hazard_id", "clock", "subtask", name="pk_deadlines"),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazards.id"], name="fk_deadlines_hazard_id"),
        sqlite_with_rowid=False,
    )
    op.execute(f"INSERT INTO deadlines (subtask, {_KEPT}) SELECT '', {_KEPT} FROM deadlines_before")
    op.drop_table("deadlines_before")
    op.create_index("ix_deadlines_bearer", "deadlines", ["bearer", "due"])
    op.create_index("ix_deadlines_due", "deadlines", ["due"])
    op.create_index(
        "ix_deadlines_unpublished", "deadlines", ["hazard_id"], sqlite_where=sa.text("unpublished = 1")
    )
