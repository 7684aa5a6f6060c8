"""What has been archived, and what should be: the index beside the auditors' archive.

The archive itself is the proof; this index says what is in it without reading it, and notes an object before
it is written, so that whoever comes after a crash knows what was under way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import Connection, Row, func, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from domain.library import canonical
from domain.values import HazardId, State, Value
from storage.prepared import inserting
from storage.tables import archived, hazards, ledger, manifests, rulebooks


class Kind(StrEnum):
    """What an archived object holds."""

    HISTORY = "history"
    """A finished run, as Temporal tells it."""
    OPEN_HISTORY = "open-history"
    """A run that was still going on, up to some event."""
    LEDGER = "ledger"
    """Consecutive entries of one hazard's ledger."""
    RULES = "rules"
    """The text of a rulebook or a calendar, under its digest."""
    HEADS = "heads"
    """Where the ledgers stood that had moved since the manifest before."""


class Kept(Value):
    """One archived object, as its manifest lists it."""

    name: str
    kind: Kind
    sha256: str
    size: int
    at: datetime
    """When it was read for the archive, Asia/Shanghai."""
    code: str
    """The version that archived it."""
    hazard: HazardId | None = None
    run: str | None = None
    status: str | None = None
    """How the run ended, in Temporal's word."""
    events: int | None = None
    """Events of a history, lines of a ledger or of heads."""
    previous_run: str | None = None
    next_run: str | None = None
    first_seq: int | None = None
    last_seq: int | None = None
    rules: tuple[str, ...] = ()
    calendars: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """The text that a manifest holds of it, and that its leaf of the Merkle tree is made of."""
        return canonical(self)


class Sealed(NamedTuple):
    """A manifest as the database remembers it."""

    number: int
    day: str
    digest: str


_PLAN = inserting(archived, without=("manifest",), on_conflict="skip")
_SEAL = inserting(manifests, on_conflict="skip")


# -- writing -----------------------------------------------------------------------------------------


def plan(connection: Connection, kept: Sequence[Kept]) -> None:
    """Note objects that are about to be written. One that is noted already stays as it was."""
    if kept:
        _PLAN.run(connection, [_row(entry) for entry in kept])


def revise(connection: Connection, kept: Kept) -> None:
    """Note another content for an object that was planned and never written."""
    connection.execute(
        update(archived).where(archived.c.name == kept.name, ~archived.c.stored).values(**_row(kept))
    )


def stored(connection: Connection, names: Sequence[str]) -> None:
    connection.execute(update(archived).where(archived.c.name.in_(names)).values(stored=True))


def sealed(connection: Connection, manifest: Sealed, root: str, kept: Sequence[Kept]) -> None:
    """Note a manifest that has been written, and that it lists ``kept``."""
    _SEAL.run(
        connection,
        {
            "number": manifest.number,
            "day": manifest.day,
            "digest": manifest.digest,
            "root": root,
            "sealed_at": datetime.now(UTC),
        },
    )
    plan(connection, kept)  # the index may come from an older backup than the archive
    for start in range(0, len(kept), 500):
        names = [entry.name for entry in kept[start : start + 500]]
        connection.execute(
            update(archived).where(archived.c.name.in_(names)).values(manifest=manifest.number, stored=True)
        )


def _row(kept: Kept) -> dict[str, object]:
    return {
        "name": kept.name,
        "kind": kept.kind.value,
        "hazard_id": kept.hazard,
        "run_id": kept.run,
        "first_seq": kept.first_seq,
        "last_seq": kept.last_seq,
        "entry": kept.line,
        "stored": False,
    }


# -- reading -----------------------------------------------------------------------------------------


def last_manifest(connection: Connection) -> Sealed | None:
    query = select(manifests.c.number, manifests.c.day, manifests.c.digest)
    row = connection.execute(query.order_by(manifests.c.number.desc()).limit(1)).first()
    return Sealed(*row) if row else None


def all_manifests(connection: Connection) -> list[Sealed]:
    query = select(manifests.c.number, manifests.c.day, manifests.c.digest)
    return [Sealed(*row) for row in connection.execute(query.order_by(manifests.c.number))]


def unwritten(connection: Connection) -> list[Kept]:
    """Objects that were planned, and whose writing nobody has confirmed."""
    return _kept(connection, ~archived.c.stored, archived.c.manifest.is_(None))


def unsealed(connection: Connection) -> list[Kept]:
    """Objects that are written and that no manifest lists yet, by name."""
    return _kept(connection, archived.c.stored, archived.c.manifest.is_(None))


def of_hazard(connection: Connection, hazard: HazardId) -> list[Kept]:
    """Everything archived of one hazard, by name."""
    return _kept(connection, archived.c.hazard_id == hazard, archived.c.stored)


def by_manifest(connection: Connection, hazard: HazardId, names: Sequence[str]) -> dict[int, list[Kept]]:
    """What the manifests list of one hazard, and of the objects ``names``: by the number of the manifest."""
    query = select(archived.c.manifest, archived.c.entry).where(
        archived.c.manifest.is_not(None), or_(archived.c.hazard_id == hazard, archived.c.name.in_(names))
    )
    found: dict[int, list[Kept]] = {}
    for row in connection.execute(query.order_by(archived.c.name)):
        found.setdefault(row.manifest, []).append(Kept.model_validate_json(row.entry))
    return found


def of_kind(connection: Connection, kind: Kind) -> list[Kept]:
    return _kept(connection, archived.c.kind == kind.value, archived.c.stored)


def with_names(connection: Connection, names: Sequence[str]) -> list[Kept]:
    return _kept(connection, archived.c.name.in_(names))


def runs(connection: Connection) -> set[str]:
    """Every finished run the archive holds."""
    query = select(archived.c.run_id).where(archived.c.kind == Kind.HISTORY.value, archived.c.stored)
    return {str(run) for run in connection.scalars(query)}


def texts(connection: Connection) -> set[str]:
    """Digests of the rulebooks and calendars that are archived or about to be."""
    query = select(archived.c.name).where(archived.c.kind == Kind.RULES.value)
    return {name.rpartition("/")[2].removesuffix(".json") for name in connection.scalars(query)}


def text_of(connection: Connection, digest: str) -> str | None:
    """The text of a rulebook or a calendar as the database holds it."""
    return connection.scalar(select(rulebooks.c.body).where(rulebooks.c.digest == digest))


def planned_up_to(connection: Connection, hazard: HazardId) -> int:
    """The last ``seq`` of a hazard's ledger that is archived or about to be; 0 when there is none."""
    query = select(func.max(archived.c.last_seq)).where(
        archived.c.kind == Kind.LEDGER.value, archived.c.hazard_id == hazard
    )
    return connection.scalar(query) or 0


def heads_since(connection: Connection, moment: datetime | None) -> list[tuple[HazardId, int, str]]:
    """Where each ledger stands that has moved since ``moment`` (``None``: every one)."""
    query = select(hazards.c.id, hazards.c.seq, hazards.c.head).order_by(hazards.c.id)
    if moment is not None:
        query = query.where(hazards.c.updated_at >= moment)
    return [(HazardId(row.id), row.seq, row.head) for row in connection.execute(query)]


class Standing(NamedTuple):
    """A hazard beside what the archive has of it."""

    hazard: HazardId
    seq: int
    closed: bool
    since: datetime
    """When its last event was recorded."""


def standings(connection: Connection) -> Iterator[Standing]:
    """Every hazard of the record, in order."""
    terminal = {state.value for state in State if state.terminal}
    query = select(hazards.c.id, hazards.c.seq, hazards.c.state, hazards.c.updated_at).order_by(hazards.c.id)
    for row in connection.execute(query):
        yield Standing(HazardId(row.id), row.seq, row.state in terminal, row.updated_at)


def holdings(connection: Connection) -> dict[HazardId, list[Kept]]:
    """Finished runs and pieces of ledgers that are archived, by hazard."""
    found: dict[HazardId, list[Kept]] = {}
    kinds = (Kind.HISTORY.value, Kind.LEDGER.value)
    for entry in _kept(connection, archived.c.kind.in_(kinds), archived.c.stored):
        if entry.hazard:
            found.setdefault(entry.hazard, []).append(entry)
    return found


def digests_in_force(connection: Connection) -> Iterator[tuple[str, str]]:
    """Digest and text of every rulebook and calendar that was ever published."""
    for row in connection.execute(select(rulebooks.c.digest, rulebooks.c.body).order_by(rulebooks.c.digest)):
        yield row.digest, row.body


def hash_at(connection: Connection, hazard: HazardId, seq: int) -> str | None:
    return connection.scalar(select(ledger.c.hash).where(ledger.c.hazard_id == hazard, ledger.c.seq == seq))


def _kept(connection: Connection, *where: ColumnElement[bool]) -> list[Kept]:
    rows: Sequence[Row[tuple[str]]] = connection.execute(
        select(archived.c.entry).where(*where).order_by(archived.c.name)
    ).all()
    return [Kept.model_validate_json(row.entry) for row in rows]
