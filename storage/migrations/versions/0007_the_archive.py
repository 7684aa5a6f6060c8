"""The archive: which objects it holds, and the manifests that list them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.tables import Instant

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "manifests",
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("day", sa.String, nullable=False),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("root", sa.String, nullable=False),
        sa.Column("sealed_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_manifests"),
    )
    op.create_table(
        "archived",
        sa.Column("name", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("hazard_id", sa.String),
        sa.Column("run_id", sa.String),
        sa.Column("first_seq", sa.Integer),
        sa.Column("last_seq", sa.Integer),
        sa.Column("entry", sa.Text, nullable=False),
        sa.Column("stored", sa.Boolean, nullable=False),
        sa.Column("manifest", sa.Integer),
        sa.PrimaryKeyConstraint("name", name="pk_archived"),
        sa.ForeignKeyConstraint(["manifest"], ["manifests.number"], name="fk_archived_manifest"),
    )
    op.create_index("ix_archived_hazard", "archived", ["hazard_id", "kind"])
    op.create_index(
        "ix_archived_open",
        "archived",
        ["name"],
        sqlite_where=sa.text("manifest IS NULL"),
        postgresql_where=sa.text("manifest IS NULL"),
    )
