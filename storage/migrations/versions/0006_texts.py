"""What hazards are found by: pairs of neighbouring characters of their texts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "texts",
        sa.Column("doc", sa.Integer, nullable=False),
        sa.Column("hazard_id", sa.String, nullable=False),
        sa.Column("pairs", TSVECTOR().with_variant(sa.Text(), "sqlite")),
        sa.PrimaryKeyConstraint("doc", name="pk_texts"),
        sa.UniqueConstraint("hazard_id", name="uq_texts_hazard_id"),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazards.id"], name="fk_texts_hazard_id"),
    )
    op.create_index(
        "ix_texts_pairs",
        "texts",
        ["pairs"],
        postgresql_using="gin",
        sqlite_where=sa.text("pairs IS NOT NULL"),
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE text_index USING fts5"
            "(pairs, content='', detail='none', columnsize=0, tokenize='ascii')"
        )
