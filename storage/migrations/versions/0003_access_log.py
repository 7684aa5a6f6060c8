"""The access log: readings of confidential hazards, append-only (SEC-01)."""

import sqlalchemy as sa
from alembic import op

from storage.tables import Instant

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "access_log",
        sa.Column("n", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("hazard_id", sa.String, nullable=False),
        sa.Column("profile", sa.String, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("unit", sa.String, nullable=False),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("looked", sa.String, nullable=False),
        sa.Column("outcome", sa.String, nullable=False),
        sa.Column("prev_hash", sa.String, nullable=False),
        sa.Column("hash", sa.String, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("n", name="pk_access_log"),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazards.id"], name="fk_access_log_hazard_id"),
    )
    op.create_index("ix_access_log_hazard", "access_log", ["hazard_id", "n"])
    if op.get_bind().dialect.name == "sqlite":
        _append_only_on_sqlite()
    else:
        _append_only_on_postgresql()


def _append_only_on_sqlite() -> None:
    for what, zh in (("update", "修改"), ("delete", "删除")):
        op.execute(
            f"""
            CREATE TRIGGER access_log_no_{what} BEFORE {what.upper()} ON access_log
            BEGIN SELECT RAISE(ABORT, '访问日志只增不改，不得{zh} / the access log is append-only: no {what}'); END
            """
        )
    # INSERT OR REPLACE deletes what it replaces without asking the trigger above.
    op.execute(
        """
        CREATE TRIGGER access_log_no_replace BEFORE INSERT ON access_log
        WHEN EXISTS (SELECT 1 FROM access_log WHERE n = NEW.n)
        BEGIN SELECT RAISE(ABORT, '访问日志只增不改，不得替换 / the access log is append-only: no replacement'); END
        """
    )


def _append_only_on_postgresql() -> None:
    op.execute(
        """
        CREATE FUNCTION access_log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '访问日志只增不改 / the access log is append-only: no %', lower(TG_OP)
                USING ERRCODE = 'restrict_violation';
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER access_log_no_change BEFORE UPDATE OR DELETE ON access_log
        FOR EACH ROW EXECUTE FUNCTION access_log_is_append_only()
        """
    )
    op.execute(
        """
        CREATE TRIGGER access_log_no_truncate BEFORE TRUNCATE ON access_log
        FOR EACH STATEMENT EXECUTE FUNCTION access_log_is_append_only()
        """
    )
