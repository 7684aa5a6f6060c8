"""``qingling verify``: every proof the deployment has, checked, with one line for each that fails."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy import Connection, select

from audit.chains import Chains
from audit.coverage import GRACE, missing
from audit.findings import Finding, Part, of_sentence
from audit.holdings import Holdings, Inspection
from audit.keys import PublicKey
from audit.progress import Bar
from audit.store import Store
from domain.values import HazardId, Value
from storage import accesslog, anchors, ledger, programme, riskpoints
from storage import archive as index
from storage.anchors import Anchor
from storage.archive import Standing
from storage.database import Database
from storage.parallel import spread
from storage.tables import ledger as ledger_table

_TOGETHER = 50
"""Hazards whose read model one process checks at a time."""


class Verified(Value):
    """What a verification looked at, and what it found."""

    findings: tuple[Finding, ...]
    rows: int = 0
    hazards: int = 0
    manifests: int = 0
    objects: int = 0
    seconds: float = 0.0

    @property
    def sound(self) -> bool:
        return not self.findings


def verify(
    url: str,
    store: Store,
    keys: Sequence[PublicKey],
    *,
    jobs: int = 1,
    bar: Bar | None = None,
    grace: timedelta = GRACE,
) -> Verified:
    """The record at ``url``, the archive, and whether they agree.

    A hazard that was closed longer ago than ``grace`` must be archived.

    Raises :class:`storage.errors.StorageUnavailable`.
    """
    bar = bar or Bar(quiet=True)
    begun = time.perf_counter()
    database = Database.connect(url)
    try:
        chains = Chains()
        bar.begin("台账 ledger", None)
        findings = database.read_now(lambda connection: list(chains.check(ledger.links(connection))))
        findings += database.read_now(lambda connection: list(_rules(connection)))
        findings += [
            of_sentence(Part.ACCESS_LOG, "access_log", sentence)
            for sentence in database.read_now(accesslog.verify)
        ]
        findings += database.read_now(lambda connection: list(_programmes(connection)))
        findings += database.read_now(lambda connection: list(_risk_points(connection)))
        findings += _read_model(database, url, chains, jobs, bar)
        inspection = Inspection(
            store,
            keys,
            remembered={sealed.number: sealed for sealed in database.read_now(index.all_manifests)},
            pending={
                kept.name: kept
                for kept in (*database.read_now(index.unsealed), *database.read_now(index.unwritten))
            },
        )
        bar.begin("归档 archive", inspection.size)
        findings += inspection.findings(bar.move)
        findings += database.read_now(
            lambda connection: list(_agreement(connection, inspection.found, grace))
        )
    finally:
        database.close()
    return _verified(findings, chains, inspection.found, begun)


def verify_archive(store: Store, keys: Sequence[PublicKey], *, bar: Bar | None = None) -> Verified:
    """The archive alone, for whoever has a copy of it and no database. Raises ``StorageUnavailable``."""
    bar = bar or Bar(quiet=True)
    begun = time.perf_counter()
    inspection = Inspection(store, keys)
    bar.begin("归档 archive", inspection.size)
    return _verified(list(inspection.findings(bar.move)), Chains(), inspection.found, begun)


def _verified(findings: list[Finding], chains: Chains, found: Holdings, begun: float) -> Verified:
    return Verified(
        findings=tuple(findings),
        rows=chains.rows,
        hazards=chains.hazards,
        manifests=found.manifests,
        objects=found.objects,
        seconds=round(time.perf_counter() - begun, 3),
    )


# -- the record ------------------------------------------------------------------------------------------


def _rules(connection: Connection) -> Iterator[Finding]:
    for digest, text in index.digests_in_force(connection):
        if hashlib.sha256(text.encode()).hexdigest() != digest:
            yield Finding(
                part=Part.RULES,
                where=digest[:12],
                zh="数据库中的规则文本与其摘要不符，发布后被改动",
                en=f"the text of {digest[:12]} is not the one its digest names: edited after it was published",
            )


def _programmes(connection: Connection) -> Iterator[Finding]:
    for profile in programme.profiles(connection):
        for sentence in programme.verify(connection, profile):
            yield of_sentence(Part.PROGRAMME, profile, sentence)


def _risk_points(connection: Connection) -> Iterator[Finding]:
    for profile in riskpoints.profiles(connection):
        for sentence in riskpoints.verify(connection, profile):
            yield of_sentence(Part.RISK_POINTS, profile, sentence)


def _read_model(database: Database, url: str, chains: Chains, jobs: int, bar: Bar) -> list[Finding]:
    sound = [
        hazard
        for hazard in database.read_now(lambda connection: list(ledger.hazard_ids(connection)))
        if hazard not in chains.broken
    ]
    bar.begin("读模型 read model", len(sound))
    found: list[Finding] = []
    work = partial(_derived_here, database) if jobs <= 1 else partial(derived, url)
    for done, some in spread(work, sound, jobs=jobs, together=_TOGETHER):
        found += some
        bar.move(done)
    return found


def derived(url: str, hazards: Sequence[HazardId]) -> list[Finding]:
    """For a process of its own: what of these hazards does not follow from their ledgers."""
    database = Database.connect(url, size=1)
    try:
        return _derived_here(database, hazards)
    finally:
        database.close()


def _derived_here(database: Database, hazards: Sequence[HazardId]) -> list[Finding]:
    def findings(connection: Connection) -> list[Finding]:
        return [
            of_sentence(Part.READ_MODEL, hazard, sentence)
            for hazard in hazards
            for sentence in ledger.verify_derived(connection, hazard)
        ]

    return database.read_now(findings)


# -- the record beside the archive -----------------------------------------------------------------------


def _agreement(connection: Connection, found: Holdings, grace: timedelta) -> Iterator[Finding]:
    for hazard, links in found.links.items():
        query = select(ledger_table.c.seq, ledger_table.c.hash).where(ledger_table.c.hazard_id == hazard)
        recorded = {row.seq: row.hash for row in connection.execute(query)}
        for link in links:
            if recorded.get(link.seq) != link.hash:
                yield _differs(hazard, link.seq, gone=link.seq not in recorded)
    for (hazard, seq), head in found.heads.items():
        recorded_hash = index.hash_at(connection, hazard, seq)
        if recorded_hash != head and hazard not in found.links:
            yield _differs(hazard, seq, gone=recorded_hash is None)
    for end in sorted(found.ends):
        stands = anchors.hash_at(connection, end.record, end.seq)
        if stands != end.hash:
            yield _cut(end, gone=stands is None)
    holdings = index.holdings(connection)
    standings: list[Standing] = list(index.standings(connection))
    for sentence in missing(standings, holdings, datetime.now(UTC), grace=grace):
        yield of_sentence(Part.ARCHIVE, sentence.partition(" ")[0], sentence)


_PARTS = {
    "access_log": Part.ACCESS_LOG,
    "programme": Part.PROGRAMME,
    "risk_points": Part.RISK_POINTS,
}


def _cut(end: Anchor, *, gone: bool) -> Finding:
    zh, en = ("清单中有，记录中没有：末尾被截去", "is anchored in a manifest and gone: the end was cut off")
    if not gone:
        zh, en = ("与清单所记的不是同一条", "is not the entry that a manifest anchors")
    part = _PARTS.get(end.record.partition("/")[0], Part.ARCHIVE)
    return Finding(part=part, where=f"{end.record} 第{end.seq}条", zh=zh, en=f"{end.record} {end.seq}: {en}")


def _differs(hazard: HazardId, seq: int, *, gone: bool) -> Finding:
    zh, en = ("归档中有，台账中没有", "is archived and gone from the ledger")
    if not gone:
        zh, en = ("与归档的不是同一条", "is not the entry that was archived")
    return Finding(part=Part.LEDGER, where=f"{hazard} 第{seq}步", zh=zh, en=f"{hazard} seq {seq}: {en}")
