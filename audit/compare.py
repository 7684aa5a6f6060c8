"""A replay beside the record: the ledger entry by entry, then the read model."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection
from temporalio.contrib.pydantic import pydantic_data_converter

from audit.replay import Replayed
from audit.sources import Source
from domain.events import Event, chain_hash, evolve
from domain.state import Hazard
from domain.values import HazardId, Value
from storage import ledger
from storage.ledger import StoredEvent
from workflows.contract import Start

_NOTHING = "（无 nothing）"


class Difference(Value):
    """The first thing in which record and replay differ, with both sides."""

    seq: int
    what: str
    """A field of the event, such as ``changes.state``; or ``read-model``."""
    recorded: str
    replayed: str


class Outcome(Value):
    """What replaying one hazard came to."""

    hazard: HazardId
    identical: bool
    entries: int = 0
    """Entries of the ledger that were compared."""
    runs: int = 0
    events: int = 0
    """Events of the histories that were replayed."""
    sources: tuple[Source, ...] = ()
    zh: str = ""
    en: str = ""
    difference: Difference | None = None
    behind: int = 0
    """How many entries the ledger lacks that the history proves (``qingling repair`` appends them)."""
    ahead: int = 0
    """How many entries the ledger has that the history does not."""

    @property
    def line(self) -> str:
        if self.identical:
            return f"{self.hazard} 一致：{self.entries} 步，{self.runs} 段历史 | identical: {self.entries} entries, {self.runs} runs"
        return f"{self.hazard} {self.zh} | {self.en}"


def compared(
    connection: Connection, hazard: HazardId, runs: Sequence[Replayed], sources: Sequence[Source]
) -> Outcome:
    """The runs of one hazard, in order, beside what is recorded of it now."""
    entries = ledger.events(connection, hazard)
    heard = [event for run in runs for event in run.events]
    about: dict[str, Any] = {
        "hazard": hazard,
        "entries": len(entries),
        "runs": len(runs),
        "events": sum(len(run.history.events) for run in runs),
        "sources": tuple(sources),
    }

    def differs(zh: str, en: str, **more: Any) -> Outcome:
        return Outcome(identical=False, zh=zh, en=en, **about, **more)

    for number, run in enumerate(runs, start=1):
        if run.failure:
            return differs(
                f"第{number}段历史不能在现有代码上复演：{run.failure}",
                f"run {number} does not replay on today's code: {run.failure}",
            )
    for entry, event in zip(entries, heard, strict=False):
        # Equal hashes are equal texts once the ledger's own text has been hashed again.
        if entry.hash != event.hash or chain_hash(entry.prev, entry.body) != entry.hash:
            difference = _first_difference(entry, event)
            return differs(
                f"第{entry.seq}步：台账与复演不同（{difference.what}）",
                f"seq {entry.seq}: ledger and replay differ in {difference.what}",
                difference=difference,
            )
    if len(heard) > len(entries):
        lacks = len(heard) - len(entries)
        return differs(
            f"台账只到第{len(entries)}步，历史到第{len(heard)}步，可用 qingling repair 补记",
            f"the ledger ends at {len(entries)}, the history at {len(heard)}; qingling repair appends the rest",
            behind=lacks,
        )
    if len(entries) > len(heard):
        return differs(
            f"台账第{len(heard) + 1}步起在历史中没有依据；若因断电，可用 qingling repair 让流程续上",
            f"from seq {len(heard) + 1} on the ledger has entries that no history leads to; after a power cut "
            "qingling repair lets the workflow catch up",
            ahead=len(entries) - len(heard),
        )
    if not heard:
        return differs("没有任何记录", "there is no record at all")
    return _state_compared(connection, runs, heard, about)


def _state_compared(
    connection: Connection, runs: Sequence[Replayed], heard: Sequence[Event], about: dict[str, Any]
) -> Outcome:
    state: Hazard | None = None
    for number, run in enumerate(runs, start=1):
        if number > 1 and not _same(_carried(run), state):
            return Outcome(
                identical=False,
                zh=f"第{number}段历史带入的状态不是前一段的结果",
                en=f"run {number} was started with a state that the run before does not lead to",
                **about,
            )
        if len(runs) > 1:
            for event in run.events:
                state = evolve(state, event)
    found = ledger.read_model_findings(connection, heard)
    if not found:
        return Outcome(identical=True, **about)
    zh, _, en = found[0].partition(" / ")
    difference = Difference(
        seq=heard[-1].seq,
        what="read-model",
        recorded="; ".join(found),
        replayed=heard[-1].changes.model_dump_json(exclude_none=True, exclude_defaults=True)[:2000],
    )
    return Outcome(identical=False, zh=zh, en=en, difference=difference, **about)


def _same(carried: Hazard | None, state: Hazard | None) -> bool:
    """A state carried over by an older version does not say who sent what it remembers; all else is equal."""
    if carried and state and not any(done.by for done in carried.done.values()):
        unsaid = {key: done.model_copy(update={"by": ""}) for key, done in state.done.items()}
        state = state.model_copy(update={"done": unsaid})
    return carried == state


def _carried(run: Replayed) -> Hazard | None:
    started = run.history.events[0].workflow_execution_started_event_attributes
    start: Start = pydantic_data_converter.payload_converter.from_payload(started.input.payloads[0], Start)
    return start.carried


def _first_difference(entry: StoredEvent, event: Event) -> Difference:
    def found(what: str, recorded: object, replayed: object) -> Difference:
        return Difference(
            seq=entry.seq, what=what, recorded=_text(recorded)[:2000], replayed=_text(replayed)[:2000]
        )

    if entry.body != event.body:
        try:
            said = json.loads(entry.body)
        except ValueError:
            return found("body", entry.body, event.body)
        what, recorded, replayed = _first_field(said, json.loads(event.body), "") or (
            "body",
            entry.body,
            event.body,
        )
        return found(what, recorded, replayed)
    if entry.prev != event.prev:
        return found("prev", entry.prev, event.prev)
    return found("hash", entry.hash, chain_hash(event.prev, event.body))


def _first_field(recorded: Any, replayed: Any, path: str) -> tuple[str, Any, Any] | None:
    """The first place, by name, where two JSON values differ."""
    if isinstance(recorded, dict) and isinstance(replayed, dict):
        for name in sorted({*recorded, *replayed}):
            one, other = recorded.get(name, _NOTHING), replayed.get(name, _NOTHING)
            if one != other:
                return _first_field(one, other, f"{path}.{name}" if path else name)
        return None
    return (path or "body", recorded, replayed) if recorded != replayed else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
