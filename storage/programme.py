"""The record of each district's programme: a chain of its own, and the windows that follow from it.

It is no part of the ledger, whose every chain is one hazard's and whose entries are a hazard's events: its
readers (archive, verification, figures) go by hazards. What makes the ledger trustworthy is the same here:
entries are only added, each is hashed with the one before, and what is read can be made again from them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, true

from domain.events import chain_hash
from domain.library import canonical
from domain.programme import (
    Happening,
    Kind,
    Programme,
    Standing,
    after,
    key_of,
    opened_by,
    replayed,
)
from storage.chained import Chain
from storage.errors import LedgerConflict
from storage.prepared import inserting
from storage.tables import outbox, programme_log, windows

_INSERT = inserting(programme_log)
_SET = inserting(windows, on_conflict="replace")
_NOTIFY = inserting(outbox, without=("id", "delivered_at"))

# -- writing -----------------------------------------------------------------------------------------


def append(connection: Connection, happening: Happening) -> None:
    """Record an entry, the window it is about, and its notices. Again changes nothing.

    Raises :class:`LedgerConflict` when another entry stands in its place or it does not follow.
    """
    last = connection.execute(
        select(programme_log.c.seq, programme_log.c.hash)
        .where(programme_log.c.profile == happening.profile, programme_log.c.seq <= happening.seq)
        .order_by(programme_log.c.seq.desc())
        .limit(1)
    ).first()
    seq, head = (last.seq, last.hash) if last else (0, "")
    if seq == happening.seq and head == happening.hash:
        return
    if (happening.seq, happening.prev) != (seq + 1, head):
        raise _conflict(happening, "不能接在已记录的后面", "does not follow what is recorded")
    if chain_hash(happening.prev, happening.body) != happening.hash:
        raise _conflict(happening, "的正文与散列不符", "does not match its hash")
    _INSERT.run(
        connection,
        {
            **_columns(happening),
            "prev_hash": happening.prev,
            "hash": happening.hash,
            "body": happening.body,
        },
    )
    for standing in _moved(connection, happening):
        _SET.run(connection, _row(happening.profile, standing))
    notices = [_notice(happening, n) for n in range(len(happening.notices))]
    if notices:
        _NOTIFY.run(connection, notices)


def _moved(connection: Connection, happening: Happening) -> Iterator[Standing]:
    yield from opened_by(happening)
    if happening.duty:
        found = window(connection, happening.profile, *key_of(happening))
        if found is None:
            raise _conflict(happening, "所指的周期未曾开启", "is about a window that was never opened")
        yield after(found, happening)


def _columns(happening: Happening) -> dict[str, Any]:
    """What a row repeats of its text, for asking by it."""
    return {
        "profile": happening.profile,
        "seq": happening.seq,
        "kind": happening.kind.value,
        "at": happening.at,
        "duty": happening.duty,
        "label": happening.label,
        "unit": happening.actor.unit,
        "role": happening.actor.role.value,
        "rules": happening.rules,
    }


def _row(profile: str, standing: Standing) -> dict[str, Any]:
    one = standing.window
    return {
        "profile": profile,
        "duty": one.duty,
        "label": one.label,
        "opens": one.opens,
        "due": one.due,
        "owing": bool(standing.owing),
        "body": canonical(standing),
    }


def _notice(happening: Happening, n: int) -> dict[str, Any]:
    return {
        **happening.notices[n].model_dump(mode="python"),
        "profile": happening.profile,
        "hazard_id": None,
        "about": f"{happening.duty}/{happening.label}",
        "seq": happening.seq,
        "n": n,
        "created_at": happening.at,
    }


def _conflict(happening: Happening, zh: str, en: str) -> LedgerConflict:
    return LedgerConflict(
        f"{happening.profile} 排查计划第{happening.seq}条{zh}，未予记录",
        f"{happening.profile} programme seq {happening.seq} {en}; it was not recorded",
    )


# -- reading -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stored:
    """An entry as it stands in the record. ``body`` is the text that was hashed."""

    seq: int
    prev: str
    hash: str
    body: str

    @property
    def happening(self) -> Happening:
        read = Happening.model_validate_json(self.body)
        return read.model_copy(update={"prev": self.prev, "hash": self.hash})


def record(
    connection: Connection,
    profile: str,
    *,
    window: tuple[str, str] | None = None,
    kind: Kind | None = None,
    before: int | None = None,
    limit: int | None = None,
) -> list[Stored]:
    """Entries of one district in order; with ``before`` or ``limit`` the latest first."""
    column = programme_log.c
    query = select(column.seq, column.prev_hash, column.hash, column.body).where(column.profile == profile)
    if window is not None:
        query = query.where(column.duty == window[0], column.label == window[1])
    if kind is not None:
        query = query.where(column.kind == kind.value)
    if before is not None:
        query = query.where(column.seq < before)
    latest_first = before is not None or limit is not None
    query = query.order_by(column.seq.desc() if latest_first else column.seq).limit(limit)
    return [Stored(*row) for row in connection.execute(query)]


def state(connection: Connection, profile: str) -> Programme:
    """The state that follows from the record alone; an empty one before the first entry."""
    return replayed(profile, (stored.happening for stored in record(connection, profile)))


def window(connection: Connection, profile: str, duty: str, label: str) -> Standing | None:
    query = select(windows.c.body).where(
        windows.c.profile == profile, windows.c.duty == duty, windows.c.label == label
    )
    body = connection.scalar(query)
    return Standing.model_validate_json(body) if body is not None else None


_OWING = windows.c.owing == true()


def find(
    connection: Connection,
    profile: str,
    *,
    duty: str | None = None,
    owing: bool = False,
    since: datetime | None = None,
    until: datetime | None = None,
    before: tuple[datetime, str, str] | None = None,
    limit: int = 100,
) -> list[Standing]:
    """Windows, the latest due first: of one duty, such as somebody still owes, due since or before a moment.

    ``before`` is the due day, duty and label of the last window of the page before.
    """
    column = windows.c
    query = select(column.body).where(column.profile == profile)
    if duty is not None:
        query = query.where(column.duty == duty)
    if owing:
        query = query.where(_OWING)
    if since is not None:
        query = query.where(column.due >= since)
    if until is not None:
        query = query.where(column.due < until)
    if before is not None:
        due, its_duty, its_label = before
        query = query.where(
            (column.due < due)
            | ((column.due == due) & (column.duty < its_duty))
            | ((column.due == due) & (column.duty == its_duty) & (column.label < its_label))
        )
    query = query.order_by(column.due.desc(), column.duty.desc(), column.label.desc()).limit(limit)
    return [Standing.model_validate_json(body) for body in connection.scalars(query)]


def profiles(connection: Connection) -> list[str]:
    """The districts that have a record, and those that have windows."""
    found = {*connection.scalars(select(programme_log.c.profile).distinct())}
    return sorted(found | {*connection.scalars(select(windows.c.profile).distinct())})


# -- making again, and checking ----------------------------------------------------------------------


def rebuild(connection: Connection, profile: str) -> int:
    """Make the windows of a district again from its record; how many there are."""
    made = _made(stored.happening for stored in record(connection, profile))
    connection.execute(delete(windows).where(windows.c.profile == profile))
    for standing in made.values():
        _SET.run(connection, _row(profile, standing))
    return len(made)


def _made(happenings: Iterator[Happening]) -> dict[tuple[str, str], Standing]:
    made: dict[tuple[str, str], Standing] = {}
    for happening in happenings:
        for standing in opened_by(happening):
            made[standing.key] = standing
        if happening.duty:
            made[key_of(happening)] = after(made[key_of(happening)], happening)
    return made


def verify(connection: Connection, profile: str) -> list[str]:
    """What is wrong with a district's record, one sentence each; nothing when it is sound."""
    findings, happenings = _chain_findings(connection, profile)
    if findings:
        return findings
    try:
        made = _made(iter(happenings))
    except KeyError:
        return ["排查计划的记录无法推演 / the programme's record cannot be replayed"]
    findings += _window_findings(connection, profile, made)
    return findings + _notice_findings(connection, profile, happenings)


def _chain_findings(connection: Connection, profile: str) -> tuple[list[str], list[Happening]]:
    findings: list[str] = []
    happenings: list[Happening] = []
    chain = Chain(_finding, "条", "entries")
    query = select(programme_log).where(programme_log.c.profile == profile).order_by(programme_log.c.seq)
    for row in connection.execute(query):
        findings += chain.link(row.seq, row)
        try:
            happening = Stored(row.seq, row.prev_hash, row.hash, row.body).happening
        except ValueError:
            findings.append(chain.unread(row.seq))
        else:
            findings += chain.columns(row.seq, row, _columns(happening))
            happenings.append(happening)
    return findings, happenings


def _window_findings(
    connection: Connection, profile: str, made: dict[tuple[str, str], Standing]
) -> list[str]:
    given = {key: _row(profile, standing) for key, standing in made.items()}
    stored = {
        (row["duty"], row["label"]): dict(row)
        for row in connection.execute(select(windows).where(windows.c.profile == profile)).mappings()
    }
    return [
        f"{duty} {label} 与记录不符 / window {duty} {label} differs from what the record gives"
        for duty, label in sorted(given.keys() | stored)
        if given.get((duty, label)) != stored.get((duty, label))
    ]


def _notice_findings(connection: Connection, profile: str, happenings: Sequence[Happening]) -> list[str]:
    given = {
        (happening.seq, n): _notice(happening, n)
        for happening in happenings
        for n in range(len(happening.notices))
    }
    query = select(outbox).where(outbox.c.profile == profile, outbox.c.hazard_id.is_(None))
    stored = {
        (row["seq"], row["n"]): {name: row[name] for name in row if name not in ("id", "delivered_at")}
        for row in connection.execute(query).mappings()
    }
    return [
        _finding(seq, f"第{n + 1}份通知与记录不符", f"notice {n + 1} differs from what the record gives")
        for seq, n in sorted(given.keys() | stored)
        if given.get((seq, n)) != stored.get((seq, n))
    ]


def _finding(seq: int, zh: str, en: str) -> str:
    return f"排查计划第{seq}条：{zh} / programme seq {seq}: {en}"
