"""The record: hazards, their ledger, deadlines, involved units and notices, numbers and rulebooks."""

import sqlalchemy as sa
from alembic import op

from storage.tables import Instant

revision = "0001"
down_revision = None


def upgrade() -> None:
    _tables()
    if op.get_bind().dialect.name == "sqlite":
        _append_only_on_sqlite()
    else:
        _append_only_on_postgresql()


def _tables() -> None:
    op.create_table(
        "hazards",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("profile", sa.String, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("head", sa.String, nullable=False),
        sa.Column("rules", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("mode", sa.String, nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("relapses", sa.Integer, nullable=False),
        sa.Column("urgency", sa.String, nullable=False),
        sa.Column("sla", sa.String, nullable=False),
        sa.Column("level", sa.String, nullable=False),
        sa.Column("major", sa.Boolean, nullable=False),
        sa.Column("colour", sa.String),
        sa.Column("confidentiality", sa.String, nullable=False),
        sa.Column("owner", sa.String, nullable=False),
        sa.Column("registered_by", sa.String, nullable=False),
        sa.Column("subdistrict", sa.String),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("code", sa.String),
        sa.Column("hazard_class", sa.String),
        sa.Column("category", sa.Integer),
        sa.Column("reported_at", Instant, nullable=False),
        sa.Column("occurred_at", Instant),
        sa.Column("cleared_at", Instant),
        sa.Column("closed_at", Instant),
        sa.Column("strike_off", sa.String),
        sa.Column("merged_into", sa.String),
        sa.Column("next_wake", Instant),
        sa.Column("next_due", Instant),
        sa.Column("updated_at", Instant, nullable=False),
        sa.Column("external_source", sa.String),
        sa.Column("external_number", sa.String),
        sa.Column("reporter_ref", sa.String),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("snapshot", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_hazards"),
    )
    op.create_index("ix_hazards_updated", "hazards", ["profile", "updated_at", "id"])
    op.create_index("ix_hazards_reported", "hazards", ["profile", "reported_at", "id"])
    op.create_index("ix_hazards_due", "hazards", ["profile", "next_due", "id"])
    op.create_index("ix_hazards_state", "hazards", ["profile", "state", "updated_at"])
    op.create_index("ix_hazards_owner", "hazards", ["profile", "owner", "updated_at"])
    _index_where("ix_hazards_overdue", "hazards", ["profile", "updated_at", "id"], "sla = 'OVERDUE'")
    op.create_index("ix_hazards_external", "hazards", ["external_source", "external_number"])

    op.create_table(
        "ledger",
        sa.Column("hazard_id", sa.String, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("profile", sa.String, nullable=False),
        sa.Column("type", sa.String, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("actor_unit", sa.String, nullable=False),
        sa.Column("actor_role", sa.String, nullable=False),
        sa.Column("actor_person", sa.String, nullable=False),
        sa.Column("rule", sa.String, nullable=False),
        sa.Column("prev_hash", sa.String, nullable=False),
        sa.Column("hash", sa.String, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("hazard_id", "seq", name="pk_ledger"),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazards.id"], name="fk_ledger_hazard_id"),
    )
    op.create_index("ix_ledger_at", "ledger", ["profile", "at"])

    op.create_table(
        "deadlines",
        sa.Column("hazard_id", sa.String, nullable=False),
        sa.Column("clock", sa.String, nullable=False),
        sa.Column("bearer", sa.String, nullable=False),
        sa.Column("row", sa.String, nullable=False),
        sa.Column("started", Instant, nullable=False),
        sa.Column("due", Instant, nullable=False),
        sa.Column("due_by", sa.String, nullable=False),
        sa.Column("provisional", sa.Boolean, nullable=False),
        sa.Column("unpublished", sa.Boolean, nullable=False),
        sa.Column("calendar", sa.String, nullable=False),
        sa.Column("level", sa.String, nullable=False),
        sa.Column("stopped_at", Instant),
        sa.PrimaryKeyConstraint("hazard_id", "clock", name="pk_deadlines"),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazards.id"], name="fk_deadlines_hazard_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_deadlines_bearer", "deadlines", ["bearer", "due"])
    op.create_index("ix_deadlines_due", "deadlines", ["due"])
    _index_where(
        "ix_deadlines_unpublished", "deadlines", ["hazard_id"], "unpublished", on_sqlite="unpublished = 1"
    )

    op.create_table(
        "involved",
        sa.Column("hazard_id", sa.String, nullable=False),
        sa.Column("unit_id", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("hazard_id", "unit_id", name="pk_involved"),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazards.id"], name="fk_involved_hazard_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_involved_unit", "involved", ["unit_id", "hazard_id"])

    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("hazard_id", sa.String, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("n", sa.Integer, nullable=False),
        sa.Column("unit", sa.String, nullable=False),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("document", sa.String, nullable=False),
        sa.Column("rung", sa.String),
        sa.Column("clock", sa.String),
        sa.Column("due", Instant),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("delivered_at", Instant),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("hazard_id", "seq", "n", name="uq_outbox_hazard_id_seq_n"),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazards.id"], name="fk_outbox_hazard_id"),
    )
    _index_where("ix_outbox_waiting", "outbox", ["id"], "delivered_at IS NULL")
    op.create_index("ix_outbox_unit", "outbox", ["unit", "created_at"])

    op.create_table(
        "numbers",
        sa.Column("profile", sa.String, nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("serial", sa.Integer, nullable=False),
        sa.Column("hazard_id", sa.String, nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("profile", "year", "serial", name="pk_numbers"),
        sa.UniqueConstraint("hazard_id", name="uq_numbers_hazard_id"),
        sa.UniqueConstraint("key", name="uq_numbers_key"),
    )

    op.create_table(
        "rulebooks",
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("version", sa.String, nullable=False),
        sa.Column("published_at", Instant, nullable=False),
        sa.Column("current", sa.Boolean, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_rulebooks"),
    )
    _index_where(
        "uq_rulebooks_current", "rulebooks", ["kind", "name"], "current", on_sqlite="current = 1", unique=True
    )


def _index_where(
    name: str,
    table: str,
    columns: list[str],
    where: str,
    *,
    on_sqlite: str | None = None,
    unique: bool = False,
) -> None:
    op.create_index(
        name,
        table,
        columns,
        unique=unique,
        sqlite_where=sa.text(on_sqlite or where),
        postgresql_where=sa.text(where),
    )


def _append_only_on_sqlite() -> None:
    for what, zh in (("update", "修改"), ("delete", "删除")):
        op.execute(
            f"""
            CREATE TRIGGER ledger_no_{what} BEFORE {what.upper()} ON ledger
            BEGIN SELECT RAISE(ABORT, '台账只增不改，不得{zh} / the ledger is append-only: no {what}'); END
            """
        )
    # INSERT OR REPLACE deletes what it replaces without asking the trigger above.
    op.execute(
        """
        CREATE TRIGGER ledger_no_replace BEFORE INSERT ON ledger
        WHEN EXISTS (SELECT 1 FROM ledger WHERE hazard_id = NEW.hazard_id AND seq = NEW.seq)
        BEGIN SELECT RAISE(ABORT, '台账只增不改，不得替换 / the ledger is append-only: no replacement'); END
        """
    )


def _append_only_on_postgresql() -> None:
    op.execute(
        """
        CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '台账只增不改 / the ledger is append-only: no %', lower(TG_OP)
                USING ERRCODE = 'restrict_violation';
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER ledger_no_change BEFORE UPDATE OR DELETE ON ledger
        FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only()
        """
    )
    op.execute(
        """
        CREATE TRIGGER ledger_no_truncate BEFORE TRUNCATE ON ledger
        FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only()
        """
    )
