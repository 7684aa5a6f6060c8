"""The small words every other module speaks: identifiers, enumerations, limits and the local time zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from enum import StrEnum
from functools import lru_cache
from typing import Any, NewType

from pydantic import BaseModel, ConfigDict
from pydantic_core import CoreSchema, core_schema

HazardId = NewType("HazardId", str)
"""Official number (编号), e.g. ``QP-2026-000101``; also the workflow id. Holds no personal data (I8)."""
UnitId = NewType("UnitId", str)
PersonId = NewType("PersonId", str)
"""Opaque reference to a person in the deployment's own directory; never a name that leaves the ledger."""
Digest = NewType("Digest", str)
"""Content address (SHA-256, hex) of a rulebook or a calendar."""

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""Asia/Shanghai has had no summer time since 1991; a fixed offset needs no tz database in workflow code."""

FIRE_AT = time(9, 0)
"""Ladder events and look-back days fire at 09:00 local time (process.md §3.4, P)."""


class Value(BaseModel):
    """An immutable value. Unknown fields are ignored, so that older code can read newer records."""

    model_config = ConfigDict(frozen=True)


def local(moment: datetime) -> datetime:
    """The same instant in Asia/Shanghai. Raises ``ValueError`` on a naive datetime."""
    if moment.tzinfo is None:
        raise ValueError("a datetime without offset is ambiguous")
    return moment.astimezone(SHANGHAI)


def end_of(day: date) -> datetime:
    """24:00 of ``day``, stored as 00:00 of the next day, +08:00 (process.md §3.4)."""
    return datetime.combine(day + timedelta(days=1), time(0), SHANGHAI)


def last_day(due: datetime) -> date:
    """The day a deadline belongs to: 24:00 of a day belongs to that day, not to the next."""
    return (local(due) - timedelta(microseconds=1)).date()


def nine_o_clock(day: date) -> datetime:
    return datetime.combine(day, FIRE_AT, SHANGHAI)


class LimitKind(StrEnum):
    """How a limit counts (process.md §3.4, N90)."""

    WORKING_DAYS = "WD"
    CALENDAR_DAYS = "CD"
    HOURS = "H"


_UNIT_ZH = {LimitKind.WORKING_DAYS: "个工作日", LimitKind.CALENDAR_DAYS: "日", LimitKind.HOURS: "小时"}
_UNIT_EN = {
    LimitKind.WORKING_DAYS: "working day",
    LimitKind.CALENDAR_DAYS: "calendar day",
    LimitKind.HOURS: "hour",
}


@dataclass(frozen=True, slots=True)
class Limit:
    """A length of time as the plans state it: ``WD 5``, ``CD 30`` or ``H 24``."""

    kind: LimitKind
    n: int

    def __str__(self) -> str:
        return f"{self.kind} {self.n}"

    @property
    def zh(self) -> str:
        return f"{self.n}{_UNIT_ZH[self.kind]}"

    @property
    def en(self) -> str:
        return f"{self.n} {_UNIT_EN[self.kind]}{'' if self.n == 1 else 's'}"

    @classmethod
    @lru_cache(maxsize=256)
    def parse(cls, text: str) -> Limit:
        """Read ``"WD 5"``. Raises ``ValueError`` when it is not a kind and a whole number from 0."""
        match = re.fullmatch(r"(WD|CD|H) (\d+)", text)
        if not match:
            raise ValueError(f"not a limit: {text!r} (write 'WD 5', 'CD 30' or 'H 24')")
        return cls(LimitKind(match[1]), int(match[2]))

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            lambda value: value if isinstance(value, cls) else cls.parse(str(value)),
            serialization=core_schema.to_string_ser_schema(),
        )


def WorkingDays(n: int) -> Limit:
    return Limit(LimitKind.WORKING_DAYS, n)


def CalendarDays(n: int) -> Limit:
    return Limit(LimitKind.CALENDAR_DAYS, n)


def Hours(n: int) -> Limit:
    return Limit(LimitKind.HOURS, n)


class Labelled(StrEnum):
    """An enumeration whose members carry the Chinese term of the documents and an English one."""

    zh: str
    en: str

    def __new__(cls, value: str, zh: str = "", en: str = "") -> Labelled:
        member = str.__new__(cls, value)
        member._value_ = value
        member.zh = zh or value
        member.en = en or value
        return member


class State(Labelled):
    """States of a hazard (process.md §3.2) that are built; each with its Chinese name."""

    REPORTED = "REPORTED", "待核实", "reported, to be verified"
    REGISTERED = "REGISTERED", "已登记", "registered"
    UNDER_TRIAGE = "UNDER_TRIAGE", "研判中", "under triage"
    JURISDICTION_RULING = "JURISDICTION_RULING", "待明确管辖", "jurisdiction to be ruled on"
    LISTING_REVIEW = "LISTING_REVIEW", "待挂牌审核", "listing before the authority"
    AWAITING_SIGNOFF = "AWAITING_SIGNOFF", "待签收", "waiting for the unit to sign for it"
    PLANNING = "PLANNING", "方案制定中", "plan being drawn up"
    PLAN_REVIEW = "PLAN_REVIEW", "方案待审", "plan before the sponsor"
    REMEDIATING = "REMEDIATING", "整治中", "being remediated"
    KEY_CONTROL = "KEY_CONTROL", "重点防控中", "under key control, still open"
    SELF_ASSESSMENT = "SELF_ASSESSMENT", "清零评估中", "clearance being assessed"
    AWAITING_RECOGNITION = "AWAITING_RECOGNITION", "待认定", "clearance to be recognised"
    ACCEPTANCE = "ACCEPTANCE", "验收评估中", "clearance before the acceptance panel"
    CLEARED = "CLEARED", "已清零（销号）", "cleared, under watch"
    LOOK_BACK = "LOOK_BACK", "回头看中", "look-back open"
    CLOSED = "CLOSED", "已归档", "closed"
    DISMISSED = "DISMISSED", "核查不属实", "dismissed as unfounded"
    MERGED = "MERGED", "并案", "merged into another hazard"
    HANDED_OVER = "HANDED_OVER", "移交上级/外部", "handed over"

    @property
    def terminal(self) -> bool:
        return self in _TERMINAL

    @property
    def open(self) -> bool:
        """Not cleared yet (未清零), whatever it waits for; a cleared hazard under watch is not open (F21)."""
        return self not in _TERMINAL | _WATCHED


_TERMINAL = frozenset({State.CLOSED, State.DISMISSED, State.MERGED, State.HANDED_OVER})
_WATCHED = frozenset({State.CLEARED, State.LOOK_BACK})


class Mode(Labelled):
    """Mode of remediation (整治方式, MOD-01)."""

    GENERAL = "GENERAL", "一般整治", "general"
    UPGRADED = "UPGRADED", "提级整治", "upgraded"
    DIVERTED = "DIVERTED", "分流治理", "diverted"
    LISTED = "LISTED", "挂牌整治", "listed"

    @property
    def handled_as(self) -> Mode:
        """A diverted hazard is remediated and assessed like a general one (MOD-10, VER-04)."""
        return Mode.GENERAL if self is Mode.DIVERTED else self


class SubtaskState(Labelled):
    """States of one unit's part of a listed hazard (process.md §3.2)."""

    ASSIGNED = "ASSIGNED", "待签收", "waiting to be signed for"
    IN_PROGRESS = "IN_PROGRESS", "整治中", "being remediated"
    DONE_REPORTED = "DONE_REPORTED", "已报结", "reported done"
    LEAD_CONFIRMED = "LEAD_CONFIRMED", "牵头确认", "confirmed by the lead unit"
    REWORK = "REWORK", "返工", "to be done again"


class Urgency(Labelled):
    """Urgency (紧急程度, N12)."""

    NORMAL = "NORMAL", "一般", "normal"
    URGENT = "URGENT", "紧急", "urgent"
    FLASH = "FLASH", "特急", "flash"


class Sla(Labelled):
    """Punctuality of what the owner owes now."""

    ON_TIME = "ON_TIME", "正常", "on time"
    DUE_SOON = "DUE_SOON", "临期", "due soon"
    OVERDUE = "OVERDUE", "超期", "overdue"


class Confidentiality(Labelled):
    """Who may be told (SEC-01)."""

    PUBLIC = "PUBLIC", "公开", "public"
    INTERNAL = "INTERNAL", "内部", "internal"
    SENSITIVE = "SENSITIVE", "敏感", "sensitive"


class Colour(Labelled):
    """The four colours; risk and supervision each have a scale of their own (A18)."""

    RED = "RED", "红", "red"
    ORANGE = "ORANGE", "橙", "orange"
    YELLOW = "YELLOW", "黄", "yellow"
    BLUE = "BLUE", "蓝", "blue"


class Rung(Labelled):
    """Rungs of the escalation ladder (process.md §3.4)."""

    L0 = "L0", "提醒", "reminder"
    L1 = "L1", "催办", "urging"
    L2 = "L2", "督办", "supervision"
    L3 = "L3", "通报", "circular of criticism"
    L4 = "L4", "约谈告诫", "admonishing talk"
    L4B = "L4b", "公开曝光", "public exposure"
    L5 = "L5", "提请追责", "referral for accountability"

    @property
    def step(self) -> int:
        return _STEPS[self]


_STEPS = {rung: step for step, rung in enumerate(Rung)}


class RecordKind(Labelled):
    """Kinds of record that are only kept (T35): they move no state, no date and no level."""

    GUIDANCE = "guidance", "业务指导", "guidance by the line bureau"
    COORDINATION = "coordination", "条线协调", "coordination by the lead of its line"
    TRACKING = "tracking", "跟踪指导", "tracking note of the superior unit"
    INSPECTION = "inspection", "督导检查", "supervision inspection"
    CAMPAIGN = "campaign", "纳入专项整治", "part of a campaign"
    RESPONSIBILITY = "responsibility", "责任划分", "division of responsibility"
    LAW_ENFORCEMENT = "law_enforcement", "移交执法司法", "handed to law enforcement"
    IMPROVEMENT = "improvement", "制度改进", "improvement of a rule or mechanism"
    EVALUATION = "evaluation", "第三方评估", "evaluation by a third party"
    COOPERATION = "cooperation", "移交后配合", "cooperation after a hand-over"


class BlacklistStep(Labelled):
    """What is decided about an enterprise on the black-list (F20, N68). Persons are on no list."""

    LISTED = "listed", "列入黑名单", "put on the black-list"
    REMOVED = "removed", "移出黑名单", "taken off the black-list"


class MeetingKind(Labelled):
    """Kinds of joint work (F15, COL-01, COL-03, COL-04)."""

    CONSULTATION = "consultation", "会商", "consultation"
    DIAGNOSIS = "diagnosis", "会诊", "joint diagnosis"
    ENFORCEMENT = "enforcement", "联合执法", "joint enforcement"


class Handling(Labelled):
    """How a concern of the people was dealt with (REM-06)."""

    DONE_AT_ONCE = "done_at_once", "能办的马上办", "done at once"
    CONDITIONS_CREATED = "conditions_created", "条件不够的创造条件办", "conditions were created for it"
    EXPLAINED = "explained", "不能办的已解释清楚", "explained why it cannot be done"


class Settlement(Labelled):
    """三到位一处理 (REM-07): what was done about each side of a dispute."""

    SOLVED = "solved", "诉求合理的解决到位", "reasonable claims settled"
    EXPLAINED = "explained", "诉求无理的思想教育到位", "unreasonable claims explained"
    HELPED = "helped", "生活困难的帮扶救助到位", "hardship relieved"
    BY_LAW = "by_law", "行为违法的依法处理", "unlawful acts dealt with by law"


class Channel(Labelled):
    """How a hazard was found (发现渠道, REG-01, REG-02). Outside channels are verified first (T01)."""

    DAILY_PATROL = "daily_patrol", "日常排查", "daily inspection"
    GRID_PATROL = "grid_patrol", "网格巡查", "grid patrol"
    JOINT_STATION = "joint_station", "居村联勤联动", "neighbourhood joint station"
    UNIFIED_NETWORK = "unified_network", "一网统管", "city-wide network"
    THIRD_PARTY = "third_party", "第三方排查", "third-party inspection"
    HOTLINE = "hotline", "市民热线", "citizens' hotline"
    MEDIA = "media", "媒体报道", "media report"
    PUBLIC_OPINION = "public_opinion", "网络舆情", "public opinion online"
    PETITION = "petition", "群众来信来访", "letters and visits"
    MODEL = "model", "大数据研判预警模型", "early-warning model"
    APPLICATION = "application", "应用场景", "application scenario"

    @property
    def outside(self) -> bool:
        return self in _OUTSIDE


_OUTSIDE = frozenset(
    {
        Channel.HOTLINE,
        Channel.MEDIA,
        Channel.PUBLIC_OPINION,
        Channel.PETITION,
        Channel.MODEL,
        Channel.APPLICATION,
    }
)


class Outcome(Labelled):
    """What the remediation came to (T25)."""

    ELIMINATED = "eliminated", "消除", "eliminated"
    CLOSED_BY_LAW = "closed_by_law", "依法关闭", "closed down by law"
    RESOLVED = "resolved", "化解", "resolved"
    TO_JUSTICE = "to_justice", "移送司法", "handed over to the judiciary"


class ClockKey(Labelled):
    """Kinds of clock (process.md §3.4)."""

    VERIFY = "verify", "核实", "verification"
    TRIAGE = "triage", "研判", "triage"
    JURISDICTION = "jurisdiction", "明确管辖", "ruling on jurisdiction"
    SIGN = "sign", "签收", "sign-off"
    PLAN = "plan", "方案", "plan"
    REMEDIATE = "remediate", "整治", "remediation"
    EXTENSION_DECISION = "extension_decision", "延期审批", "decision on the extension"
    REWORK = "rework", "返工", "rework"
    CONTROL_REVIEW = "control_review", "防控复评", "review of key control"
    ASSESS = "assess", "清零评估", "clearance assessment"
    RECOGNISE = "recognise", "认定", "recognition"
    LISTING_REVIEW = "listing_review", "挂牌审核", "decision on the listing"
    PLAN_REVIEW = "plan_review", "方案审批", "decision on the plan"
    ACCEPT = "accept", "验收", "acceptance"
    LISTING_NOTICE = "listing_notice", "挂牌公告", "publication of the listing"
    LISTING_FILING = "listing_filing", "挂牌备案", "filing of the listing"
    REMOVAL_NOTICE = "removal_notice", "摘牌公告", "publication of the removal"
    LOOKBACK = "lookback", "回头看日", "look-back date"
    LOOKBACK_DO = "lookback_do", "回头看办理", "carrying out the look-back"
    RELAPSE_MATCH = "relapse_match", "回潮比对期", "window for matching a relapse"
    REASON = "reason", "说明超期原因", "reason for being late"
    """Read in rulebooks that name it; nothing starts it, the 督办单 sets the day itself."""
    TALK = "talk", "约谈", "admonishing talk"
    RECTIFICATION = "rectification", "整改报告", "rectification report"
    CONSULTATION = "consultation", "会商", "consultation"
    PRINCIPAL_REPORT = "principal_report", "主要领导汇报", "report from principal to principal"
    PETITION_NOTIFY = "petition_notify", "信访告知", "notice to the petitioner"
    PETITION_CLOSE = "petition_close", "信访办结", "closing of the petition"
    COOPERATION = "cooperation", "移交后配合", "cooperation after a hand-over"


OWED_BY_NOBODY = frozenset({ClockKey.RELAPSE_MATCH})
"""Clocks that only watch: whether a hazard relapses within their time. Nobody is late by them."""


LISTING_NOTICES = (ClockKey.LISTING_NOTICE, ClockKey.LISTING_FILING, ClockKey.REMOVAL_NOTICE)
"""What the office owes the public and the level above once a hazard is listed, or its listing is removed (N44)."""


def clock_id(key: ClockKey, subtask: UnitId | None = None) -> str:
    """What a hazard knows a clock by: ``sign``, or ``sign@yingjiju`` where it times one unit's sub-task."""
    return f"{key.value}@{subtask}" if subtask else key.value
