"""What the archive's objects are called and hold. All of it is JSON that other tools read; most is gzipped."""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterable, Sequence

from google.protobuf.json_format import ParseError
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHistory

from domain.values import HazardId
from storage.anchors import Anchor
from storage.ledger import StoredEvent

_text = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
_ENDS = {
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED: "COMPLETED",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED: "FAILED",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT: "TIMED_OUT",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED: "CANCELED",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED: "TERMINATED",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW: "CONTINUED_AS_NEW",
}


def history_name(hazard: HazardId, run: str) -> str:
    return f"hazards/{hazard}/{run}.history.json.gz"


def open_history_name(hazard: HazardId, run: str, events: int) -> str:
    return f"hazards/{hazard}/{run}.open-{events:06d}.history.json.gz"


def ledger_name(hazard: HazardId, first: int, last: int) -> str:
    return f"hazards/{hazard}/ledger-{first:06d}-{last:06d}.jsonl.gz"


def rules_name(digest: str) -> str:
    return f"rules/{digest}.json"


def heads_name(manifest: int) -> str:
    return f"heads/{manifest:06d}.jsonl.gz"


def history_body(history: WorkflowHistory) -> bytes:
    """The JSON that ``temporal workflow show --output json`` gives and Temporal's pages import.

    Its keys are sorted: Temporal's own text has the entries of its maps in any order.
    """
    return packed(_text(json.loads(history.to_json())))


def history_in(hazard: str, body: bytes) -> WorkflowHistory:
    """Raises ``ValueError`` for what is no history, or one with events missing."""
    try:
        history = WorkflowHistory.from_json(hazard, unpacked(body))
    except (ParseError, AttributeError, LookupError, TypeError) as error:
        raise ValueError("no history of a workflow") from error
    if not history.events:
        raise ValueError("a history without events")
    if not _can_be_led(history):
        raise ValueError("a history with events missing")
    return history


def _can_be_led(history: WorkflowHistory) -> bool:
    """It begins with a run's start, has a task to run, and no gap: without, the SDK may wait for ever."""
    kinds = [event.event_type for event in history.events]
    return (
        kinds[0] == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED
        and EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED in kinds
        and all(event.event_id == number for number, event in enumerate(history.events, start=1))
    )


def ledger_body(entries: Iterable[StoredEvent]) -> bytes:
    """One line an entry: ``{"body", "hash", "prev", "seq"}``; ``hash`` is SHA-256 over prev, newline, body."""
    return _lines(
        {"seq": entry.seq, "prev": entry.prev, "hash": entry.hash, "body": entry.body} for entry in entries
    )


def heads_body(heads: Sequence[tuple[HazardId, int, str]], ends: Sequence[Anchor] = ()) -> bytes:
    """One line a hazard, ``{"hazard", "hash", "seq"}``; then one a chain beside the ledger, ``{"hash", "record", "seq"}``."""
    return _lines(
        (
            *({"hazard": hazard, "seq": seq, "hash": head} for hazard, seq, head in heads),
            *({"record": end.record, "seq": end.seq, "hash": end.hash} for end in ends),
        )
    )


def lines_in(body: bytes) -> list[dict[str, object]]:
    """Raises ``ValueError`` for what is no such object."""
    lines = [json.loads(line) for line in unpacked(body).splitlines()]
    if not all(isinstance(line, dict) for line in lines):
        raise ValueError("a line is no object")
    return lines


def packed(text: str) -> bytes:
    """Gzip without a date: the same text is the same object."""
    return gzip.compress(text.encode(), mtime=0)


def unpacked(body: bytes) -> str:
    """Raises ``ValueError``."""
    try:
        return gzip.decompress(body).decode()
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError("not gzip") from error


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def end_of(history: WorkflowHistory) -> str | None:
    """How a run ended, in Temporal's word, or ``None`` while it goes on."""
    return _ENDS.get(history.events[-1].event_type) if history.events else None


def previous_run(history: WorkflowHistory) -> str | None:
    started = history.events[0].workflow_execution_started_event_attributes
    return started.continued_execution_run_id or None


def next_run(history: WorkflowHistory) -> str | None:
    ended = history.events[-1].workflow_execution_continued_as_new_event_attributes
    return ended.new_execution_run_id or None


def _lines(values: Iterable[dict[str, object]]) -> bytes:
    return packed("".join(_text(value) + "\n" for value in values))
