"""The dossier of a hazard (档案): everything its ledger says, laid out as a document and printed as PDF/A.

``contents`` gathers and words it; ``dossier.typ`` lays it out; ``printed`` prints it. Seats are named, and
persons only by the references the ledger holds.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import typst

from audit.life import TEXTS, Step, evidence, shown_due, words_of
from audit.reasons import Account, Derivation, Reason, account
from audit.statement import Statement
from audit.words import Names, when
from documents.fonts import pair
from domain.commands import Report, SubmitPlan
from domain.library import Library
from domain.organisation import Role
from domain.state import Milestone
from domain.values import HazardId, local
from storage.outbox import Sent

TEMPLATE = Path(__file__).parent / "dossier.typ"


@dataclass(frozen=True)
class Papers:
    """What a dossier is made of."""

    library: Library
    steps: tuple[Step, ...]
    sent: tuple[Sent, ...]
    statement: Statement
    made_at: datetime

    @property
    def hazard(self) -> HazardId:
        return self.steps[-1].after.id


def printed(papers: Papers, fonts: typst.Fonts | None = None) -> bytes:
    """The dossier as PDF/A-2a. Raises :class:`documents.fonts.NoChineseFont`. Takes about a second; not for an event loop."""
    fonts = fonts or typst.Fonts()
    data = contents(papers) | {"fonts": pair(fonts)}
    compiler = typst.Compiler(
        TEMPLATE.read_bytes(),
        font_paths=fonts,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False, default=str)},
    )
    made = compiler.compile(
        format="pdf",
        pdf_standards=["a-2a"],
        timestamp=papers.made_at.astimezone(UTC).replace(microsecond=0),
    )
    assert isinstance(made, bytes)
    return made


# -- what stands in it -------------------------------------------------------------------------------


def contents(papers: Papers) -> dict[str, Any]:
    """All of it in words, ready to be laid out; every value is text, a list or a mapping of them."""
    steps = papers.steps
    state, report = steps[-1].after, steps[0].event.command
    assert isinstance(report, Report)
    book = papers.library.rules(state.rules, state.calendar).book
    names = Names(book, "zh")
    told = account(papers.library, steps, papers.sent)
    item = book.catalogue.by_code.get(state.code or "")
    return {
        "number": state.id,
        "district": book.name,
        "district_en": book.en,
        "title": state.title or (item.name if item else "") or state.channel.zh,
        "place": state.place,
        "state": [names.word(state.state), state.state.en],
        "secrecy": state.confidentiality.zh,
        "period": _period(steps),
        "made_at": when(papers.made_at),
        "facts": _facts(papers, names, item.name if item else ""),
        "description": report.description,
        "timeline": [_entry(step, reason, names) for step, reason in zip(steps, told.reasons, strict=True)],
        "plans": [_plan(step, steps, names) for step in steps if step.event.type == "submit_plan"],
        "deadlines": [_deadline(one, names) for one in told.deadlines],
        "decisions": list(_decisions(steps, told, names)),
        "supervision": list(_supervision(told, names)),
        "evidence": _evidence(steps, names),
        "lookbacks": list(_lookbacks(steps, names)),
        "statement": papers.statement.model_dump(mode="json"),
        "rulebook": [book.version, state.rules],
        "calendar": [papers.library.calendar(state.calendar).version, state.calendar],
    }


def _period(steps: Sequence[Step]) -> str:
    first, last = local(steps[0].event.at), local(steps[-1].event.at)
    return f"{first:%Y-%m-%d} 至 {last:%Y-%m-%d}"


def _facts(papers: Papers, names: Names, item: str) -> list[list[str]]:
    state = papers.steps[-1].after
    grade = state.grade.colour.zh if state.grade else "–"
    rows = [
        ("发现渠道", "channel", state.channel.zh),
        ("登记", "reported", f"{when(state.reported_at)}　{names.unit(papers.steps[0].event.actor.unit)}"),
        ("隐患分类", "catalogue", f"{state.code or '–'}　{item}".strip()),
        ("所在街镇", "sub-district", names.unit(state.subdistrict) if state.subdistrict else "–"),
        ("管辖单位", "owner", names.unit(state.owner)),
        ("相关单位", "units involved", "、".join(names.unit(unit) for unit in state.involved)),
        ("整治方式", "mode", f"{names.word(state.mode)}　第{state.round}轮　{state.urgency.zh}"),
        ("风险等级", "risk", f"{grade}{'　重大' if state.major else ''}"),
        ("督办级别", "supervision", f"{state.level} {names.word(state.level)}　{state.sla.zh}"),
        ("曾达最高", "highest", "、".join(f"{names.unit(u)} {r}" for u, r in state.highest.items()) or "–"),
        ("销号", "struck off", state.strike_off or "–"),
        ("密级", "confidentiality", state.confidentiality.zh),
    ]
    return [list(row) for row in rows]


def _entry(step: Step, reason: Reason, names: Names) -> dict[str, str]:
    event = step.event
    moved = names.word(reason.after) if reason.before is not reason.after else ""
    return {
        "seq": str(event.seq),
        "at": f"{local(event.at):%Y-%m-%d}",
        "time": f"{local(event.at):%H:%M}",
        "zh": reason.zh,
        "en": reason.en,
        "who": names.actor(event.actor),
        "rule": f"{reason.rule}　{reason.requirement}",
        "to": moved,
        "late": "1" if event.alarm and event.type not in ("reminder", "lookback_due") else "",
        "by_time": "1" if event.actor.role is Role.SYSTEM else "",
    }


def _plan(step: Step, steps: Sequence[Step], names: Names) -> dict[str, Any]:
    form, filed = step.event.command, step.after.plan
    assert isinstance(form, SubmitPlan) and filed is not None
    done = _done_by_the_end(step, steps)
    return {
        "seq": str(step.event.seq),
        "at": when(step.event.at),
        "by": names.actor(step.event.actor),
        "facts": [
            ["责任单位", "unit", form.responsible_unit],
            ["责任领导", "leader", _person(form.responsible_leader)],
            ["责任人员", "staff", "、".join(_person(person) for person in form.responsible_staff)],
            ["经费", "funds", form.funds or "–"],
            ["应急预案", "contingency", form.contingency or "–"],
        ],
        "measures": form.measures,
        "goals": [[goal.id, goal.text, goal.check or "–"] for goal in form.goals],
        "nodes": [
            [node.id, node.what, _day(node.due), when(at) if (at := done.get(node.id)) else "–"]
            for node in filed.milestones
        ],
        "duties": [[duty.unit, duty.task] for duty in form.duties],
    }


def _person(ref: Any) -> str:
    return f"{ref.person}（{ref.post}）" if ref.post else str(ref.person)


def _done_by_the_end(step: Step, steps: Sequence[Step]) -> dict[str, datetime | None]:
    """When each node of this plan was ticked, before another plan took its place."""
    filed = step.after.plan
    assert filed is not None
    nodes: Iterable[Milestone] = filed.milestones
    for later in steps[step.event.seq :]:
        if later.after.plan and later.after.plan.filed_at == filed.filed_at:
            nodes = later.after.plan.milestones
    return {node.id: node.done_at for node in nodes}


def _day(due: datetime | date) -> str:
    return shown_due(due) if isinstance(due, datetime) else f"{due} 24:00"


def _deadline(one: Derivation, names: Names) -> dict[str, Any]:
    clock = one.clock
    return {
        "clock": clock.key.zh,
        "n": str(one.n),
        "seq": str(one.seq),
        "due": shown_due(clock.due),
        "provisional": "暂定" if clock.provisional else "",
        "bearer": names.unit(clock.bearer),
        "row": clock.row,
        "source": one.explanation.source,
        "calendar": one.explanation.calendar_version,
        "zh": list(one.explanation.zh),
        "end": f"第{one.ended_by}步结束" if one.ended_by else "仍在",
    }


_DECISIONS = frozenset(
    {
        "verify_confirm", "verify_dismiss", "assign", "triage_route", "triage_return", "jurisdiction_unclear",
        "jurisdiction_rule", "return", "decide_extension", "enter_key_control", "resume", "assess_pass",
        "assess_fail", "recognise_pass", "recognise_fail", "accept_reason", "classify", "merge", "hand_over",
        "refused",
    }
)  # fmt: skip
"""Events in which somebody decided something; the others report, ask or let time pass."""


def _decisions(steps: Sequence[Step], told: Account, names: Names) -> Iterable[dict[str, Any]]:
    for step, reason in zip(steps, told.reasons, strict=True):
        event = step.event
        form: Any = event.command
        if event.type not in _DECISIONS:
            continue
        said = [
            [TEXTS[field][0], text]
            for field in type(form).model_fields
            if field in TEXTS and isinstance(text := getattr(form, field, None), str) and text.strip()
        ]
        said += [
            [
                f"目标 {result.goal}",
                ("达成" if result.met else "未达成") + (f"　{result.note}" if result.note else ""),
            ]
            for result in getattr(form, "results", ())
        ]
        if hasattr(form, "approve"):
            said.insert(0, ["决定", "同意" if form.approve else "不同意"])
        if hasattr(form, "target"):
            said.insert(0, ["转递至", form.target])
        if event.refused:
            said.append(["不予办理", event.refused.zh])
        yield {
            "seq": str(event.seq),
            "at": when(event.at),
            "zh": reason.zh,
            "who": names.actor(event.actor),
            "rule": f"{reason.rule}　{reason.requirement}",
            "said": said,
        }


def _supervision(told: Account, names: Names) -> Iterable[dict[str, Any]]:
    for reason in told.reasons:
        one = reason.escalation
        if one is None or reason.type == "lookback_due":
            continue
        yield {
            "seq": str(reason.seq),
            "at": when(reason.at),
            "zh": reason.zh,
            "clock": f"{one.clock.zh}　{shown_due(one.due)}",
            "told": [
                [
                    ("抄送　" if told.kind == "cc" else "") + names.seat(told.unit, told.role),
                    told.document,
                    when(told.delivered_at) if told.delivered_at else "未送达",
                    when(told.receipt_at) if told.receipt_at else "无回执",
                ]
                for told in reason.told
            ],
        }


_KINDS = {"before": "整治前", "after": "整治后", "document": "文件", "other": "其他"}


def _evidence(steps: Sequence[Step], names: Names) -> list[list[str]]:
    return [
        [str(piece.seq), when(piece.at), _KINDS.get(piece.kind, piece.kind), piece.ref, piece.sha256 or "",
         names.actor(piece.actor)]
        for piece in evidence(steps)
    ]  # fmt: skip


def _lookbacks(steps: Sequence[Step], names: Names) -> Iterable[list[str]]:
    for step in steps:
        event = step.event
        if event.type in ("lookback_due", "lookback_pass", "lookback_relapse", "confirm_relapse"):
            text = getattr(event.command, "findings", "") or getattr(event.command, "reason", "")
            yield [str(event.seq), when(event.at), words_of(event)[0], names.actor(event.actor), text or "–"]
