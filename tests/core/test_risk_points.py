"""Risk points: who keeps them, what each colour asks for, and what their hazards speak for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.library import Rulebook
from domain.organisation import Actor, Role
from domain.refusal import Refusal
from domain.riskcontrol import GradeControl, Keeper, RiskControl
from domain.riskpoints import FORMS, Entry, Order, RiskPoint, evolve, impersonal, to_regrade
from domain.riskrules import RULES, decide
from domain.values import CalendarDays, Colour, PersonId, State, UnitId, local
from profiles import loader
from profiles.checks import check_risk_control
from profiles.mistakes import ProfileError
from tests.builders import hazard_in

QINGPU, JINGAN = (loader.read_profile(loader.HERE / name) for name in ("qingpu", "jingan"))
NOW = datetime(2026, 9, 17, 1, 0, tzinfo=UTC)
TODAY = local(NOW).date()

LEC_RED = {"method": "LEC", "likelihood": 6, "exposure": 6, "consequence": 15}
BLUE = {"method": "MANUAL", "colour": "BLUE", "grounds": "已停用，仅余空罐"}
PLAN = {"document": "青应急〔2026〕8号", "measures": "双人双锁，24 小时监控"}


def seat(unit: str, role: Role) -> Actor:
    return Actor(unit=UnitId(unit), role=role, person=PersonId("p-1"))


BUREAU, STREET = seat("yingjiju", Role.LIAISON), seat("xiayang", Role.LIAISON)
OFFICE = seat(QINGPU.organisation.office, Role.OFFICE)


def assessed(grade: dict[str, Any] = LEC_RED, **more: Any) -> dict[str, Any]:
    days = {"assessed_on": TODAY.isoformat(), "review_on": (TODAY + timedelta(days=60)).isoformat()}
    return {"grade": grade, "measures": "每日巡检", "plan": PLAN, **days, **more}


def described(**more: Any) -> dict[str, Any]:
    return {
        "name": "甲类仓库",
        "kind": "major_source",
        "place": "夏阳街道某路 1 号",
        "subdistrict": "夏阳街道",
        "code": "B05-01",
        "department": "区应急局",
        "accountable": "某化工有限公司",
        **more,
    }


def give(
    do: str,
    point: RiskPoint | None,
    actor: Actor = BUREAU,
    book: Rulebook = QINGPU,
    hazards: int = 0,
    **form: Any,
) -> Entry:
    order = Order(command=FORMS[do].model_validate(form), actor=actor, key=f"{do}-1")
    return decide(book, point, order, NOW, number="QP-R-000001", open_hazards=hazards)


def register(
    actor: Actor = BUREAU, book: Rulebook = QINGPU, assessment: Any = None, **more: Any
) -> RiskPoint:
    form = described(**more) | {"assessment": assessment or assessed()}
    return evolve(None, give("register", None, actor, book, **form).placed(1, ""))


def refused(do: str, point: RiskPoint | None, actor: Actor = BUREAU, **form: Any) -> str:
    with pytest.raises(Refusal) as refusal:
        give(do, point, actor, **form)
    return refusal.value.refused.code.removeprefix("risk-point.")


@pytest.mark.requirement("RSK-01", "RSK-03")
def test_a_point_is_registered_with_its_department_its_enterprise_and_the_colour_of_its_score():
    point = register()
    assert (point.described.department, point.described.subdistrict) == ("yingjiju", "xiayang")
    assert (point.colour, point.described.accountable) == (Colour.RED, "某化工有限公司")


@pytest.mark.requirement("RSK-03")
def test_who_keeps_a_point_is_data_of_the_district():
    form = described() | {"assessment": assessed()}
    assert refused("register", None, STREET, **form) == "not-yours"
    assert refused("register", None, seat("yingjiju", Role.HANDLER), **form) == "not-yours"
    assert register(OFFICE).registered_by == OFFICE.unit
    control = RiskControl(keepers=(Keeper.TERRITORY,))
    ours = QINGPU.model_copy(update={"risk_control": control})
    assert register(STREET, ours).registered_by == "xiayang"


@pytest.mark.requirement("RSK-03")
def test_a_bureau_takes_only_what_the_districts_papers_give_it_and_the_office_may_name_any():
    other = described(department="区教育局") | {"assessment": assessed()}
    school = QINGPU.organisation.find("区教育局")
    assert refused("register", None, seat(school.id, Role.LIAISON), **other) == "not-answerable"
    assert register(OFFICE, department="区教育局").described.department == school.id


CASES: tuple[tuple[str, dict[str, Any], dict[str, Any]], ...] = (
    ("unknown-department", {"department": "区无此局"}, {}),
    ("unknown-subdistrict", {"subdistrict": "无此街道"}, {}),
    ("unclassified", {"code": None, "kind": "place"}, {}),
    ("unknown-code", {"code": "Z99-99", "kind": "place"}, {}),
    ("unknown-sub-item", {"category": 4, "sub_item": 11}, {}),
    ("major-source", {"kind": "place"}, {}),
    ("days-of-the-event", {"held_from": "2026-10-01"}, {}),
    ("days-out-of-order", {"code": "S06-07", "kind": "event", "held_from": "2026-10-02", "held_until": "2026-10-01"}, {}),
    ("in-the-future", {}, {"assessed_on": "2026-09-18"}),
    ("plan-missing", {}, {"plan": None}),
    ("review-day", {}, {"review_on": "2027-01-01"}),
    ("review-day", {}, {"review_on": TODAY.isoformat()}),
    ("not-in-writing", {"code": "S06-07", "kind": "crowded"}, {"conclusion": "可控"}),
)  # fmt: skip


@pytest.mark.requirement("RSK-01", "RSK-03", "RSK-08", "PLN-05")
@pytest.mark.parametrize(
    ("code", "of_point", "of_assessment"), CASES, ids=lambda part: part if isinstance(part, str) else ""
)
def test_what_does_not_hold_is_refused_by_name(code: str, of_point: Any, of_assessment: Any):
    form = described(**of_point) | {"assessment": assessed(**of_assessment)}
    assert refused("register", None, OFFICE, **form) == code


@pytest.mark.requirement("RSK-08")
def test_a_large_event_has_its_days_and_its_assessment_in_writing():
    event = {"code": "S06-07", "kind": "event", "held_from": "2026-10-01", "held_until": "2026-10-03"}
    told = assessed(BLUE, plan=None, conclusion="客流峰值三千，可控", document="青公评〔2026〕3号")
    assert register(OFFICE, assessment=told, **event).assessment.document == "青公评〔2026〕3号"


@pytest.mark.requirement("RSK-01", "PLN-05")
def test_a_change_of_colour_says_both_colours_and_its_measures():
    point = register()
    entry = give("grade", point, **assessed(BLUE, plan=None, measures="每月抽查"))
    now = evolve(point, entry)
    assert (entry.before, entry.colour, now.colour) == (Colour.RED, Colour.BLUE, Colour.BLUE)
    assert now.assessment.measures == "每月抽查" and now.assessment.plan is None
    assert refused("grade", now, **assessed(plan=None)) == "plan-missing"


@pytest.mark.requirement("RSK-07")
def test_a_major_source_is_declared_and_nothing_else_is():
    said = {
        "level": 2, "identified_on": "2026-09-01", "ground": "GB 18218，R=62", "declared_on": "2026-09-10",
        "authority": "区应急局", "document": "青危源备〔2026〕2号",
    }  # fmt: skip
    point = register()
    assert evolve(point, give("declare", point, **said)).declaration.level == 2
    assert refused("declare", point, **said | {"declared_on": "2026-08-01"}) == "declared-too-early"
    place = register(OFFICE, code="S06-07", kind="place")
    assert refused("declare", place, OFFICE, **said) == "not-a-major-source"


@pytest.mark.requirement("RSK-06")
def test_a_point_is_retired_once_no_hazard_of_it_stands_open():
    point = register()
    with pytest.raises(Refusal) as refusal:
        give("retire", point, hazards=1, reason="搬迁")
    assert refusal.value.refused.code == "risk-point.hazards-open"
    gone = evolve(point, give("retire", point, reason="搬迁"))
    assert not gone.open and refused("retire", gone, reason="再次") == "retired"


def test_an_amendment_says_the_whole_description_anew():
    point = register()
    now = evolve(point, give("amend", point, OFFICE, **described(name="乙类仓库"), reason="改扩建"))
    assert (now.described.name, now.assessment) == ("乙类仓库", point.assessment)


def test_every_rule_is_seen_refusing():
    seen = {code for code, _, _ in CASES} | {
        "not-yours", "not-answerable", "hazards-open", "retired", "not-a-major-source", "declared-too-early",
    }  # fmt: skip
    assert {rule.code for rule in RULES} == seen


@pytest.mark.parametrize("text", ["联系13812345678", "电话 021-62130000", "310101199001011234"])
def test_numbers_of_persons_are_no_part_of_a_risk_point(text: str):
    with pytest.raises(ValidationError):
        FORMS["register"].model_validate(described(name=text) | {"assessment": assessed()})


@given(st.text(alphabet="甲乙 0123456789〔〕号-", max_size=10))
def test_short_numbers_and_document_numbers_may_be_written(text: str):
    assert impersonal(f"〔2026〕{text[:4]}号") == f"〔2026〕{text[:4]}号"


@given(st.sampled_from(list(Colour)), st.lists(st.sampled_from(list(Colour)), max_size=5))
def test_only_a_worse_colour_is_ever_proposed(colour: Colour, hazards: list[Colour]):
    order = list(Colour)
    proposed = to_regrade(colour, tuple(hazards))
    worst = min((order.index(one) for one in hazards), default=99)
    assert (proposed is not None) == (worst < order.index(colour))
    assert proposed is None or order.index(proposed) == worst


@pytest.mark.requirement("RSK-01")
def test_an_entry_read_again_is_the_same_and_says_the_same():
    entry = give("register", None, **described() | {"assessment": assessed()}).placed(1, "")
    assert Entry.model_validate_json(entry.body).placed(1, "") == entry


def test_a_district_that_says_nothing_keeps_the_digest_it_had():
    assert "risk_control" not in QINGPU.model_dump(exclude_defaults=True)
    assert JINGAN.risk_control.keepers == (Keeper.DEPARTMENT, Keeper.TERRITORY, Keeper.OFFICE)


@pytest.mark.parametrize(
    ("control", "place"),
    [
        (RiskControl(keepers=()), "risk_control.keepers"),
        (RiskControl(grades=RiskControl().grades[:3]), "risk_control.grades"),
        (RiskControl(source=""), "risk_control.source"),
        (RiskControl(major_sources=("Z99-01",)), "risk_control.major_sources"),
        (
            RiskControl(grades=(*RiskControl().grades[:3], GradeControl(colour=Colour.BLUE, review=CalendarDays(9), source=""))),
            "risk_control.grades[BLUE].source",
        ),
    ],
)  # fmt: skip
def test_a_mistake_in_the_profile_is_one_line_that_names_its_place(control: RiskControl, place: str):
    with pytest.raises(ProfileError) as mistake:
        check_risk_control("x/profile.yaml", control, QINGPU.catalogue)
    assert place in str(mistake.value)


@pytest.mark.requirement("RSK-06")
def test_a_hazard_keeps_the_points_that_its_report_its_check_and_its_grading_name():
    case = hazard_in(State.REPORTED, risk_points=["QP-R-000001"])
    case.give("verify_confirm", risk_points=["QP-R-000002", "QP-R-000001"])
    assert case.hazard.risk_points == ("QP-R-000001", "QP-R-000002")
    assert "risk_points" not in hazard_in(State.REGISTERED).last.body
