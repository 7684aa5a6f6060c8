"""Who acts in tests: seats of 青浦, and the forms they usually fill in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from deployment import seat, shipped_calendar
from domain.values import local
from storage.scope import Principal

STREET = "夏阳街道"


def who(unit: str, role: str, person: str, profile: str = "qingpu") -> Principal:
    return seat(profile, unit, role, person)


DESK = who("区城运中心", "desk", "desk-1")
OFFICE = who("区清零办", "office", "office-1")
FINDER = who(STREET, "discoverer", "finder-1")
LIAISON = who(STREET, "liaison", "liaison-1")
HANDLER = who(STREET, "handler", "handler-1")
ASSESSOR = who(STREET, "assessor", "assessor-1")
OTHER_STREET = who("盈浦街道", "liaison", "liaison-2")
PRINCIPAL = who(STREET, "principal", "principal-1")
BUREAU_LIAISON = who("区交通委", "liaison", "liaison-3")
BUREAU_HANDLER = who("区交通委", "handler", "handler-3")
BUREAU_ASSESSOR = who("区交通委", "assessor", "assessor-3")
AUDITOR = who("区清零办", "auditor", "auditor-1")


def hotline(**more: Any) -> dict[str, Any]:
    return {"channel": "hotline", "code": "S06-02", "place": "夏阳街道某小区", "description": "群租", **more}


def plan(days: int | None = None, **more: Any) -> dict[str, Any]:
    """Done in so many calendar days; in four working days if nothing is said: then its reminder, the working
    day before at nine, is still to come at whatever hour of whatever day the tests run."""
    today = local(datetime.now(UTC)).date()
    due = shipped_calendar().shift(today, 4) if days is None else today + timedelta(days=days)
    return {
        "responsible_unit": STREET,
        "responsible_leader": "leader-1",
        "responsible_staff": ["handler-1"],
        "measures": "拆除隔断，清退住人",
        "milestones": [{"what": "拆除隔断", "due": due}],
        "goals": ["隔断全部拆除"],
        **more,
    }


UPGRADE = {"reason": "街道无力解决", "measures_tried": "两次约谈权属单位"}
ROUTE = {"target": "区交通委", "participants": ["区城运中心"], "risk_assessment": "风险较大"}
DEFENCES = {
    "reason": "待市级立项",
    "people": "专人值守",
    "physical": "设置围挡",
    "technical": {"not_applicable": "现场无供电"},
    "psychological": "入户告知",
    "responsible": "handler-1",
}
ALL_MET = {"results": [{"goal": "G1", "met": True}]}

SPONSOR = who("区政府", "sponsor", "vice-mayor-1")
OTHER_VICE_MAYOR = who("区政府", "sponsor", "vice-mayor-2")
AUTHORITY = who("领导小组", "listing_authority", "authority-1")
PANEL = who("公安青浦分局", "acceptance_panel", "chair-1")
EMERGENCY_LIAISON = who("区应急局", "liaison", "liaison-4")
EMERGENCY_HANDLER = who("区应急局", "handler", "handler-4")

LISTING = {
    "reason": "须多部门协同",
    "criteria": {
        "complex_cause": "产权、经营、居住三方混杂",
        "wide_scope": "涉及十二间库房",
        "hard_to_remediate": "须停业改造",
        "major_impact": "紧邻学校",
    },
    "suggested_units": ["区交通委", STREET, "区应急局"],
}
APPROVAL = {
    "sponsor": {"person": "vice-mayor-1", "post": "副区长"},
    "lead": "区交通委",
    "cooperating": [STREET, "区应急局"],
    "document": "青挂〔2026〕1号",
    "requirements": "限期消除",
    "removal_conditions": "各单位事项经牵头单位确认并验收合格",
}
ACCEPTANCE = {"panel": {"chair": {"unit": "公安青浦分局", "member": "chair-1"}, "experts": ["expert-1"]}}


def shared_plan() -> dict[str, Any]:
    """The plan of the listing above: a node for each unit."""
    nodes = [("区应急局", 10), (STREET, 20), ("区交通委", 30)]
    today = local(datetime.now(UTC))
    return plan(
        responsible_unit="区交通委",
        milestones=[
            {"what": f"{unit}的事项", "due": (today + timedelta(days=days)).date(), "unit": unit}
            for unit, days in nodes
        ],
        funds="区级专项资金",
        contingency="专人值守",
    )
