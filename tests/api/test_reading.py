"""What is read over HTTP, and by whom."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import quote
from uuid import uuid4

import pytest

from api.forms import GIVEN
from domain.values import local
from tests import seats
from tests.api.conftest import Api

PUTUO = seats.who("长寿路街道", "liaison", "liaison-9", "putuo")
PUTUO_DESK = seats.who("区城运中心", "desk", "desk-9", "putuo")


# -- who sees what -----------------------------------------------------------------------------------


@pytest.mark.requirement("SEC-01", "MOD-16")
def test_a_unit_sees_what_concerns_it_and_nothing_of_another_s(api: Api) -> None:
    hazard = api.registered()
    for path in ("", "/events", "/deadlines", "/forecast"):
        address = f"/v1/hazards/{hazard}{path}"
        assert api.get(seats.LIAISON, address).status_code == 200
        for other in (seats.OTHER_STREET, PUTUO, PUTUO_DESK):
            answer = api.get(other, address)
            assert (answer.status_code, answer.json()["code"]) == (404, "no-such-hazard")
    listed = {row["id"] for row in api.get(seats.OTHER_STREET, "/v1/hazards?limit=500").json()["items"]}
    assert hazard not in listed


@pytest.mark.requirement("SEC-01", "MOD-14")
def test_a_unit_sees_a_hazard_once_it_is_its_own(api: Api) -> None:
    hazard = api.registered()
    assert api.get(seats.OTHER_STREET, f"/v1/hazards/{hazard}").status_code == 404
    api.give(seats.DESK, hazard, "assign", target="盈浦街道")
    seen = api.get(seats.OTHER_STREET, f"/v1/hazards/{hazard}").json()
    assert seen["owner"] == {"id": "yingpu", "name": "盈浦街道", "en": "Yingpu Sub-district"}


@pytest.mark.requirement("SEC-01")
@pytest.mark.parametrize("principal", [seats.DESK, seats.OFFICE, seats.AUDITOR])
def test_desk_office_and_auditor_see_the_whole_district(api: Api, principal: object) -> None:
    hazard = api.report(seats.OTHER_STREET, channel="grid_patrol", code="S06-07", place="盈浦街道").json()[
        "id"
    ]
    assert api.get(principal, f"/v1/hazards/{hazard}").status_code == 200  # type: ignore[arg-type]


@pytest.mark.requirement("SEC-01")
def test_an_auditor_reads_everything_and_changes_nothing(api: Api) -> None:
    hazard = api.remediating()
    assert api.report(seats.AUDITOR, **seats.hotline()).status_code == 403
    for command in GIVEN:
        answer = api.give(seats.AUDITOR, hazard, command)
        assert (answer.status_code, answer.json()["code"].partition(".")[2]) == (403, "not-your-right"), (
            command
        )


@pytest.mark.parametrize("number", ["x", "QP-2026-1", "qp-2026-000001", "%F0%9F%92%A9", "..%2f"])
def test_a_number_that_is_none(api: Api, number: str) -> None:
    assert api.get(seats.DESK, f"/v1/hazards/{number}").status_code == 404
    assert api.call(seats.DESK, "POST", f"/v1/hazards/{number}/commands/sign").status_code == 404


# -- one hazard --------------------------------------------------------------------------------------


def test_a_hazard_says_what_may_be_done_and_why_not(api: Api) -> None:
    hazard = api.registered()
    answer = api.get(seats.DESK, f"/v1/hazards/{hazard}")
    seen = answer.json()
    assert answer.headers["etag"] == f'"{seen["seq"]}"' == '"2"'
    commands = {entry["command"]: entry for entry in seen["allowed_commands"]}
    assert list(commands) == list(GIVEN)
    assert [name for name, entry in commands.items() if entry["allowed"]] == [
        *("assign", "issue_notice", "add_record", "joint_meeting", "link_petition")
    ]
    assert commands["assign"]["href"] == f"/v1/hazards/{hazard}/commands/assign"
    assert commands["sign"]["refused"]["status"] == 403
    assert commands["verify_confirm"]["refused"]["code"] == "T02.wrong-state"
    assert "待核实" in commands["verify_confirm"]["refused"]["zh"]


def test_what_is_allowed_is_what_works(api: Api) -> None:
    hazard = api.planning()
    for principal in (seats.DESK, seats.OFFICE, seats.LIAISON, seats.HANDLER, seats.ASSESSOR, seats.AUDITOR):
        for entry in api.get(principal, f"/v1/hazards/{hazard}").json()["allowed_commands"]:
            if not entry["allowed"]:
                answer = api.give(principal, hazard, entry["command"])
                assert (answer.status_code, answer.json()["code"]) == (
                    entry["refused"]["status"],
                    entry["refused"]["code"],
                )


@pytest.mark.requirement("CLS-03")
def test_a_hazard_suggests_who_answers_for_it_and_sets_nothing(api: Api) -> None:
    seen = api.get(seats.DESK, f"/v1/hazards/{api.registered()}").json()
    assert seen["suggestion"]["owner"]["name"] == "区房管局"
    assert "S06-02" in seen["suggestion"]["ground"]["zh"]
    assert seen["owner"]["id"] == "xiayang"


def test_moments_carry_their_offset_and_a_day_its_name(api: Api) -> None:
    seen = api.get(seats.DESK, f"/v1/hazards/{api.planning()}").json()
    for clock in seen["deadlines"]:
        assert clock["due"].endswith("T00:00:00+08:00")
        assert (
            datetime.fromisoformat(clock["due"]).date() - timedelta(days=1)
            == datetime.fromisoformat(clock["last_day"]).date()
        )


# -- its past and its future -------------------------------------------------------------------------


@pytest.mark.requirement("REG-08")
def test_the_ledger_is_read_page_by_page_and_its_chain_holds(api: Api) -> None:
    hazard = api.remediating()
    path, entries = f"/v1/hazards/{hazard}/events?limit=2", []
    while path:
        answer = api.get(seats.AUDITOR, path)
        entries += answer.json()["items"]
        path = _next(answer.headers["link"])
    assert [entry["seq"] for entry in entries] == [1, 2, 3, 4, 5]
    assert [entry["prev"] for entry in entries] == ["", *(entry["hash"] for entry in entries[:-1])]
    assert entries[2]["zh"] == "转递（交办）"
    assert entries[2]["event"]["actor"] == {"unit": "desk", "role": "desk", "person": "desk-1"}


def _next(link: str) -> str:
    return next((part.split(">")[0].strip(" <") for part in link.split(",") if 'rel="next"' in part), "")


@pytest.mark.requirement("N90", "PLN-01")
def test_a_deadline_is_explained_day_by_day(api: Api) -> None:
    hazard = api.planning()
    items = api.get(seats.LIAISON, f"/v1/hazards/{hazard}/deadlines").json()["items"]
    main = next(item for item in items if item["deadline"]["clock"] == "remediate")
    assert (main["limit"], main["limit_label"]["zh"], main["row"]) == (
        "WD 5",
        "5个工作日",
        main["deadline"]["row"],
    )
    assert [day["number"] for day in main["days"] if day["number"]] == [1, 2, 3, 4, 5]
    assert main["days"][-1]["day"] == main["deadline"]["last_day"]
    assert "起始当日不计入" in main["zh"]
    assert main["calendar_version"].startswith("cn-")
    assert main["source"] and main["cap_due"] and main["extension"] is None


def test_an_extension_stands_in_the_derivation(api: Api) -> None:
    hazard = api.remediating()
    api.give(seats.HANDLER, hazard, "request_extension", reason="材料未到")
    api.give(seats.DESK, hazard, "decide_extension", approve=True)
    items = api.get(seats.LIAISON, f"/v1/hazards/{hazard}/deadlines").json()["items"]
    main = next(item for item in items if item["deadline"]["clock"] == "remediate")
    assert (main["deadline"]["due_by"], main["extension"]["decision"]) == ("extension", "granted")


@pytest.mark.requirement("SUP-01")
def test_the_forecast_tells_what_fires_and_for_whom(api: Api) -> None:
    hazard = api.planning()
    items = api.get(seats.LIAISON, f"/v1/hazards/{hazard}/forecast").json()["items"]
    moments = [datetime.fromisoformat(item["at"]) for item in items]
    assert moments == sorted(moments)
    rungs = [item["rung"] for item in items if item["clock"] == "remediate" and item["rung"]]
    assert rungs == ["L0", "L1", "L2", "L3", "L4", "L5"]
    urging = next(item for item in items if item["clock"] == "remediate" and item["rung"] == "L1")
    assert urging["notices"][0]["unit"]["name"] == seats.STREET


# -- many hazards ------------------------------------------------------------------------------------


def test_a_list_is_read_to_its_end_without_doubles(api: Api) -> None:
    mark = uuid4().hex[:12]
    wanted = {
        api.report(seats.DESK, **seats.hotline(description=f"列表 {mark} {n}")).json()["id"] for n in range(5)
    }
    path, found = f"/v1/hazards?text={mark}&limit=2&order=reported", []
    while path:
        answer = api.get(seats.DESK, path)
        assert f"text={mark}" in answer.headers["link"]
        found += [row["id"] for row in answer.json()["items"]]
        path = _next(answer.headers["link"])
    assert len(found) == 5 and set(found) == wanted


def test_a_list_is_narrowed_by_what_one_asks(api: Api) -> None:
    hazard = api.remediating()
    today = local(datetime.now(UTC)).date()

    def listed(query: str) -> bool:
        also = "" if "text=" in query else f"&text={hazard}"
        answer = api.get(seats.DESK, f"/v1/hazards?limit=500&{query}{also}")
        assert answer.status_code == 200, answer.text
        return hazard in {row["id"] for row in answer.json()["items"]}

    street = quote(seats.STREET)
    for query in (
        "state=REMEDIATING", "state=PLANNING&state=REMEDIATING", f"unit={street}", "unit=xiayang", "mode=GENERAL",
        "level=L0", "class=S06", "overdue=false", "urgency=NORMAL", f"subdistrict={street}", "channel=hotline",
        f"text={quote('某小区')}", f"text={hazard}", f"from={today}&to={today}", "order=due", "order=reported",
        f"from={quote('2026-01-01T00:00:00+08:00')}",
    ):  # fmt: skip
        assert listed(query), query
    for query in (
        "state=CLOSED", "unit=yingpu", "level=L3", "class=B01", "overdue=true", "colour=RED", "urgency=FLASH",
        "channel=media", f"text={uuid4()}", "to=2025-12-31", f"from={today + timedelta(days=1)}",
    ):  # fmt: skip
        assert not listed(query), query


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("state=NONE", 422, "bad-parameter"),
        ("stat=CLOSED", 422, "bad-parameter"),
        ("limit=0", 422, "bad-parameter"),
        ("limit=501", 422, "bad-parameter"),
        ("class=x", 422, "bad-parameter"),
        ("from=yesterday", 422, "bad-parameter"),
        ("from=2026-09-17T10:00:00", 422, "bad-parameter"),
        ("from=0001-01-01T00:00:00%2B14:00", 422, "bad-parameter"),
        ("to=9999-12-31", 422, "bad-parameter"),
        ("unit=%E6%9C%88%E7%90%83", 422, "unknown-unit"),
        ("cursor=x", 400, "bad-cursor"),
        ("cursor=WyJ1cGRhdGVkX2F0IiwiMDAwMS0wMS0wMVQwMDowMDowMCsxNDowMCIsIngiXQ", 400, "bad-cursor"),
    ],
)
def test_a_misspelt_filter_shows_an_error_and_not_everything(
    api: Api, query: str, status: int, code: str
) -> None:
    answer = api.get(seats.DESK, f"/v1/hazards?{query}")
    assert (answer.status_code, answer.json()["code"]) == (status, code)


# -- reference data ----------------------------------------------------------------------------------


@pytest.mark.requirement("CLS-02", "A15")
def test_the_catalogue_says_who_answers(api: Api) -> None:
    items = {item["code"]: item for item in api.get(seats.LIAISON, "/v1/catalogue").json()["items"]}
    assert len(items) == 144
    assert items["B01-01"]["owner"]["name"] == "区水务局" and items["B01-01"]["external"] == ["供水企业"]
    here = api.get(seats.LIAISON, "/v1/catalogue", params={"subdistrict": seats.STREET}).json()["items"]
    of_the_place = [item["code"] for item in here if "属地管理" in item["responsible_raw"]]
    assert of_the_place
    for item in here:
        if item["code"] in of_the_place:
            assert seats.STREET in [unit["name"] for unit in [item["owner"], *item["candidates"]]]
    assert api.get(seats.LIAISON, "/v1/catalogue?subdistrict=gongan").json()["code"] == "unknown-subdistrict"


def test_units_profile_and_calendar(api: Api) -> None:
    units = api.get(seats.LIAISON, "/v1/units").json()
    assert {"liaison", "assessor"} <= {role["id"] for role in units["roles"]}
    assert "system" not in {role["id"] for role in units["roles"]}
    assert next(unit for unit in units["items"] if unit["id"] == units["desk"])["name"] == "区城运中心"
    profile = api.get(seats.LIAISON, "/v1/profile").json()
    assert (profile["profile"], profile["name"]) == ("qingpu", "青浦区")
    assert all(row["source"] for row in profile["policy"]["clocks"])
    assert api.get(PUTUO, "/v1/profile").json()["profile"] == "putuo"
    calendar = api.get(seats.LIAISON, "/v1/calendar").json()
    assert "2026-10-01" in calendar["days_off"] and "2026-10-10" in calendar["make_up_days"]
    assert calendar["digest"] == profile["calendar"]
