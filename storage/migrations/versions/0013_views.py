"""Lists that a seat has saved under a name of its own."""

import sqlalchemy as sa
from alembic import op

from storage.tables import Instant

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "views",
        sa.Column("profile", sa.String, nullable=False),
        sa.Column("unit", sa.String, nullable=False),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("saved_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("profile", "unit", "role", "name", name="pk_views"),
    )
