"""What pages show, and to whom."""

from __future__ import annotations

import pytest

from tests import seats
from tests.web.conftest import Web, text_of

LARGEST = 60 * 1024
ANYWHERE = ("/", "/hazards", "/report")


@pytest.mark.parametrize("path", ANYWHERE)
def test_a_page_runs_nothing_and_asks_nobody_else(web: Web, path: str) -> None:
    answer = web.see(seats.DESK, path)
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert "http://" not in answer.text.replace(web.url, "") and "https://" not in answer.text
    assert len(answer.content) <= LARGEST


@pytest.mark.requirement("SEC-01", "MOD-16")
def test_a_hazard_of_another_unit_is_not_there(web: Web) -> None:
    hazard = web.assigned()
    answer = web.see(seats.OTHER_STREET, f"/hazards/{hazard}")
    assert answer.status_code == 404 and "no-such-hazard" in answer.text
    assert hazard not in web.see(seats.OTHER_STREET, "/hazards").text
    assert web.see(seats.LIAISON, f"/hazards/{hazard}").status_code == 200


def test_an_address_that_is_no_hazard_is_told_as_such(web: Web) -> None:
    assert web.see(seats.DESK, "/hazards/nonsense").status_code == 404
    assert web.see(seats.DESK, f"/hazards/{web.reported()}/no_such_command").status_code == 404


@pytest.mark.requirement("SUP-01", "REM-02")
def test_a_hazard_says_what_it_waits_for_and_what_happens_if_nobody_acts(web: Web) -> None:
    hazard = web.assigned()
    answer = web.see(seats.LIAISON, f"/hazards/{hazard}")
    text = text_of(answer.text)
    assert "等待夏阳街道办理“签收”" in text
    assert "还有 1 个工作日" in text or "今天到期" in text
    coming = text[text.index("若无人办理") :]
    assert coming.index("“签收”期限届满，转为超期") < coming.index("L1 催办（签收）")
    assert "夏阳街道联络员、夏阳街道分管领导" in coming
    assert "从不自动销号" in text
    assert len(answer.content) <= LARGEST


def test_a_deadline_shows_how_it_was_counted(web: Web) -> None:
    text = text_of(web.see(seats.LIAISON, f"/hazards/{web.planning()}").text)
    assert "起始当日不计入" in text
    assert "整治" in text and "5个工作日" in text


@pytest.mark.requirement("SEC-01")
def test_a_reader_sees_what_he_may_do_and_why_not_the_rest(web: Web) -> None:
    hazard = web.assigned()
    page = web.see(seats.LIAISON, f"/hazards/{hazard}").text
    assert f'action="/hazards/{hazard}/sign"' in page
    assert f'action="/hazards/{hazard}/submit_plan"' not in page
    assert "隐患现为“待签收”" in page  # the reason why the plan cannot be filed yet
    auditor = web.see(seats.AUDITOR, f"/hazards/{hazard}").text
    assert f'action="/hazards/{hazard}/' not in auditor
    assert "您的席位目前没有可办的事" in auditor


def test_operators_are_led_to_the_workflow_and_others_are_not(web: Web) -> None:
    hazard = web.assigned()
    link = f"/workflows/{hazard}"
    assert link in web.see(seats.DESK, f"/hazards/{hazard}").text
    assert link not in web.see(seats.LIAISON, f"/hazards/{hazard}").text


def test_what_happened_is_told_with_who_when_and_on_what_ground(web: Web) -> None:
    hazard = web.remediating()
    text = text_of(web.see(seats.LIAISON, f"/hazards/{hazard}").text)
    story = text[text.index("经过 ") :]
    assert story.index("提交一患一方案") < story.index("签收") < story.index("转递（交办）")
    assert "夏阳街道 · 责任人员 handler-1" in story
    assert "依据 T19 · PLN-01" in story
    assert "整治措施 拆除隔断，清退住人" in story


def test_a_long_story_is_told_in_pages(web: Web) -> None:
    hazard = web.remediating()
    for number in range(42):
        web.give(seats.HANDLER, hazard, "progress", text=f"第{number}次进展")
    page = web.see(seats.LIAISON, f"/hazards/{hazard}").text
    assert "第41次进展" in page and "登记隐患" not in text_of(page).split("经过 ")[-1]
    assert f"/hazards/{hazard}?before=" in page and len(page.encode()) <= LARGEST
    before = page.split(f"/hazards/{hazard}?before=")[1].split("#")[0]
    earlier = web.see(seats.LIAISON, f"/hazards/{hazard}?before={before}").text
    assert "转递（交办）" in text_of(earlier).split("经过 ")[-1] and "第41次进展" not in earlier


def test_the_list_is_narrowed_by_its_address(web: Web) -> None:
    hazard = web.planning()
    other = web.reported()
    page = web.see(seats.DESK, "/hazards?state=PLANNING&text=&level=").text
    assert hazard in page and other not in page
    assert '<option value="PLANNING" selected>' in page
    assert hazard not in web.see(seats.DESK, "/hazards?unit=盈浦街道").text
    assert hazard in web.see(seats.DESK, f"/hazards?text={hazard[-6:]}").text


@pytest.mark.parametrize(
    ("query", "status"),
    [("state=NOWHERE", 422), ("unit=没有此单位", 422), ("cursor=x", 400), ("nothing=1", 422)],
)
def test_a_list_that_cannot_be_made_says_why(web: Web, query: str, status: int) -> None:
    answer = web.see(seats.DESK, f"/hazards?{query}")
    assert answer.status_code == status and 'role="alert"' in answer.text


def test_a_full_list_page_is_light(web: Web) -> None:
    for _ in range(51):
        web.report(seats.DESK, **seats.hotline())
    answer = web.see(seats.DESK, "/hazards?state=REPORTED")
    assert len(answer.content) <= LARGEST
    assert "下一页" in answer.text
    following = answer.text.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert web.see(seats.DESK, following).status_code == 200


def test_english_pages_are_english(web: Web) -> None:
    browser = web.browser(seats.LIAISON, language="en")
    text = text_of(browser.get(f"/hazards/{web.assigned()}").text)
    for said in (
        "If nobody acts",
        "Waiting for Xiayang Sub-district: sign-off",
        "sign for it",
        "Particulars",
    ):
        assert said in text
    assert "若无人办理" not in text
