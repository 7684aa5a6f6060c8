"""Whose lateness an obligation is about; the rebuild that the new version of the read model asks for fills it in."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("obligations", sa.Column("about", sa.String))
