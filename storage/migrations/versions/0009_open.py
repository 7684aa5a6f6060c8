"""What stands open is counted from its index alone: the index says itself that it is open."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_COUNTED_BY = [
    "owner", "state", "level", "sla", "subdistrict", "colour", "mode", "major", "channel", "category",
    "next_due", "reported_at",
]  # fmt: skip


def upgrade() -> None:
    op.drop_index("ix_hazards_open", "hazards")
    op.create_index(
        "ix_hazards_open",
        "hazards",
        ["profile", "open", *_COUNTED_BY, "id"],
        sqlite_where=sa.text("open = 1"),
        postgresql_where=sa.text("open"),
    )
