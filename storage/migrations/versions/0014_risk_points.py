"""The register of risk points: its record, the points as they stand, and which hazards are linked to them."""

import sqlalchemy as sa
from alembic import op

from storage.tables import Instant

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "risk_log",
        sa.Column("profile", sa.String, nullable=False),
        sa.Column("seq", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("point", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("unit", sa.String, nullable=False),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("prev_hash", sa.String, nullable=False),
        sa.Column("hash", sa.String, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("profile", "seq", name="pk_risk_log"),
        sa.UniqueConstraint("profile", "key", name="uq_risk_log_profile_key"),
    )
    op.create_index("ix_risk_log_point", "risk_log", ["profile", "point", "seq"])
    if op.get_bind().dialect.name == "sqlite":
        _append_only_on_sqlite()
    else:
        _append_only_on_postgresql()
    op.create_table(
        "risk_points",
        sa.Column("profile", sa.String, nullable=False),
        sa.Column("number", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("place", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("colour", sa.String, nullable=False),
        sa.Column("department", sa.String, nullable=False),
        sa.Column("subdistrict", sa.String),
        sa.Column("registered_by", sa.String, nullable=False),
        sa.Column("code", sa.String),
        sa.Column("category", sa.Integer),
        sa.Column("review_on", sa.String, nullable=False),
        sa.Column("open", sa.Boolean, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("profile", "number", name="pk_risk_points"),
    )
    op.create_index("ix_risk_points_rank", "risk_points", ["profile", "open", "rank", "number"])
    op.create_table(
        "hazard_points",
        sa.Column("hazard_id", sa.String, nullable=False),
        sa.Column("point", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("hazard_id", "point", name="pk_hazard_points"),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazards.id"], name="fk_hazard_points_hazard_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_hazard_points_point", "hazard_points", ["point", "hazard_id"])


def _append_only_on_sqlite() -> None:
    for what, zh in (("update", "修改"), ("delete", "删除")):
        op.execute(
            f"""
            CREATE TRIGGER risk_log_no_{what} BEFORE {what.upper()} ON risk_log
            BEGIN SELECT RAISE(ABORT, '风险点的记录只增不改，不得{zh} / the record of risk points is append-only: no {what}'); END
            """
        )
    # INSERT OR REPLACE deletes what it replaces without asking the trigger above.
    op.execute(
        """
        CREATE TRIGGER risk_log_no_replace BEFORE INSERT ON risk_log
        WHEN EXISTS (SELECT 1 FROM risk_log
                     WHERE profile = NEW.profile AND (seq = NEW.seq OR "key" = NEW."key"))
        BEGIN SELECT RAISE(ABORT, '风险点的记录只增不改，不得替换 / the record of risk points is append-only: no replacement'); END
        """
    )


def _append_only_on_postgresql() -> None:
    op.execute(
        """
        CREATE FUNCTION risk_log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '风险点的记录只增不改 / the record of risk points is append-only: no %', lower(TG_OP)
                USING ERRCODE = 'restrict_violation';
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER risk_log_no_change BEFORE UPDATE OR DELETE ON risk_log
        FOR EACH ROW EXECUTE FUNCTION risk_log_is_append_only()
        """
    )
    op.execute(
        """
        CREATE TRIGGER risk_log_no_truncate BEFORE TRUNCATE ON risk_log
        FOR EACH STATEMENT EXECUTE FUNCTION risk_log_is_append_only()
        """
    )
