"""通知投递 as a page: dead letters with their reasons, sent again by the office, and what nobody acknowledged."""

from __future__ import annotations

import pytest

from tests import seats
from tests.api.test_notices import dead_letter, newest
from tests.web.conftest import Web, text_of

RETRY = "/notices/retry"


@pytest.fixture
def dead(web: Web) -> dict[str, object]:
    """A notice to the liaison that a mail server refused."""
    notice = newest(web, web.assigned())
    dead_letter(web, notice["id"])
    return notice


def states(web: Web, notice: dict[str, object]) -> list[str]:
    found = web.get(seats.OFFICE, "/v1/notices", params={"to": "all", "hazard": notice["hazard"]}).json()
    return [way["state"] for one in found["items"] if one["id"] == notice["id"] for way in one["deliveries"]]


def line_of(page: str, notice: dict[str, object]) -> str:
    """The row of the table that is about a notice's hazard."""
    [row] = [row for row in page.split("<tr") if f"/hazards/{notice['hazard']}" in row]
    return row


@pytest.mark.requirement("SUP-01")
def test_the_office_sees_why_a_notice_did_not_arrive_and_has_it_sent_again(web: Web, dead: dict) -> None:
    row = text_of(line_of(web.see(seats.OFFICE, "/notices").text, dead))
    assert "转递（交办）单" in row and "夏阳街道 联络员" in row
    assert "未能送达 · 电子邮件 street" in row and "已试 1 次 · 邮件服务器拒收（550）" in row
    assert "refused" not in row, "each reader in his language"

    browser = web.browser(seats.OFFICE)
    answer = browser.post(RETRY, data={"notice": dead["id"]})
    assert (answer.status_code, answer.headers["location"]) == (303, "/notices?again=1")
    assert states(web, dead) == ["waiting"]
    assert "已安排重新投递 1 项" in browser.get("/notices?again=1").text
    assert str(dead["hazard"]) in browser.get("/notices?show=waiting").text
    assert browser.post(RETRY, data={"notice": dead["id"]}).headers["location"] == "/notices?again=0"


def test_all_dead_letters_are_sent_again_at_one_press(web: Web, dead: dict) -> None:
    other = newest(web, web.assigned())
    dead_letter(web, other["id"])
    browser = web.browser(seats.OFFICE)
    assert "全部重新投递" in browser.get("/notices").text

    browser.post(RETRY, data={"all": "yes"})

    assert states(web, dead) == states(web, other) == ["waiting"]
    page = browser.get("/notices").text
    assert "全部重新投递" not in page and "没有未能送达的通知" in page


@pytest.mark.requirement("SEC-01")
def test_who_looks_on_does_not_send_and_who_has_no_part_does_not_look(web: Web, dead: dict) -> None:
    page = web.see(seats.AUDITOR, "/notices").text
    assert str(dead["hazard"]) in page and RETRY not in page
    auditor = web._browsers[seats.AUDITOR].post(RETRY, data={"notice": dead["id"]})
    assert auditor.status_code == 403 and "notices.not-your-right" in auditor.text
    assert states(web, dead) == ["failed"]

    liaison = web.see(seats.LIAISON, "/notices")
    assert liaison.status_code == 403 and "notices.not-your-view" in liaison.text
    assert web.see(seats.LIAISON, "/notices?show=unread").status_code == 403
    assert '/notices"' not in web.see(seats.LIAISON, "/inbox").text
    assert '/notices"' in web.see(seats.OFFICE, "/inbox").text


def test_what_nobody_acknowledged_is_there_until_somebody_does(web: Web) -> None:
    notice = newest(web, web.assigned())
    assert str(notice["hazard"]) in web.see(seats.DESK, "/notices?show=unread").text

    path = f"/notices/{notice['id']}/receipt"
    inbox = web.see(seats.LIAISON, "/inbox").text
    assert f'action="{path}"' in inbox
    web._browsers[seats.LIAISON].post(path, data={})

    assert str(notice["hazard"]) not in web.see(seats.DESK, "/notices?show=unread").text


@pytest.mark.parametrize("said", [{"notice": "x"}, {"notice": "-1"}, {"notice": "9" * 16}, {"what": "1"}])
def test_a_notice_that_is_none_is_not_taken_for_all(web: Web, dead: dict, said: dict[str, str]) -> None:
    answer = web.browser(seats.OFFICE).post(RETRY, data=said)
    assert answer.status_code == 422 and "notices.choose" in answer.text
    assert states(web, dead) == ["failed"]


def test_in_english_documents_and_reasons_are_english(web: Web, dead: dict) -> None:
    office, liaison = web.browser(seats.OFFICE, "en"), web.browser(seats.LIAISON, "en")
    row = text_of(line_of(office.get("/notices").text, dead))
    assert "Assignment" in row and "Not delivered · e-mail street" in row and "refused (550)" in row
    assert "邮件" not in row and "转递" not in row
    assert "Assignment" in text_of(liaison.get("/inbox").text)
    assert "转递（交办）单" not in liaison.get("/inbox").text


@pytest.mark.requirement("RPT-01")
def test_what_stands_on_the_page_comes_as_a_sheet(web: Web, dead: dict) -> None:
    page = web.see(seats.OFFICE, "/notices").text
    assert 'href="/notices.csv?show=failed"' in page
    browser = web.browser(seats.OFFICE)
    failed = browser.get("/notices.csv?show=failed")
    assert str(dead["hazard"]) in failed.text and failed.headers["content-type"].startswith("text/csv")
    assert browser.get("/notices.xlsx?show=failed").content[:2] == b"PK"
    assert str(dead["hazard"]) not in browser.get("/notices.csv?show=sent").text
    assert web.browser(seats.LIAISON).get("/notices.csv?show=failed").status_code == 403
