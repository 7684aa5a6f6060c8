"""The windows that somebody still owes, in the order of their list: without it SQLite passed the index over."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.drop_index("ix_windows_owing", "windows")
    op.create_index(
        "ix_windows_owing",
        "windows",
        ["profile", "due", "duty", "label"],
        sqlite_where=sa.text("owing = 1"),
        postgresql_where=sa.text("owing"),
    )
