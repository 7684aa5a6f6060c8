"""The tables. What makes the ledger append-only (its triggers) stands in the migrations."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.types import TypeEngine

from domain.values import local


class Instant(TypeDecorator[datetime]):
    """A moment. Goes in with any offset, is kept in UTC to the microsecond, comes out in Asia/Shanghai.

    SQLite has no such type: there it is text of fixed width, which sorts as time does.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(32))
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> object:
        """Raises ``ValueError`` on a naive datetime."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without offset is ambiguous")
        moment = value.astimezone(UTC)
        return moment.isoformat(timespec="microseconds") if dialect.name == "sqlite" else moment

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        """In place of ``process_result_value``, which is reached through two calls more: a list has hundreds."""
        return _moment_or_none


def moment(value: object) -> datetime:
    """An ``Instant`` as a driver gives it, read."""
    return local(value if isinstance(value, datetime) else datetime.fromisoformat(str(value)))


def _moment_or_none(value: object) -> datetime | None:
    return None if value is None else moment(value)


METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def _where(condition: str, on_sqlite: str | None = None) -> dict[str, Any]:
    """Of an index that holds some rows only. SQLite uses it where a query says just the same words."""
    return {"sqlite_where": text(on_sqlite or condition), "postgresql_where": text(condition)}


_NARROWED_BY = (
    "state", "open", "owner", "mode", "level", "sla", "urgency", "colour", "subdistrict", "channel",
    "hazard_class",
)  # fmt: skip
"""Columns a list can be narrowed by."""

_COUNTED_BY = (
    "owner", "state", "level", "sla", "subdistrict", "colour", "mode", "major", "channel", "category",
    "next_due", "reported_at",
)  # fmt: skip
"""Columns that open hazards are counted by."""

hazards = Table(
    "hazards",
    METADATA,
    Column("id", String, primary_key=True),
    Column("profile", String, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("head", String, nullable=False),
    Column("rules", String, nullable=False),
    Column("state", String, nullable=False),
    Column("open", Boolean),
    Column("mode", String, nullable=False),
    Column("round", Integer, nullable=False),
    Column("relapses", Integer, nullable=False),
    Column("urgency", String, nullable=False),
    Column("sla", String, nullable=False),
    Column("level", String, nullable=False),
    Column("major", Boolean, nullable=False),
    Column("colour", String),
    Column("confidentiality", String, nullable=False),
    Column("owner", String, nullable=False),
    Column("registered_by", String, nullable=False),
    Column("subdistrict", String),
    Column("channel", String, nullable=False),
    Column("code", String),
    Column("hazard_class", String),
    Column("category", Integer),
    Column("reported_at", Instant, nullable=False),
    Column("occurred_at", Instant),
    Column("cleared_at", Instant),
    Column("closed_at", Instant),
    Column("strike_off", String),
    Column("merged_into", String),
    Column("next_wake", Instant),
    Column("next_due", Instant),
    Column("updated_at", Instant, nullable=False),
    Column("external_source", String),
    Column("external_number", String),
    Column("reporter_ref", String),
    Column("title", Text, nullable=False),
    Column("place", Text, nullable=False),
    # Long texts last: what stands before them is read without them.
    Column("snapshot", Text, nullable=False),
    Column("description", Text, nullable=False),
    # One index for each order of the list. What a list is narrowed by stands in it too, so that a page is
    # found by walking the index, and only the rows it shows are read.
    Index("ix_hazards_updated", "profile", "updated_at", "id", *_NARROWED_BY),
    Index("ix_hazards_reported", "profile", "reported_at", "id", *_NARROWED_BY, "registered_by"),
    Index("ix_hazards_due", "profile", "next_due", "id", *_NARROWED_BY),
    # What stands open is counted from here alone.
    Index("ix_hazards_open", "profile", "open", *_COUNTED_BY, "id", **_where("open", "open = 1")),
    Index("ix_hazards_external", "external_source", "external_number"),
)
"""One row a hazard, as it stands now; follows from its ledger and is never ahead of it."""

ledger = Table(
    "ledger",
    METADATA,
    Column("hazard_id", ForeignKey("hazards.id"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("profile", String, nullable=False),
    Column("type", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor_unit", String, nullable=False),
    Column("actor_role", String, nullable=False),
    Column("actor_person", String, nullable=False),
    Column("rule", String, nullable=False),
    Column("prev_hash", String, nullable=False),
    Column("hash", String, nullable=False),
    Column("body", Text, nullable=False),
    Index("ix_ledger_at", "profile", "at"),
)
"""What happened. ``body`` is the text that ``hash`` is made of; the other columns repeat parts of it."""

deadlines = Table(
    "deadlines",
    METADATA,
    Column("hazard_id", ForeignKey("hazards.id"), primary_key=True),
    Column("clock", String, primary_key=True),
    Column("subtask", String, primary_key=True),
    Column("bearer", String, nullable=False),
    Column("row", String, nullable=False),
    Column("started", Instant, nullable=False),
    Column("due", Instant, nullable=False),
    Column("due_by", String, nullable=False),
    Column("provisional", Boolean, nullable=False),
    Column("unpublished", Boolean, nullable=False),
    Column("calendar", String, nullable=False),
    Column("level", String, nullable=False),
    Column("stopped_at", Instant),
    Index("ix_deadlines_bearer", "bearer", "due"),
    Index("ix_deadlines_due", "due"),
    Index("ix_deadlines_unpublished", "hazard_id", **_where("unpublished", "unpublished = 1")),
    sqlite_with_rowid=False,
)
"""The clocks each hazard has now, silent ones (``stopped_at``) included. ``subtask`` is empty for the whole."""

listings = Table(
    "listings",
    METADATA,
    Column("hazard_id", ForeignKey("hazards.id"), primary_key=True),
    Column("profile", String, nullable=False),
    Column("listed_at", Instant, nullable=False),
    Column("removed_at", Instant),
    Column("authority", String, nullable=False),
    Column("sponsor_unit", String, nullable=False),
    Column("sponsor_post", String, nullable=False),
    Column("lead", String, nullable=False),
    Column("document", String, nullable=False),
    Column("removal_document", String, nullable=False),
    Column("extensions", Integer, nullable=False),
    Column("failed_acceptances", Integer, nullable=False),
    Index("ix_listings_listed", "profile", "listed_at"),
)
"""What was listed when, under whom, and how it went: the yearly plan of listed hazards is read from here (SUP-12)."""

subtasks = Table(
    "subtasks",
    METADATA,
    Column("hazard_id", ForeignKey("hazards.id"), primary_key=True),
    Column("unit", String, primary_key=True),
    Column("profile", String, nullable=False),
    Column("lead", Boolean, nullable=False),
    Column("state", String, nullable=False),
    Column("sla", String, nullable=False),
    Column("level", String, nullable=False),
    Column("highest", String, nullable=False),
    Column("due", Instant),
    Column("last_node", String, nullable=False),
    Column("reported_at", Instant),
    Column("confirmed_at", Instant),
    Index("ix_subtasks_unit", "unit", "state", "due"),
    sqlite_with_rowid=False,
)
"""Each unit's part of a listed hazard, as it stands now."""

obligations = Table(
    "obligations",
    METADATA,
    Column("hazard_id", ForeignKey("hazards.id"), primary_key=True),
    Column("id", String, primary_key=True),
    Column("profile", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("unit", String, nullable=False),
    Column("role", String, nullable=False),
    Column("about", String),
    Column("open", Boolean, nullable=False),
    Column("raised_at", Instant, nullable=False),
    Column("due", Instant),
    Column("clock", String),
    Column("received_at", Instant),
    Column("met_at", Instant),
    Column("accepted_at", Instant),
    Column("result", String),
    Index("ix_obligations_due", "profile", "open", "due", "hazard_id", "id", "unit", "kind"),
    Index("ix_obligations_raised", "profile", "raised_at", "hazard_id", "id", "open", "unit", "kind", "due"),
    sqlite_with_rowid=False,
)
"""What seats owe apart from the work itself (督办单, 约谈, 整改报告 …), by seat and never by person; what is met stays."""

involved = Table(
    "involved",
    METADATA,
    Column("hazard_id", ForeignKey("hazards.id"), primary_key=True),
    Column("unit_id", String, primary_key=True),
    Index("ix_involved_unit", "unit_id", "hazard_id"),
    sqlite_with_rowid=False,
)
"""Which units a hazard concerns, and who may therefore read it."""

facts = Table(
    "facts",
    METADATA,
    Column("hazard_id", ForeignKey("hazards.id"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("kind", String, primary_key=True),
    Column("profile", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("unit", String, nullable=False),
    Column("round", Integer, nullable=False),
    Column("detail", String, nullable=False),
    Column("on_time", Boolean),
    Index("ix_facts_counted", "profile", "kind", "at", "unit", "detail", "on_time", "round"),
    sqlite_with_rowid=False,
)
"""What the figures count (:mod:`domain.facts`). Only added to, as the ledger is; made again from it."""

outbox = Table(
    "outbox",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("profile", String, nullable=False, server_default="?"),
    Column("hazard_id", ForeignKey("hazards.id")),
    Column("about", String),
    Column("seq", Integer, nullable=False),
    Column("n", Integer, nullable=False),
    Column("unit", String, nullable=False),
    Column("role", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("document", String, nullable=False),
    Column("rung", String),
    Column("clock", String),
    Column("subtask", String),
    Column("due", Instant),
    Column("created_at", Instant, nullable=False),
    Column("delivered_at", Instant),
    UniqueConstraint("hazard_id", "seq", "n"),
    Index("uq_outbox_window", "profile", "seq", "n", unique=True, **_where("hazard_id IS NULL")),
    Index("ix_outbox_waiting", "profile", "id", **_where("delivered_at IS NULL")),
    Index("ix_outbox_seat", "unit", "role", "profile", "id"),
)
"""Notices to seats, written with the event that causes them; each is a line of its seat's inbox at once.

Those of a district's programme are about no hazard but ``about`` a window (``duty/label``), and ``seq`` is its entry.
``delivered_at`` is when it was handed on to the other channels, if any.
"""

deliveries = Table(
    "deliveries",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("notice_id", ForeignKey("outbox.id"), nullable=False),
    Column("profile", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("recipient", String, nullable=False),
    Column("armed", String, nullable=False),
    Column("lapses", Boolean, nullable=False),
    Column("state", String, nullable=False),
    Column("not_before", Instant, nullable=False),
    Column("give_up_at", Instant, nullable=False),
    Column("message", String),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("error", String),
    Column("sent_at", Instant),
    UniqueConstraint("notice_id", "recipient"),
    Index("ix_deliveries_armed", "recipient", "armed", "profile"),
    Index("ix_deliveries_open", "profile", "not_before", **_where("state IN ('waiting', 'sending')")),
    Index("ix_deliveries_failed", "profile", "id", **_where("state = 'failed'")),
)
"""Notices on their way out of the house, one row a recipient. ``recipient`` is a name of the settings or a
unit, never an address; rows of one ``message`` went out, or are going out, together. Of rows that are
``armed`` alike a recipient is told once."""

receipts = Table(
    "receipts",
    METADATA,
    Column("notice_id", ForeignKey("outbox.id"), primary_key=True, autoincrement=False),
    Column("unit", String, nullable=False),
    Column("role", String, nullable=False),
    Column("person", String, nullable=False),
    Column("at", Instant, nullable=False),
)
"""Who acknowledged a notice, from which seat, and when: the first one counts."""

texts = Table(
    "texts",
    METADATA,
    Column("doc", Integer, primary_key=True),
    Column("hazard_id", ForeignKey("hazards.id"), nullable=False),
    Column("pairs", TSVECTOR().with_variant(Text(), "sqlite")),
    UniqueConstraint("hazard_id"),
    Index("ix_texts_pairs", "pairs", postgresql_using="gin", sqlite_where=text("pairs IS NOT NULL")),
)
"""What hazards are found by (:mod:`storage.texts`). On SQLite ``pairs`` stands in the table ``text_index``."""

derived = Table(
    "derived",
    METADATA,
    Column("name", String, primary_key=True),
    Column("version", Integer, nullable=False),
)
"""By which version of the code the read model was last made from the ledger (:mod:`storage.rebuild`)."""

numbers = Table(
    "numbers",
    METADATA,
    Column("profile", String, primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("serial", Integer, primary_key=True, autoincrement=False),
    Column("hazard_id", String, nullable=False),
    Column("key", String, nullable=False),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("hazard_id"),
    UniqueConstraint("key"),
)
"""Hazard numbers given out, each for one key."""

rulebooks = Table(
    "rulebooks",
    METADATA,
    Column("digest", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("name", String, nullable=False),
    Column("version", String, nullable=False),
    Column("published_at", Instant, nullable=False),
    Column("current", Boolean, nullable=False),
    Column("body", Text, nullable=False),
    Index("uq_rulebooks_current", "kind", "name", unique=True, **_where("current", "current = 1")),
)
"""Every rulebook (by profile) and calendar that was ever in force, by digest; one of each is current."""

contacts = Table(
    "contacts",
    METADATA,
    Column("profile", String, primary_key=True),
    Column("unit", String, primary_key=True),
    Column("department", String, nullable=False),
    Column("deputy_name", String, nullable=False),
    Column("deputy_post", String, nullable=False),
    Column("deputy_phone", String, nullable=False),
    Column("deputy_mobile", String, nullable=False),
    Column("liaison_name", String, nullable=False),
    Column("liaison_post", String, nullable=False),
    Column("liaison_phone", String, nullable=False),
    Column("liaison_mobile", String, nullable=False),
    Column("fax", String, nullable=False),
    Column("email", String, nullable=False),
    Column("filled_in_by", String, nullable=False),
    Column("filled_in_phone", String, nullable=False),
    Column("principal_name", String, nullable=False),
    Column("principal_post", String, nullable=False),
    Column("principal_mobile", String, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("updated_unit", String, nullable=False),
    Column("updated_role", String, nullable=False),
)
"""Whom to reach in each unit (F17). The only table with names and numbers; nothing else refers to it."""

access_log = Table(
    "access_log",
    METADATA,
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("hazard_id", ForeignKey("hazards.id"), nullable=False),
    Column("profile", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("unit", String, nullable=False),
    Column("role", String, nullable=False),
    Column("looked", String, nullable=False),
    Column("outcome", String, nullable=False),
    Column("prev_hash", String, nullable=False),
    Column("hash", String, nullable=False),
    Column("body", Text, nullable=False),
    Index("ix_access_log_hazard", "hazard_id", "n"),
)
"""Who has read a confidential hazard (SEC-01). Append-only and chained, as the ledger is; one chain for all."""

programme_log = Table(
    "programme_log",
    METADATA,
    Column("profile", String, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("kind", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("duty", String, nullable=False),
    Column("label", String, nullable=False),
    Column("unit", String, nullable=False),
    Column("role", String, nullable=False),
    Column("rules", String, nullable=False),
    Column("prev_hash", String, nullable=False),
    Column("hash", String, nullable=False),
    Column("body", Text, nullable=False),
    Index("ix_programme_log_window", "profile", "duty", "label", "seq"),
    Index("ix_programme_log_kind", "profile", "kind", "seq"),
)
"""What happened in each district's programme of recurring duties. Append-only and chained, as the ledger is."""

windows = Table(
    "windows",
    METADATA,
    Column("profile", String, primary_key=True),
    Column("duty", String, primary_key=True),
    Column("label", String, primary_key=True),
    Column("opens", Instant, nullable=False),
    Column("due", Instant, nullable=False),
    Column("owing", Boolean, nullable=False),
    Column("body", Text, nullable=False),
    Index("ix_windows_due", "profile", "due", "duty", "label"),
    Index("ix_windows_owing", "profile", "due", "duty", "label", **_where("owing", "owing = 1")),
)
"""Windows of recurring duties as they stand (F18), each with every unit that owes it; made from the log."""

risk_log = Table(
    "risk_log",
    METADATA,
    Column("profile", String, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("point", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("unit", String, nullable=False),
    Column("role", String, nullable=False),
    Column("key", String, nullable=False),
    Column("prev_hash", String, nullable=False),
    Column("hash", String, nullable=False),
    Column("body", Text, nullable=False),
    UniqueConstraint("profile", "key"),
    Index("ix_risk_log_point", "profile", "point", "seq"),
)
"""What happened to each district's risk points. Append-only and chained, as the ledger is; one chain a district."""

risk_points = Table(
    "risk_points",
    METADATA,
    Column("profile", String, primary_key=True),
    Column("number", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("place", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("colour", String, nullable=False),
    Column("department", String, nullable=False),
    Column("subdistrict", String),
    Column("registered_by", String, nullable=False),
    Column("code", String),
    Column("category", Integer),
    Column("review_on", String, nullable=False),
    Column("open", Boolean, nullable=False),
    Column("body", Text, nullable=False),
    Index("ix_risk_points_rank", "profile", "open", "rank", "number"),
)
"""Risk points as they stand, made from the log. ``rank`` counts the colours from the worst on, 0 is red."""

hazard_points = Table(
    "hazard_points",
    METADATA,
    Column("hazard_id", ForeignKey("hazards.id"), primary_key=True),
    Column("point", String, primary_key=True),
    Index("ix_hazard_points_point", "point", "hazard_id"),
    sqlite_with_rowid=False,
)
"""Which risk points a hazard is linked to (RSK-06)."""

views = Table(
    "views",
    METADATA,
    Column("profile", String, primary_key=True),
    Column("unit", String, primary_key=True),
    Column("role", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("query", Text, nullable=False),
    Column("saved_at", Instant, nullable=False),
)
"""Lists that a seat has saved under a name of its own. No hazard is told of here: follows from no ledger."""

manifests = Table(
    "manifests",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("day", String, nullable=False),
    Column("digest", String, nullable=False),
    Column("root", String, nullable=False),
    Column("sealed_at", Instant, nullable=False),
)
"""The archive's signed manifests, so that one that was taken away is missed."""

archived = Table(
    "archived",
    METADATA,
    Column("name", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("hazard_id", String),
    Column("run_id", String),
    Column("first_seq", Integer),
    Column("last_seq", Integer),
    Column("entry", Text, nullable=False),
    Column("stored", Boolean, nullable=False),
    Column("manifest", ForeignKey("manifests.number")),
    Index("ix_archived_hazard", "hazard_id", "kind"),
    Index("ix_archived_open", "name", **_where("manifest IS NULL")),
)
"""The archive's objects. ``entry`` is the line that stands for one in its manifest."""
