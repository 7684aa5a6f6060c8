"""The inbox over HTTP: reading, receipts, dead letters."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from storage import deliveries, outbox
from storage.deliveries import Outgoing
from tests import seats
from tests.api.conftest import Api

NOTICES = "/v1/notices"


def newest(api: Api, hazard: str, who=seats.LIAISON) -> dict:
    found = api.get(who, NOTICES, params={"hazard": hazard}).json()["items"]
    return found[0]


def dead_letter(api: Api, notice: int) -> None:
    """What a deliverer leaves behind when a recipient does not exist."""
    now = datetime.now(UTC)
    one = Outgoing(notice, "qingpu", "mail", "street", f"test-{notice}", False, now, now + timedelta(hours=1))
    database = api.qingpu.database
    database.write_now(outbox.hand_on, [notice], [one], now)
    [due] = [row for row in database.read_now(deliveries.due, "qingpu", now) if row.armed == f"test-{notice}"]
    database.write_now(deliveries.begin, f"m-{notice}", [due.id], now, now)
    database.write_now(deliveries.failed, [due.id], "邮件服务器拒收（550） / refused (550)")


@pytest.mark.requirement("SUP-01")
def test_what_was_assigned_lies_in_the_inbox_of_the_liaison(api: Api) -> None:
    hazard = api.assigned()

    notice = newest(api, hazard)

    assert notice["document"] == "转递（交办）单" and notice["labels"]["document"]["en"] == "Assignment"
    assert notice["unit"]["name"] == seats.STREET and notice["role"] == "liaison"
    assert notice["href"] == f"/v1/hazards/{hazard}" and notice["receipt"] is None
    assert notice["deliveries"] is None, "what happened outside the inbox is for the central seats"


@pytest.mark.requirement("SUP-01")
def test_a_receipt_says_who_and_when_and_the_first_one_stays(api: Api) -> None:
    notice = newest(api, api.assigned())

    first = api.call(seats.LIAISON, "POST", f"{NOTICES}/{notice['id']}/receipt")
    again = api.call(seats.LIAISON, "POST", f"{NOTICES}/{notice['id']}/receipt")

    assert first.status_code == again.status_code == 200 and first.json() == again.json()
    assert first.json()["receipt"]["person"] == "liaison-1" and first.json()["receipt"]["role"] == "liaison"
    seen = api.get(
        seats.AUDITOR, NOTICES, params={"to": "all", "hazard": notice["hazard"], "receipt": "given"}
    )
    assert [item["id"] for item in seen.json()["items"]] == [notice["id"]], "auditors read receipt or none"


@pytest.mark.requirement("SEC-01")
def test_only_the_seat_that_is_meant_may_acknowledge(api: Api) -> None:
    notice = newest(api, api.assigned())
    path = f"{NOTICES}/{notice['id']}/receipt"

    colleague = api.call(seats.HANDLER, "POST", path)
    office = api.call(seats.OFFICE, "POST", path)
    stranger = api.call(seats.OTHER_STREET, "POST", path)

    assert [colleague.status_code, office.status_code, stranger.status_code] == [403, 403, 404]
    assert colleague.json()["code"] == "notices.not-yours" and colleague.json()["requirement"] == "SUP-01"
    assert stranger.json()["code"] == "no-such-notice"


def test_a_list_is_read_page_by_page_without_gap_or_repetition(api: Api) -> None:
    for _ in range(3):
        api.assigned()
    ids, cursor = [], None
    while True:
        params = {"limit": 1, **({"cursor": cursor} if cursor else {})}
        page = api.get(seats.LIAISON, NOTICES, params=params)
        ids += [item["id"] for item in page.json()["items"]]
        cursor = page.json()["next"]
        assert ('rel="next"' in page.headers["link"]) is (cursor is not None)
        if cursor is None:
            break
    assert len(ids) >= 3 and all(older < newer for newer, older in pairwise(ids))


def test_the_office_sees_dead_letters_with_their_reason_and_has_them_tried_again(api: Api) -> None:
    notice = newest(api, api.assigned())
    dead_letter(api, notice["id"])

    found = api.get(seats.OFFICE, NOTICES, params={"to": "all", "state": "failed"})
    [mine] = [item for item in found.json()["items"] if item["id"] == notice["id"]]
    assert mine["deliveries"][0]["error"] == "邮件服务器拒收（550） / refused (550)"
    assert mine["deliveries"][0]["recipient"] == "street"

    retried = api.call(seats.OFFICE, "POST", f"{NOTICES}/retry", params={"notice": notice["id"]})
    assert retried.json() == {"retried": 1}
    assert api.call(seats.OFFICE, "POST", f"{NOTICES}/retry").json() == {"retried": 0}


@pytest.mark.parametrize(
    ("who", "method", "path", "status", "code"),
    [
        (seats.LIAISON, "GET", f"{NOTICES}?state=failed", 403, "notices.not-your-view"),
        (seats.LIAISON, "POST", f"{NOTICES}/retry", 403, "notices.not-your-right"),
        (seats.AUDITOR, "POST", f"{NOTICES}/retry", 403, "notices.not-your-right"),
        (seats.LIAISON, "GET", f"{NOTICES}?stat=failed", 422, "bad-parameter"),
        (seats.LIAISON, "GET", f"{NOTICES}?cursor=0", 422, "bad-parameter"),
        (seats.LIAISON, "POST", f"{NOTICES}/abc/receipt", 422, "bad-parameter"),
        (seats.LIAISON, "POST", f"{NOTICES}/2147483647/receipt", 404, "no-such-notice"),
    ],
)
def test_what_is_refused_says_why(api: Api, who, method: str, path: str, status: int, code: str) -> None:
    answer = api.call(who, method, path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_nobody_reads_an_inbox_without_a_seat(api: Api) -> None:
    with api.anonymous() as client:
        assert client.get(NOTICES).status_code == 401


@pytest.mark.requirement("SUP-01", "RPT-01")
def test_notices_come_as_a_sheet_of_what_the_seat_may_see(api: Api) -> None:
    hazard = api.assigned()
    notice = newest(api, hazard)
    api.call(seats.LIAISON, "POST", f"{NOTICES}/{notice['id']}/receipt")

    answer = api.get(seats.LIAISON, NOTICES + ".csv", params={"hazard": hazard})
    head, row = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")))
    told = dict(zip(head, row, strict=True))
    assert told["隐患编号"] == hazard and told["文书"] == notice["labels"]["document"]["zh"]
    assert (told["致单位"], told["致席位"], told["签收单位"]) == (seats.STREET, "联络员", seats.STREET)
    assert "liaison-1" not in answer.text, "who it was stands in the receipt, not on a sheet that goes round"
    workbook = api.get(seats.AUDITOR, NOTICES + ".xlsx?to=all&lang=en")
    assert (workbook.status_code, workbook.content[:2]) == (200, b"PK")
    refused = api.get(seats.LIAISON, NOTICES + ".csv?to=all&state=failed")
    assert refused.status_code == 403, "before a line of it is sent"
