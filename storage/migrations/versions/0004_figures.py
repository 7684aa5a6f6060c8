"""What figures are counted from: facts of each hazard, what stands open, and indexes for every list.

The facts of hazards that are there already are made by ``storage.rebuild``, which ``qingling migrate`` runs.
"""

import sqlalchemy as sa
from alembic import op

from storage.tables import Instant

revision = "0004"
down_revision = "0003"

_NARROWED_BY = [
    "state", "open", "owner", "mode", "level", "sla", "urgency", "colour", "subdistrict", "channel",
    "hazard_class",
]  # fmt: skip
_COUNTED_BY = [
    "owner", "state", "level", "sla", "subdistrict", "colour", "mode", "major", "channel", "category",
    "next_due", "reported_at",
]  # fmt: skip


def upgrade() -> None:
    op.add_column("hazards", sa.Column("open", sa.Boolean))
    op.execute(
        "UPDATE hazards SET open = state NOT IN "
        "('CLEARED', 'LOOK_BACK', 'CLOSED', 'DISMISSED', 'MERGED', 'HANDED_OVER')"
    )
    for name in ("updated", "reported", "due", "state", "owner", "overdue"):
        op.drop_index(f"ix_hazards_{name}", "hazards")
    for name, column, also in (
        ("updated", "updated_at", []),
        ("reported", "reported_at", ["registered_by"]),
        ("due", "next_due", []),
    ):
        op.create_index(f"ix_hazards_{name}", "hazards", ["profile", column, "id", *_NARROWED_BY, *also])
    op.create_index(
        "ix_hazards_open",
        "hazards",
        ["profile", *_COUNTED_BY, "id"],
        sqlite_where=sa.text("open = 1"),
        postgresql_where=sa.text("open"),
    )
    op.create_table(
        "facts",
        sa.Column("hazard_id", sa.String, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("profile", sa.String, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("unit", sa.String, nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("detail", sa.String, nullable=False),
        sa.Column("on_time", sa.Boolean),
        sa.PrimaryKeyConstraint("hazard_id", "seq", "kind", name="pk_facts"),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazards.id"], name="fk_facts_hazard_id"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_facts_counted", "facts", ["profile", "kind", "at", "unit", "detail", "on_time", "round"]
    )
    op.create_table(
        "derived",
        sa.Column("name", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_derived"),
    )
