"""What people do in a programme: file for a window, decide on what was filed, keep the office's registers.

Refusals are checked in a fixed order, as a hazard's: seat and right (403), what is not there (404), the state
(409), the form (422).
"""

from __future__ import annotations

from datetime import datetime

from domain.cadence import Files, Filing, lacks, outside_scope
from domain.events import Notice
from domain.library import Rules
from domain.organisation import ROLES_OF_THE_OFFICE, Actor, Role
from domain.programme import Decide, File, Happening, Kind, Note, Order, Part, Programme, Standing
from domain.refusal import FieldError, Refusal, refuse
from domain.timetable import acted, cadence_of, entry
from domain.values import local

FILERS = frozenset({Role.LIAISON, Role.HANDLER, Role.DEPUTY_LEADER, Role.PRINCIPAL, *ROLES_OF_THE_OFFICE})
"""Seats that file for their unit."""


def repeated(state: Programme, order: Order) -> int | None:
    """The entry an order already led to. Raises :class:`Refusal` 422 when its key was used for another."""
    known = state.done.get(order.key)
    if known is None:
        return None
    if known[1] != order.digest:
        raise refuse(
            422,
            "key-reused",
            "INT-01",
            "该幂等键已用于另一项填报或另一席位，请换一个",
            "this idempotency key was used for another command or by another seat; take a new one",
        )
    return known[0]


def decide(rules: Rules, state: Programme, order: Order, now: datetime) -> Happening:
    """The entry an order leads to. Raises :class:`Refusal`; a refusal changes nothing."""
    problem = rules.book.organisation.seat_problem(order.actor)
    if problem:
        raise refuse(403, "no-such-seat", "ACT-19", problem, "there is no such seat in this district")
    command = order.command
    if isinstance(command, File):
        return _file(rules, state, order, command, now)
    if isinstance(command, Decide):
        return _decide(rules, state, order, command, now)
    return _note(rules, state, order, command, now)


# ── filing ───────────────────────────────────────────────────────────────────────────────────────────


def _file(rules: Rules, state: Programme, order: Order, command: File, now: datetime) -> Happening:
    actor = order.actor
    if actor.role not in FILERS:
        raise refuse(
            403,
            "F18.not-yours",
            "CAD-02",
            "排查计划、排查记录和文件由本单位联络员、责任人员或领导填报",
            "a filing is made by the liaison, handler or leaders of the unit that owes it",
        )
    one = _standing(state, command.duty, command.label)
    part = one.part(actor.unit)
    if part is None:
        raise _nothing_owed(command.duty, command.label)
    if now < one.window.opens:
        raise _not_open(one)
    if part.filed_at is not None and one.opening.files is not Files.RECORD:
        raise refuse(
            409,
            "F18.already-filed",
            "CAD-02",
            f"“{one.opening.name}” {one.window.label} 本单位已报，不得重报；退回的才重报",
            f"this unit has filed for {one.opening.en} {one.window.label}; only what was returned is filed again",
        )
    _check(rules, one, command.filing, now)
    return acted(
        rules,
        state,
        Kind.FILED,
        one,
        now,
        actor,
        units=(actor.unit,),
        filing=command.filing,
        notices=_to_approve(rules, one),
        key=order.key,
        digest=order.digest,
    )


def _check(rules: Rules, one: Standing, filing: Filing, now: datetime) -> None:
    opening, errors = one.opening, []
    for name in lacks(opening.files, filing, joint=opening.joint):
        title = Filing.model_fields[name].title
        errors.append(
            FieldError(field=f"filing.{name}", message=f"“{opening.name}”须填{title} | this duty asks for it")
        )
    outside = outside_scope(cadence_of(rules), filing)
    if outside:
        errors.append(
            FieldError(
                field="filing.covered",
                message=f"不在本区排查范围内：{'、'.join(outside)} | not in this district's scope",
            )
        )
    on = filing.inspected_on
    if on is not None and not local(one.window.opens).date() <= on <= local(now).date():
        errors.append(
            FieldError(
                field="filing.inspected_on",
                message=f"排查日期须在 {local(one.window.opens):%Y-%m-%d} 至今日之间 | it lies outside the window so far",
            )
        )
    if opening.files is Files.RECORD and filing.found is not None and filing.found < len(filing.hazards):
        errors.append(
            FieldError(
                field="filing.found",
                message=f"发现数少于登记的 {len(filing.hazards)} 件隐患 | fewer than the hazards it names",
            )
        )
    if opening.lists_major and not filing.hazards and not filing.text:
        errors.append(
            FieldError(
                field="filing.hazards",
                message="须列出重大事故隐患；没有的须在情况说明中写明 | name the major hazards, or say that there are none",
            )
        )
    if errors:
        raise refuse(
            422,
            "F18.incomplete",
            "CAD-08" if opening.files is Files.RECORD else "CAD-02",
            f"“{opening.name}”填报有误：{'；'.join(error.message for error in errors)}",
            "the filing lacks or contradicts something; see errors",
            tuple(errors),
        )


def _to_approve(rules: Rules, one: Standing) -> tuple[Notice, ...]:
    role = one.opening.approved_by
    seat = rules.book.organisation.seat_of(role) if role else None
    if role is None or seat is None:
        return ()
    return (Notice(unit=seat, role=role, kind="to", document="计划报审", due=one.window.due),)


# ── deciding on what was filed ───────────────────────────────────────────────────────────────────────


def _decide(rules: Rules, state: Programme, order: Order, command: Decide, now: datetime) -> Happening:
    one = _standing(state, command.duty, command.label)
    role = one.opening.approved_by
    if role is None or order.actor.role is not role:
        raise refuse(
            403,
            "F18.not-your-approval",
            "SUP-12",
            f"“{one.opening.name}”由“{role.zh}”席位审定" if role else f"“{one.opening.name}”无须审定",
            f"this is approved by the seat {role}" if role else "nothing is to be approved here",
        )
    part = one.part(command.unit)
    if part is None:
        raise _nothing_owed(command.duty, command.label)
    if part.filed_at is None or part.approved_at is not None:
        raise refuse(
            409,
            "F18.nothing-to-approve",
            "SUP-12",
            "没有待审定的填报" if part.filed_at is None else "已审定，不得再审",
            "nothing waits for approval" if part.filed_at is None else "it has been approved",
        )
    if not (command.document if command.approve else command.reason):
        field, zh = ("document", "批准文号") if command.approve else ("reason", "退回理由")
        raise refuse(
            422,
            "F18.decision-incomplete",
            "SUP-12",
            f"须填写{zh}",
            f"{field} is missing",
            (FieldError(field=field, message=f"须填写{zh} | missing"),),
        )
    return acted(
        rules,
        state,
        Kind.APPROVED if command.approve else Kind.RETURNED,
        one,
        now,
        order.actor,
        units=(command.unit,),
        decision=command,
        notices=(_answer(rules, one, part, command),),
        key=order.key,
        digest=order.digest,
    )


def _answer(rules: Rules, one: Standing, part: Part, command: Decide) -> Notice:
    role = Role.OFFICE if part.unit == rules.book.organisation.office else Role.LIAISON
    if command.approve:
        return Notice(unit=part.unit, role=role, kind="to", document="计划批复")
    return Notice(unit=part.unit, role=role, kind="to", document="计划退回", due=one.window.due)


# ── the office's registers ───────────────────────────────────────────────────────────────────────────


def _note(rules: Rules, state: Programme, order: Order, command: Note, now: datetime) -> Happening:
    if order.actor.role not in ROLES_OF_THE_OFFICE:
        raise refuse(
            403,
            "office-register.not-yours",
            "ACT-08",
            "办文、会议、联络和情况通报由清零办登记",
            "the office keeps its own registers",
        )
    unknown = [unit for unit in command.units if unit not in rules.book.organisation.by_id]
    if unknown:
        raise refuse(
            422,
            "office-register.no-such-unit",
            "ACT-08",
            f"本区没有单位：{'、'.join(unknown)}",
            "there is no such unit in this district",
            (FieldError(field="units", message=f"{'、'.join(unknown)} | no such unit"),),
        )
    return entry(
        rules,
        state,
        Kind.NOTED,
        now,
        actor=order.actor,
        note=command,
        key=order.key,
        digest=order.digest,
    )


# ── refusals ─────────────────────────────────────────────────────────────────────────────────────────


def _standing(state: Programme, duty: str, label: str) -> Standing:
    one = state.standing(duty, label)
    if one is None:
        raise refuse(
            404,
            "F18.no-such-window",
            "CAD-02",
            f"没有待办的“{duty}” {label}：尚未开启，或已办结",
            f"no window {duty} {label} is open: it has not begun, or everything was done and its day is past",
        )
    return one


def _nothing_owed(duty: str, label: str) -> Refusal:
    return refuse(
        404,
        "F18.not-owed",
        "CAD-02",
        f"该单位没有“{duty}” {label} 这项任务",
        f"the unit owes nothing for {duty} {label}",
    )


def _not_open(one: Standing) -> Refusal:
    return refuse(
        409, "F18.not-open", "CAD-02", f"{one.window.label} 尚未开启", f"{one.window.label} has not opened"
    )


def may_file(actor: Actor, part: Part, one: Standing) -> bool:
    """Whether a page offers the form to this seat."""
    own = actor.unit == part.unit and actor.role in FILERS
    return own and (part.filed_at is None or one.opening.files is Files.RECORD)
