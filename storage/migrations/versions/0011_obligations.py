"""Obligations across hazards; the rows come with the rebuild that the new version of the read model asks for."""

import sqlalchemy as sa
from alembic import op

from storage.tables import Instant

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "obligations",
        sa.Column("hazard_id", sa.String, nullable=False),
        sa.Column("id", sa.String, nullable=False),
        sa.Column("profile", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("unit", sa.String, nullable=False),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("open", sa.Boolean, nullable=False),
        sa.Column("raised_at", Instant, nullable=False),
        sa.Column("due", Instant),
        sa.Column("clock", sa.String),
        sa.Column("received_at", Instant),
        sa.Column("met_at", Instant),
        sa.Column("accepted_at", Instant),
        sa.Column("result", sa.String),
        sa.PrimaryKeyConstraint("hazard_id", "id", name="pk_obligations"),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazards.id"], name="fk_obligations_hazard_id"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_obligations_due", "obligations", ["profile", "open", "due", "hazard_id", "id", "unit", "kind"]
    )
    op.create_index(
        "ix_obligations_raised",
        "obligations",
        ["profile", "raised_at", "hazard_id", "id", "open", "unit", "kind", "due"],
    )
