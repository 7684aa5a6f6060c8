"""The access log: who has read a confidential hazard, in a chain that nobody can rewrite unnoticed (SEC-01).

One line for each hazard and each reading of it. Public hazards leave no line. Like the ledger the log only
grows; auditors read it and cannot change it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, bindparam, select

from domain.events import chain_hash
from domain.library import canonical
from domain.organisation import Actor
from domain.values import Confidentiality, HazardId, Labelled, Value
from storage.chained import Chain
from storage.prepared import Prepared, inserting
from storage.scope import Principal, visible
from storage.tables import access_log, hazards
from storage.turns import wait_for_turn

_INSERT = inserting(access_log)
_STANDS = Prepared(
    lambda _: select(hazards.c.profile, hazards.c.confidentiality).where(hazards.c.id == bindparam("hazard"))
)


class Looked(Labelled):
    """What was read of a hazard."""

    HAZARD = "hazard", "隐患现状", "the hazard as it stands"
    LIST = "list", "列表", "a line of a list"
    EVENTS = "events", "台账", "its ledger"
    DEADLINES = "deadlines", "期限推算", "its deadlines"
    FORECAST = "forecast", "预告", "its forecast"
    MOMENT = "moment", "历史时点", "the hazard as it stood then"
    REASONS = "reasons", "缘由", "the reasons of its events"
    WHAT_IF = "what_if", "试算", "what another policy would have made of it"
    EXPORT = "export", "导出", "an export for process mining"
    DOSSIER = "dossier", "档案", "its dossier"
    REPLAY = "replay", "复演", "its replay"


class Access(Value):
    """One reading, or one that was refused because the seat may not see the hazard."""

    hazard: HazardId
    profile: str
    """The hazard's own district; the reader's stands in ``caller`` when it is another one."""
    confidentiality: Confidentiality
    actor: Actor
    caller: str | None = None
    looked: Looked
    outcome: Literal["seen", "denied"] = "seen"
    at: datetime


@dataclass(frozen=True, slots=True)
class Logged:
    """A line as it stands in the log. ``body`` is the text that was hashed."""

    n: int
    prev: str
    hash: str
    body: str
    access: Access


# -- writing -----------------------------------------------------------------------------------------


def confidential(connection: Connection, hazard: HazardId) -> tuple[str, Confidentiality] | None:
    """District and class of a hazard whose readings are logged; ``None`` for a public one, or for none."""
    row = _STANDS.run(connection, {"hazard": hazard}).first()
    if row is None or row.confidentiality == Confidentiality.PUBLIC:
        return None
    return row.profile, Confidentiality(row.confidentiality)


def record(connection: Connection, accesses: Sequence[Access]) -> None:
    """Add lines at the end of the chain."""
    wait_for_turn(connection, "access_log")
    last = connection.execute(
        select(access_log.c.n, access_log.c.hash).order_by(access_log.c.n.desc()).limit(1)
    ).first()
    n, head = (last.n, last.hash) if last else (0, "")
    rows = []
    for access in accesses:
        n, body, prev = n + 1, canonical(access), head
        head = chain_hash(prev, body)
        rows.append({"n": n, "prev_hash": prev, "hash": head, "body": body, **_columns(access)})
    _INSERT.run(connection, rows)


def _columns(access: Access) -> dict[str, Any]:
    """What a row repeats of its text, for asking by it."""
    return {
        "hazard_id": access.hazard,
        "profile": access.profile,
        "at": access.at,
        "unit": access.actor.unit,
        "role": access.actor.role.value,
        "looked": access.looked.value,
        "outcome": access.outcome,
    }


# -- reading -----------------------------------------------------------------------------------------


def lines(
    connection: Connection,
    principal: Principal,
    *,
    hazard: HazardId | None = None,
    unit: str | None = None,
    outcome: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    before: int | None = None,
    limit: int = 100,
) -> list[Logged]:
    """Lines about hazards that ``principal`` may see, the latest first; ``before`` is a line's number."""
    query = visible(select(access_log).join(hazards, hazards.c.id == access_log.c.hazard_id), principal)
    column = access_log.c
    for condition in (
        column.hazard_id == hazard if hazard is not None else None,
        column.unit == unit if unit is not None else None,
        column.outcome == outcome if outcome is not None else None,
        column.at >= since if since is not None else None,
        column.at < until if until is not None else None,
        column.n < before if before is not None else None,
    ):
        if condition is not None:
            query = query.where(condition)
    return [_logged(row) for row in connection.execute(query.order_by(column.n.desc()).limit(limit))]


def _logged(row: Row[Any]) -> Logged:
    return Logged(row.n, row.prev_hash, row.hash, row.body, Access.model_validate_json(row.body))


# -- checking ----------------------------------------------------------------------------------------


def verify(connection: Connection) -> list[str]:
    """What is wrong with the log, one sentence each; nothing when its chain is whole."""
    findings: list[str] = []
    chain = Chain(_finding, "行", "lines")
    for row in connection.execute(select(access_log).order_by(access_log.c.n)):
        findings += chain.link(row.n, row)
        try:
            said = _columns(Access.model_validate_json(row.body))
        except ValueError:
            findings.append(chain.unread(row.n))
        else:
            findings += chain.columns(row.n, row, said)
    return findings


def _finding(n: int, zh: str, en: str) -> str:
    return f"访问日志第{n}行：{zh} / access log line {n}: {en}"
