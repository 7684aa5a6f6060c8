"""The programme of recurring duties: its record, its windows, and notices that are about no hazard."""

import sqlalchemy as sa
from alembic import op

from storage.tables import Instant

revision = "0012"
down_revision = "0011"

_REFER_TO_NOTICES = ("receipts", "deliveries")


def upgrade() -> None:
    _notices_without_a_hazard()
    op.create_index(
        "uq_outbox_window",
        "outbox",
        ["profile", "seq", "n"],
        unique=True,
        sqlite_where=sa.text("hazard_id IS NULL"),
        postgresql_where=sa.text("hazard_id IS NULL"),
    )
    op.create_table(
        "programme_log",
        sa.Column("profile", sa.String, nullable=False),
        sa.Column("seq", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("duty", sa.String, nullable=False),
        sa.Column("label", sa.String, nullable=False),
        sa.Column("unit", sa.String, nullable=False),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("rules", sa.String, nullable=False),
        sa.Column("prev_hash", sa.String, nullable=False),
        sa.Column("hash", sa.String, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("profile", "seq", name="pk_programme_log"),
    )
    op.create_index("ix_programme_log_window", "programme_log", ["profile", "duty", "label", "seq"])
    op.create_index("ix_programme_log_kind", "programme_log", ["profile", "kind", "seq"])
    if op.get_bind().dialect.name == "sqlite":
        _append_only_on_sqlite()
    else:
        _append_only_on_postgresql()
    op.create_table(
        "windows",
        sa.Column("profile", sa.String, nullable=False),
        sa.Column("duty", sa.String, nullable=False),
        sa.Column("label", sa.String, nullable=False),
        sa.Column("opens", Instant, nullable=False),
        sa.Column("due", Instant, nullable=False),
        sa.Column("owing", sa.Boolean, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("profile", "duty", "label", name="pk_windows"),
    )
    op.create_index("ix_windows_due", "windows", ["profile", "due", "duty", "label"])
    op.create_index(
        "ix_windows_owing",
        "windows",
        ["profile", "due"],
        sqlite_where=sa.text("owing = 1"),
        postgresql_where=sa.text("owing"),
    )


def _notices_without_a_hazard() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.add_column("outbox", sa.Column("about", sa.String))
        op.alter_column("outbox", "hazard_id", nullable=True)
        return
    # SQLite makes a column nullable by making the table anew, and no row may refer to it meanwhile.
    for table in _REFER_TO_NOTICES:
        op.execute(f"CREATE TEMPORARY TABLE {table}_aside AS SELECT * FROM {table}")
        op.execute(f"DELETE FROM {table}")
    with op.batch_alter_table("outbox") as outbox:
        outbox.add_column(sa.Column("about", sa.String))
        outbox.alter_column("hazard_id", existing_type=sa.String, nullable=True)
    for table in _REFER_TO_NOTICES:
        op.execute(f"INSERT INTO {table} SELECT * FROM {table}_aside")
        op.execute(f"DROP TABLE {table}_aside")


def _append_only_on_sqlite() -> None:
    for what, zh in (("update", "修改"), ("delete", "删除")):
        op.execute(
            f"""
            CREATE TRIGGER programme_log_no_{what} BEFORE {what.upper()} ON programme_log
            BEGIN SELECT RAISE(ABORT, '排查计划的记录只增不改，不得{zh} / the programme''s record is append-only: no {what}'); END
            """
        )
    # INSERT OR REPLACE deletes what it replaces without asking the trigger above.
    op.execute(
        """
        CREATE TRIGGER programme_log_no_replace BEFORE INSERT ON programme_log
        WHEN EXISTS (SELECT 1 FROM programme_log WHERE profile = NEW.profile AND seq = NEW.seq)
        BEGIN SELECT RAISE(ABORT, '排查计划的记录只增不改，不得替换 / the programme''s record is append-only: no replacement'); END
        """
    )


def _append_only_on_postgresql() -> None:
    op.execute(
        """
        CREATE FUNCTION programme_log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '排查计划的记录只增不改 / the programme''s record is append-only: no %', lower(TG_OP)
                USING ERRCODE = 'restrict_violation';
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER programme_log_no_change BEFORE UPDATE OR DELETE ON programme_log
        FOR EACH ROW EXECUTE FUNCTION programme_log_is_append_only()
        """
    )
    op.execute(
        """
        CREATE TRIGGER programme_log_no_truncate BEFORE TRUNCATE ON programme_log
        FOR EACH STATEMENT EXECUTE FUNCTION programme_log_is_append_only()
        """
    )
