"""The pages of risk points: registering, being refused beside what was typed, grading, hazards and their proposal."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.values import local
from storage.scope import Principal
from tests import seats
from tests.web.conftest import Web, form_of, text_of

BUREAU = seats.EMERGENCY_LIAISON
TODAY = local(datetime.now(UTC)).date()


def typed(prefix: str = "", **more: str) -> dict[str, str]:
    """An assessment as its form brings it."""
    return {
        f"{prefix}grade.method": "LEC",
        f"{prefix}grade.likelihood": "6",
        f"{prefix}grade.exposure": "6",
        f"{prefix}grade.consequence": "15",
        f"{prefix}assessed_on.day": f"{TODAY}",
        f"{prefix}review_on.day": f"{TODAY + timedelta(days=30)}",
        f"{prefix}measures": "每日巡检",
        f"{prefix}plan.document": "青应急〔2026〕8号",
        f"{prefix}plan.measures": "双人双锁",
        **more,
    }


POINT = {
    "name": "丙烷储罐",
    "kind": "major_source",
    "place": "夏阳街道某路 1 号",
    "subdistrict": "夏阳街道",
    "code": "B05-01",
    "department": "区应急局",
    "accountable": "某化工有限公司",
}


def send(web: Web, who: Principal, page: str, action: str, **form: str) -> Any:
    hidden = form_of(web.see(who, page).text, action)
    return web._browsers[who].post(action, data={**hidden, **form}, follow_redirects=True)


@pytest.fixture(scope="module")
def number(web: Web) -> str:
    answer = send(web, BUREAU, "/risk-points/new", "/risk-points/new", **POINT, **typed("assessment."))
    assert answer.status_code == 200, text_of(answer.text)
    found = re.search(r"QP-R-\d{6}", answer.text)
    assert found
    return found[0]


@pytest.mark.requirement("RSK-01", "RSK-03", "PLN-05")
def test_a_bureau_registers_a_point_and_reads_its_colour_score_and_plan(web: Web, number: str) -> None:
    said = text_of(web.see(BUREAU, f"/risk-points/{number}").text)
    assert "红色风险" in said and "可能性 6 × 暴露 6 × 后果 15 = 540" in said and "青应急〔2026〕8号" in said
    listed = text_of(web.see(seats.OFFICE, "/risk-points?colour=RED").text)
    assert "丙烷储罐" in listed and "各街镇四色分布" in listed and "夏阳街道" in listed
    assert "登记风险点" not in text_of(web.see(seats.HANDLER, "/risk-points").text)
    assert web.see(seats.OTHER_STREET, f"/risk-points/{number}").status_code == 404


@pytest.mark.requirement("PLN-05")
def test_what_is_lacking_is_said_beside_what_was_typed(web: Web) -> None:
    form = {
        **POINT,
        **typed("assessment.", **{"assessment.plan.document": "", "assessment.plan.measures": ""}),
    }
    answer = send(web, BUREAU, "/risk-points/new", "/risk-points/new", **form)
    assert answer.status_code == 422 and "该等级须有风险管控方案" in answer.text and "丙烷储罐" in answer.text
    blank = send(web, BUREAU, "/risk-points/new", "/risk-points/new", **{**form, "name": ""})
    assert blank.status_code == 422 and 'id="name-fault"' in blank.text


@pytest.mark.requirement("RSK-01", "RSK-06")
def test_a_new_colour_stands_beside_the_old_one_and_a_hazard_proposes_a_worse(web: Web, number: str) -> None:
    blue = {"grade.method": "MANUAL", "grade.colour": "BLUE", "grade.grounds": "已停用"}
    path = f"/risk-points/{number}"
    answer = send(web, BUREAU, path, f"{path}/grade", **{**typed(), **blue})
    assert "“评定或调整等级”已办理" in answer.text
    assert re.search("红色风险 → 蓝色风险", text_of(answer.text))

    orange = {"method": "MANUAL", "colour": "ORANGE", "grounds": "渗漏"}
    hazard = web.report(seats.DESK, **seats.hotline(risk_points=[number], grade=orange)).json()["id"]
    seen = web.see(BUREAU, path).text
    assert "建议调整为橙色" in seen and "未清零" in seen
    assert hazard in web.see(seats.OFFICE, path).text
    assert f'href="{path}"' in web.see(seats.OFFICE, f"/hazards/{hazard}").text
    assert hazard in web.see(seats.OFFICE, f"/hazards?risk_point={number}").text
    english = web.browser(seats.OFFICE, language="en").get(path).text
    assert "regrading to orange is proposed" in english

    refused = send(web, BUREAU, path, f"{path}/retire", reason="搬迁")
    assert refused.status_code == 409 and "尚有关联隐患未清零" in refused.text
    assert number in web.see(seats.OFFICE, "/risk-points.csv").text
