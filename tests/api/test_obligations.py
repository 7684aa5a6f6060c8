"""What seats owe across hazards, over HTTP: found, narrowed, answered by the link that stands beside it."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from domain.obligations import OWED
from storage.scope import Principal
from tests import seats
from tests.api.conftest import Api


def asked(api: Api) -> str:
    """A hazard whose unit has a supervision order to answer."""
    hazard = api.remediating()
    answer = api.give(seats.OFFICE, hazard, "issue_notice", rung="L2", matter="进展缓慢，请说明原因")
    assert answer.status_code == 200, answer.text
    return hazard


def owed(api: Api, who: Principal, **narrowed: Any) -> list[dict[str, Any]]:
    answer = api.get(who, "/v1/obligations", params=narrowed)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


@pytest.mark.requirement("SUP-01")
def test_an_obligation_is_received_and_answered_by_its_own_links(api: Api) -> None:
    hazard = asked(api)
    (one,) = owed(api, seats.OFFICE, hazard=hazard, state="open")
    assert (one["kind"], one["label"]["zh"], one["state"]) == ("reason", "说明超期原因（督办单）", "open")
    assert (one["unit"]["name"], one["seat"]["zh"]) == ("夏阳街道", "一把手")
    assert one["hazard"]["href"] == f"/v1/hazards/{hazard}" and one["due"] and one["received_at"] is None

    receipt = api.call(seats.LIAISON, "POST", one["receipt"]["href"], json={"obligation": one["id"]})
    assert receipt.status_code == 200, receipt.text
    (received,) = owed(api, seats.OFFICE, hazard=hazard, state="open")
    assert received["received_at"] and received["receipt"] is None and received["met_at"] is None

    (answering,) = received["answers"]
    told = api.call(seats.PRINCIPAL, "POST", answering["href"], json={"reason": "雨天停工"})
    assert told.status_code == 200, told.text
    (met,) = owed(api, seats.OFFICE, hazard=hazard, state="done")
    assert met["state"] == "met" and met["met_at"] and met["answers"] == []


@pytest.mark.requirement("SUP-01", "SUP-03")
def test_the_list_is_narrowed_and_says_so_when_it_cannot_be(api: Api) -> None:
    hazard = asked(api)
    (one,) = owed(api, seats.OFFICE, hazard=hazard)
    last = date.fromisoformat(one["last_day"])
    for narrowed, found in (
        ({"unit": "夏阳街道"}, 1),
        ({"unit": "xiayang", "kind": "reason"}, 1),
        ({"unit": "盈浦街道"}, 0),
        ({"kind": "hold_talk"}, 0),
        ({"state": "late"}, 0),
        ({"state": "done"}, 0),
        ({"due_by": last}, 1),
        ({"due_by": last - timedelta(days=1)}, 0),
        ({"due_from": last}, 1),
        ({"due_from": last + timedelta(days=1)}, 0),
    ):
        assert len(owed(api, seats.OFFICE, hazard=hazard, **narrowed)) == found, narrowed
    for wrong, status, code in (
        ({"stat": "open"}, 422, "bad-parameter"),
        ({"state": "lost"}, 422, "bad-parameter"),
        ({"due_by": "30/9"}, 422, "bad-parameter"),
        ({"unit": "没有的单位"}, 422, "unknown-unit"),
        ({"cursor": "nonsense"}, 400, "bad-cursor"),
    ):
        answer = api.get(seats.OFFICE, "/v1/obligations", params=wrong)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


def test_pages_follow_their_links_and_show_each_once(api: Api) -> None:
    hazards = {asked(api) for _ in range(3)}
    whole = [(one["hazard"]["id"], one["id"]) for one in owed(api, seats.OFFICE, limit=500)]
    shown, path = [], "/v1/obligations?limit=2"
    while path:
        answer = api.get(seats.OFFICE, path)
        shown += [(one["hazard"]["id"], one["id"]) for one in answer.json()["items"]]
        following = [link for link in answer.headers["link"].split(", ") if 'rel="next"' in link]
        path = following[0].partition(">")[0].lstrip("<") if following else ""
    assert shown == whole and len(set(shown)) == len(shown)
    assert hazards <= {hazard for hazard, _ in shown}


@pytest.mark.requirement("SEC-01")
def test_nobody_sees_what_is_owed_on_a_hazard_that_he_may_not_see(api: Api) -> None:
    hazard = asked(api)
    assert owed(api, seats.LIAISON, hazard=hazard)
    assert owed(api, seats.OTHER_STREET, hazard=hazard) == []


@pytest.mark.requirement("RPT-01")
def test_it_leaves_as_a_sheet_with_the_same_rows(api: Api) -> None:
    hazard = asked(api)
    narrowed = {"hazard": hazard}
    csv = api.get(seats.OFFICE, "/v1/obligations.csv", params=narrowed)
    assert csv.text.startswith("\ufeff隐患编号,事项,承担单位") and hazard in csv.text
    xlsx = api.get(seats.OFFICE, "/v1/obligations.xlsx", params={**narrowed, "lang": "en"})
    head, row = CalamineWorkbook.from_filelike(io.BytesIO(xlsx.content)).get_sheet_by_index(0).to_python()
    assert (head[0], row[0], row[1]) == ("hazard", hazard, OWED["reason"].en)
