"""What may be said of a risk point, by whom and when: each rule a row of a table, the first that fails refuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from domain.catalogue import responsible
from domain.library import Rulebook
from domain.organisation import ROLES_OF_THE_OFFICE, Actor, Role, Unit, UnitType
from domain.refusal import FieldError, Refusal, refuse
from domain.riskcontrol import Keeper
from domain.riskpoints import (
    Amend,
    Assessment,
    Command,
    Declare,
    Description,
    Entry,
    Kind,
    Order,
    PointKind,
    Registration,
    Regrade,
    Retire,
    RiskPoint,
)
from domain.values import UnitId, local

SEATS = frozenset({Role.LIAISON, Role.DEPUTY_LEADER, Role.PRINCIPAL, Role.CUSTODIAN})
"""Seats of a unit that keep its risk points."""


def decide(
    book: Rulebook,
    point: RiskPoint | None,
    order: Order,
    now: datetime,
    *,
    number: str,
    open_hazards: int = 0,
) -> Entry:
    """The entry that an order makes, not yet in its place of the chain. ``number`` is the point's, or the next free one.

    ``open_hazards`` says how many hazards linked to the point stand open. Raises :class:`Refusal` 403, 409, 422.
    """
    command, actor = order.command, order.actor
    ask = Ask(book, point, command, actor, local(now).date(), open_hazards)
    for rule in _RULES[command.do]:
        if not rule.holds(ask):
            raise rule.refusal(command.do)
    entry = Entry(
        profile=book.profile,
        point=number,
        kind=_KINDS[command.do],
        at=local(now),
        actor=actor,
        rules=book.digest,
        key=order.key,
        digest=order.digest("" if point is None else number),
    )
    return entry.model_copy(update=_SAID[command.do](ask))


def may_keep(book: Rulebook, actor: Actor, described: Description) -> bool:
    """Whether a seat keeps a point with this description; its units are ids."""
    holds = {
        Keeper.OFFICE: actor.role in ROLES_OF_THE_OFFICE,
        Keeper.DEPARTMENT: actor.role in SEATS and actor.unit == described.department,
        Keeper.TERRITORY: actor.role in SEATS and actor.unit == described.subdistrict,
    }
    return any(holds[keeper] for keeper in book.risk_control.keepers)


def may_register(book: Rulebook, actor: Actor) -> bool:
    """Whether a seat could register any point at all: for showing the form."""
    unit = book.organisation.by_id.get(actor.unit)
    units = bool(unit and unit.handles and actor.role in SEATS and _unit_keepers(book))
    return units or (actor.role in ROLES_OF_THE_OFFICE and Keeper.OFFICE in book.risk_control.keepers)


def _unit_keepers(book: Rulebook) -> set[Keeper]:
    return set(book.risk_control.keepers) - {Keeper.OFFICE}


def answering(book: Rulebook, described: Description) -> frozenset[UnitId]:
    """The units that may be the 责任部门 of what is so described: lead of its category, those the catalogue names,
    and the sub-district it lies in."""
    found: set[UnitId] = set()
    if described.subdistrict:
        found.add(UnitId(described.subdistrict))
    category = book.category(described.category)
    if category:
        found |= {category.lead} if category.lead else set()
        found |= {unit.id for unit in book.organisation.units if unit.type in category.responsible}
    item = book.catalogue.by_code.get(described.code or "")
    if item:
        territory = UnitId(described.subdistrict) if described.subdistrict else None
        whose = responsible(item, book.organisation, territory)
        found |= {unit for unit in (whose.proposed, *whose.candidates) if unit}
    return frozenset(found)


# ── the rules ────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Ask:
    """What a rule may ask about."""

    book: Rulebook
    point: RiskPoint | None
    form: Command
    actor: Actor
    today: date
    open_hazards: int

    def unit(self, name: str | None) -> Unit | None:
        return self.book.organisation.find(name) if name else None

    @property
    def described(self) -> Description:
        """The description as the form gives it, its units as ids where there are such units."""
        assert isinstance(self.form, Description)
        said = {name: getattr(self.form, name) for name in Description.model_fields}
        units = {name: self.unit(said[name]) for name in ("department", "subdistrict")}
        return Description.model_construct(**said).model_copy(
            update={name: unit.id for name, unit in units.items() if unit}
        )

    @property
    def kept(self) -> Description:
        """Whose point it is: as it stands, or as it is to be registered."""
        return self.point.described if self.point else self.described

    @property
    def kind(self) -> PointKind:
        """The kind that an assessment is about."""
        return self.kept.kind

    @property
    def assessment(self) -> Assessment:
        form = self.form.assessment if isinstance(self.form, Registration) else self.form
        assert isinstance(form, Assessment)
        return form


class Rule(NamedTuple):
    status: int
    code: str
    requirement: str
    zh: str
    en: str
    holds: Callable[[Ask], bool]
    field: str = ""

    def refusal(self, do: str) -> Refusal:
        path = f"assessment.{self.field}" if do == "register" and self.field in _ASSESSED else self.field
        errors = (FieldError(field=path, message=f"{self.zh} | {self.en}"),) if path else ()
        return refuse(self.status, f"risk-point.{self.code}", self.requirement, self.zh, self.en, errors)


_ASSESSED = frozenset(Assessment.model_fields)


def _keeper(ask: Ask) -> bool:
    return may_keep(ask.book, ask.actor, ask.kept)


def _territory(ask: Ask) -> bool:
    named = ask.described.subdistrict
    return named is None or ask.unit(named) in ask.book.organisation.territories


def _sub_item(ask: Ask) -> bool:
    described = ask.described
    category = ask.book.category(described.category)
    return described.sub_item is None or (
        category is not None and described.sub_item in {one.number for one in category.sub_items}
    )


def _answers(ask: Ask) -> bool:
    """The office may put a point under any unit; a department takes what the district's papers give it."""
    return ask.actor.role in ROLES_OF_THE_OFFICE or ask.described.department in answering(
        ask.book, ask.described
    )


def _handles(ask: Ask) -> bool:
    unit = ask.unit(ask.described.department)
    return unit is not None and (unit.handles or unit.type is UnitType.OFFICE)


def _source_by_its_code(ask: Ask) -> bool:
    described = ask.described
    return (
        described.code not in ask.book.risk_control.major_sources or described.kind is PointKind.MAJOR_SOURCE
    )


def _event_has_days(ask: Ask) -> bool:
    described = ask.described
    if described.kind is not PointKind.EVENT:
        return described.held_from is None and described.held_until is None
    return described.held_from is not None and described.held_until is not None


def _event_in_order(ask: Ask) -> bool:
    first, last = ask.described.held_from, ask.described.held_until
    return first is None or last is None or first <= last


def _planned(ask: Ask) -> bool:
    return ask.assessment.plan is not None or not ask.book.risk_control.of(ask.assessment.grade.colour).plan


def _reviewed_in_time(ask: Ask) -> bool:
    one = ask.assessment
    longest = timedelta(days=ask.book.risk_control.of(one.grade.colour).review.n)
    return one.assessed_on < one.review_on <= one.assessed_on + longest


def _told(ask: Ask) -> bool:
    """Crowded places and large events are assessed in writing (RSK-08)."""
    one = ask.assessment
    return ask.kind not in _ASSESSED_IN_WRITING or bool(one.conclusion.strip() and one.document.strip())


_ASSESSED_IN_WRITING = frozenset({PointKind.CROWDED, PointKind.EVENT})

_KEEPER = Rule(
    403, "not-yours", "RSK-03",
    "风险点由其责任部门和清零办（或本区另行指定的单位）登记、评定、变更和注销",
    "a risk point is kept by the department responsible for it and by the office, or whom the district names",
    _keeper,
)  # fmt: skip
_STANDS = Rule(
    409, "retired", "RSK-01", "该风险点已注销", "the risk point is retired",
    lambda ask: ask.point is not None and ask.point.open,
)  # fmt: skip
_DESCRIBED = (
    Rule(422, "unknown-department", "RSK-03", "责任部门须是本区承担隐患整治的单位", "the department must be a unit of this district that handles hazards", _handles, "department"),
    Rule(422, "unknown-subdistrict", "ACT-25", "所填街镇不在本区街镇名录中", "the sub-district named is not one of this district", _territory, "subdistrict"),
    Rule(422, "unclassified", "CLS-01", "须注明部、事件编号或四类风险类别", "a catalogue code or a risk category must be given", lambda ask: bool(ask.described.code or ask.described.category), "code"),
    Rule(422, "unknown-code", "CLS-02", "分类目录中没有这个编号", "the catalogue has no such code", lambda ask: ask.described.code is None or ask.described.code in ask.book.catalogue.by_code, "code"),
    Rule(422, "unknown-sub-item", "CLS-09", "所填风险类别没有这个子项", "the risk category has no such sub-item", _sub_item, "sub_item"),
    Rule(422, "major-source", "RSK-07", "该编号是重大危险源，种类须选“重大危险源”", "this code is a major hazard source: choose that kind", _source_by_its_code, "kind"),
    Rule(422, "days-of-the-event", "RSK-08", "大型群众性活动须填首日和末日，其他风险点不填", "a large event has a first and a last day, and nothing else has", _event_has_days, "held_from"),
    Rule(422, "days-out-of-order", "RSK-08", "活动末日早于首日", "the last day lies before the first", _event_in_order, "held_until"),
    Rule(422, "not-answerable", "RSK-03", "按分类该单位不是责任部门；请改填，或由清零办登记", "by its classification the unit does not answer for it; name another, or let the office register it", _answers, "department"),
)  # fmt: skip
_GRADED = (
    Rule(422, "in-the-future", "RSK-01", "评估日期不得晚于今天", "the day of the assessment lies in the future", lambda ask: ask.assessment.assessed_on <= ask.today, "assessed_on"),
    Rule(422, "plan-missing", "PLN-05", "该等级须有风险管控方案", "this colour needs a plan of control", _planned, "plan"),
    Rule(422, "review-day", "RSK-01", "复评日期须在评估日期之后，且不超过该等级的最长间隔", "the review must follow the assessment, within the longest time its colour allows", _reviewed_in_time, "review_on"),
    Rule(422, "not-in-writing", "RSK-08", "人员密集场所和大型群众性活动须有评估结论和评估报告文号", "crowded places and large events need a written assessment: its conclusion and its document", _told, "conclusion"),
)  # fmt: skip
_DECLARED = (
    Rule(409, "not-a-major-source", "RSK-07", "只有重大危险源须辨识、申报", "only major hazard sources are identified and declared", lambda ask: ask.kind is PointKind.MAJOR_SOURCE),
    Rule(422, "declared-too-early", "RSK-07", "申报日期不得早于辨识日期，也不得晚于今天", "the declaration follows the identification, and is not of the future", lambda ask: isinstance(ask.form, Declare) and ask.form.identified_on <= ask.form.declared_on <= ask.today, "declared_on"),
)  # fmt: skip
_IDLE = Rule(
    409, "hazards-open", "RSK-06", "尚有关联隐患未清零，不能注销", "hazards linked to it stand open",
    lambda ask: ask.open_hazards == 0,
)  # fmt: skip

_RULES: dict[str, tuple[Rule, ...]] = {
    "register": (_KEEPER, *_DESCRIBED, *_GRADED),
    "grade": (_KEEPER, _STANDS, *_GRADED),
    "amend": (_KEEPER, _STANDS, *_DESCRIBED),
    "declare": (_KEEPER, _STANDS, *_DECLARED),
    "retire": (_KEEPER, _STANDS, _IDLE),
}
RULES = tuple(dict.fromkeys(rule for rules in _RULES.values() for rule in rules))
"""Every rule, once."""

_KINDS = {
    "register": Kind.REGISTERED,
    "grade": Kind.GRADED,
    "amend": Kind.AMENDED,
    "declare": Kind.DECLARED,
    "retire": Kind.RETIRED,
}

Said = dict[str, object]


def _registered(ask: Ask) -> Said:
    return {"described": ask.described, "assessment": ask.assessment, "colour": ask.assessment.grade.colour}


def _regraded(ask: Ask) -> Said:
    assert isinstance(ask.form, Regrade) and ask.point
    said = Assessment.model_construct(**{name: getattr(ask.form, name) for name in Assessment.model_fields})
    return {"assessment": said, "colour": said.grade.colour, "before": ask.point.colour}


def _amended(ask: Ask) -> Said:
    assert isinstance(ask.form, Amend)
    return {"described": ask.described, "reason": ask.form.reason}


def _declared(ask: Ask) -> Said:
    return {"declaration": ask.form}


def _retired(ask: Ask) -> Said:
    assert isinstance(ask.form, Retire)
    return {"reason": ask.form.reason}


_SAID: dict[str, Callable[[Ask], Said]] = {
    "register": _registered,
    "grade": _regraded,
    "amend": _amended,
    "declare": _declared,
    "retire": _retired,
}
