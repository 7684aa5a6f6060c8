"""What seats owe apart from the work itself (督办事项): in words, how it stands, and which commands answer it."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from domain.state import Hazard, Obligation, OwedKind
from domain.values import Labelled, UnitId


class Owed(NamedTuple):
    """One kind of obligation; ``answers`` are the commands that fulfil it, any of them."""

    zh: str
    en: str
    answers: tuple[str, ...]


OWED: dict[OwedKind, Owed] = {
    "reason": Owed("说明超期原因（督办单）", "reason for being late (supervision order)", ("state_reason",)),
    "talk": Owed("决定是否约谈", "decision whether to hold a talk", ("order_talk", "decline")),
    "hold_talk": Owed("约谈", "admonishing talk", ("hold_talk",)),
    "rectification": Owed("整改报告", "rectification report", ("file_rectification",)),
    "referral": Owed(
        "决定是否提请追责、挂牌",
        "decision on a referral or a listing",
        ("refer", "propose_listing", "decline"),
    ),
}
"""In the order of the ladder: L2, L4, then L5 (SUP-01, SUP-03, SUP-05, N62)."""


class Standing(Labelled):
    """How an obligation stands. What is late is still owed."""

    OPEN = "open", "未完成", "open"
    LATE = "late", "逾期", "late"
    MET = "met", "已完成", "met"
    DECLINED = "declined", "已决定不予", "declined"
    LAPSED = "lapsed", "已失效", "lapsed"


def about(hazard: Hazard, owed: Obligation) -> UnitId:
    """The unit whose lateness it is about."""
    return owed.about or hazard.owner


def open_about(
    hazard: Hazard, kind: OwedKind, unit: UnitId | None, late_at: datetime | None = None
) -> tuple[Obligation, ...]:
    """What is owed of a kind about one unit: the one that is named, or the only one there is.

    Empty when nothing is owed about it, or none is named where several could be meant. ``late_at`` leaves only
    what is overdue then.
    """
    found = [owed for owed in hazard.obligations if owed.kind == kind and owed.open]
    if late_at is not None:
        found = [owed for owed in found if owed.due is not None and owed.due <= late_at]
    units = {about(hazard, owed) for owed in found}
    meant = unit or (min(units) if len(units) == 1 else None)
    return tuple(owed for owed in found if about(hazard, owed) == meant)


def standing(owed: Obligation, now: datetime) -> Standing:
    if owed.open:
        return Standing.LATE if owed.due is not None and owed.due <= now else Standing.OPEN
    return Standing(owed.result) if owed.result else Standing.MET
