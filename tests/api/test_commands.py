"""Giving commands over HTTP: what is answered, in which order refusals come, and that nothing happens twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from tests import seats
from tests.api.conftest import AFTER, BEFORE, Api

A_PATROL: dict[str, Any] = {"channel": "grid_patrol", "code": "S06-07", "place": "夏阳街道某路口"}


def steps(api: Api, hazard: str) -> list[str]:
    return [entry["type"] for entry in api.get(seats.AUDITOR, f"/v1/hazards/{hazard}/events").json()["items"]]


# -- the way of a hazard -----------------------------------------------------------------------------


@pytest.mark.requirement("REG-08", "ACT-18", "ACT-19", "PLN-01", "VER-01", "LBK-01", "INT-01")
def test_a_hazard_goes_from_the_hotline_to_the_archive(api: Api) -> None:
    hazard = api.remediating()
    done = api.give(seats.HANDLER, hazard, "report_completion", evidence=[AFTER]).json()
    assert (done["state"], done["labels"]["state"]["zh"]) == ("SELF_ASSESSMENT", "清零评估中")
    cleared = api.give(seats.ASSESSOR, hazard, "assess_pass", **seats.ALL_MET).json()
    assert (cleared["state"], cleared["strike_off"]) == ("CLEARED", f"XH-{hazard}-1")

    api.forward_past_next(hazard)
    assert api.get(seats.LIAISON, f"/v1/hazards/{hazard}").json()["state"] == "LOOK_BACK"
    closed = api.give(seats.LIAISON, hazard, "lookback_pass", findings="未见反弹")
    assert (closed.status_code, closed.json()["state"]) == (200, "CLOSED")
    assert steps(api, hazard) == [
        "report", "verify_confirm", "assign", "sign", "submit_plan", "report_completion", "assess_pass",
        "lookback_due", "lookback_pass",
    ]  # fmt: skip
    late = api.give(seats.HANDLER, hazard, "progress", text="再说一句")
    assert (late.status_code, late.json()["code"]) == (409, "T21.wrong-state")


@pytest.mark.requirement("MOD-02", "MOD-07", "VER-03", "LBK-02")
def test_a_hazard_is_passed_up_and_recognised_by_the_office(api: Api) -> None:
    hazard = api.in_triage()
    alone = api.give(seats.OFFICE, hazard, "triage_route", **{**seats.ROUTE, "participants": ["区清零办"]})
    assert (alone.status_code, alone.json()["code"]) == (422, "T10.desk-missing")
    shown = api.get(seats.AUDITOR, f"/v1/hazards/{hazard}").json()
    assert (shown["mode"], shown["triage"]["kind"], shown["returns"]) == ("GENERAL", "upgrade", 0)

    hazard = api.to_be_recognised()
    own = api.give(seats.BUREAU_ASSESSOR, hazard, "recognise_pass", **seats.ALL_MET)
    assert (own.status_code, own.json()["code"]) == (403, "T28.not-your-right")
    cleared = api.give(seats.OFFICE, hazard, "recognise_pass", **seats.ALL_MET)
    assert (cleared.json()["state"], cleared.json()["mode"]) == ("CLEARED", "UPGRADED")
    assert len(api.get(seats.BUREAU_LIAISON, f"/v1/hazards/{hazard}").json()["lookbacks"]) == 2


@pytest.mark.requirement("REG-04", "VER-02")
def test_found_and_fixed_on_the_spot(api: Api) -> None:
    opened = api.report(seats.FINDER, **A_PATROL, evidence=[BEFORE])
    assert (opened.status_code, opened.json()["state"]) == (201, "REGISTERED")
    hazard = opened.json()["id"]
    without = api.give(seats.FINDER, hazard, "clear_on_spot")
    assert (without.status_code, without.json()["code"]) == (422, "T04.after-evidence-missing")
    cleared = api.give(seats.FINDER, hazard, "clear_on_spot", evidence=[AFTER], assessor="assessor-1")
    assert (cleared.json()["state"], cleared.json()["cleared_on_spot"]) == ("CLEARED", True)


def test_a_report_answers_where_the_hazard_is(api: Api) -> None:
    opened = api.report(seats.DESK, **seats.hotline())
    assert opened.status_code == 201
    assert opened.headers["location"] == f"/v1/hazards/{opened.json()['id']}"
    assert opened.headers["etag"] == '"1"'
    assert opened.headers["idempotency-key"]
    assert api.get(seats.DESK, opened.headers["location"]).json() == opened.json()


# -- refusals, in their order ------------------------------------------------------------------------


def test_no_token_goes_before_everything(api: Api) -> None:
    with api.anonymous() as client:
        answer = client.post("/v1/hazards/QP-2026-999999/commands/sign", content="{")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Bearer realm="qingling"')


@pytest.mark.requirement("SEC-01")
def test_what_one_may_not_see_is_not_there(api: Api) -> None:
    hazard = api.registered()
    theirs = api.give(seats.OTHER_STREET, hazard, "sign", handler="x")
    nothing = api.give(seats.OTHER_STREET, "QP-2026-999999", "sign", handler="x")
    assert (theirs.status_code, nothing.status_code) == (404, 404)
    assert theirs.json()["detail"] == nothing.json()["detail"]


@pytest.mark.requirement("MOD-16", "ACT-18")
def test_no_right_goes_before_a_bad_form(api: Api) -> None:
    hazard = api.registered()
    answer = api.give(seats.LIAISON, hazard, "assign", targets="misspelt")
    assert (answer.status_code, answer.json()["code"]) == (403, "T06.not-your-right")
    report = api.report(seats.AUDITOR, place=7)
    assert (report.status_code, report.json()["code"]) == (403, "T01.not-your-right")


def test_a_wrong_state_goes_before_a_bad_form(api: Api) -> None:
    hazard = api.reported()
    for body in ("{", '{"target": 7}', "[]", '{"target": "夏阳街道"}'):
        answer = api.call(seats.DESK, "POST", f"/v1/hazards/{hazard}/commands/assign", content=body)
        assert (answer.status_code, answer.json()["code"]) == (409, "T06.wrong-state"), body


def test_a_body_that_is_no_json_is_malformed(api: Api) -> None:
    hazard = api.registered()
    path = f"/v1/hazards/{hazard}/commands/assign"
    for body in (
        b"{",
        b'{"target": NaN}',
        b'\xff\xfe{"target": "x"}',
        b'{"target": "\\ud800"}',
        b"[" * 100_000,
    ):
        answer = api.call(seats.DESK, "POST", path, content=body)
        assert (answer.status_code, answer.json()["code"]) == (400, "malformed"), body[:20]
    form = api.call(
        seats.DESK, "POST", path, {"Content-Type": "text/plain"}, content='{"target": "夏阳街道"}'
    )
    assert (form.status_code, form.json()["code"]) == (415, "not-json")


def test_bad_fields_are_named_in_two_languages(api: Api) -> None:
    hazard = api.registered()
    answer = api.give(seats.DESK, hazard, "assign", note=7, wish="x")
    assert (answer.status_code, answer.json()["code"]) == (422, "assign.form")
    assert answer.json()["errors"] == [
        {"field": "target", "message": "必填", "message_en": "Field required"},
        {"field": "note", "message": "应为文字", "message_en": "Input should be a valid string"},
        {
            "field": "wish",
            "message": "没有这个字段，请核对名称",
            "message_en": "Extra inputs are not permitted",
        },
    ]
    assert "target、note、wish" in answer.json()["detail_zh"]


def test_the_path_names_the_command_and_nothing_else_does(api: Api) -> None:
    hazard = api.registered()
    answer = api.give(seats.DESK, hazard, "assign", do="merge", target=seats.STREET)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "do")
    assert api.call(seats.DESK, "POST", f"/v1/hazards/{hazard}/commands/report", json={}).status_code == 404
    assert api.call(seats.DESK, "POST", f"/v1/hazards/{hazard}/commands/load_calendar").status_code == 404


@pytest.mark.requirement("MOD-16")
def test_what_breaks_a_rule_tells_the_rule(api: Api) -> None:
    hazard = api.registered()
    nobody = api.give(seats.DESK, hazard, "assign", target="月球办事处")
    assert (nobody.status_code, nobody.json()["code"]) == (422, "T06.unknown-target")
    external = api.give(seats.DESK, hazard, "assign", target="供水企业")
    assert (external.status_code, external.json()["code"], external.json()["requirement"]) == (
        422,
        "T06.target-cannot-handle",
        "MOD-16",
    )


@pytest.mark.requirement("VER-01")
def test_an_assessor_does_not_assess_his_own_work(api: Api) -> None:
    hazard = api.remediating()
    api.give(seats.HANDLER, hazard, "report_completion", evidence=[AFTER])
    same_person = seats.who(seats.STREET, "assessor", "handler-1")
    answer = api.give(same_person, hazard, "assess_pass", **seats.ALL_MET)
    assert (answer.status_code, answer.json()["code"]) == (403, "T26.assessor-is-handler")


@pytest.mark.requirement("N04")
def test_a_second_extension_is_refused_before_its_form_is_read(api: Api) -> None:
    hazard = api.remediating()
    assert api.give(seats.HANDLER, hazard, "request_extension", reason="材料未到").status_code == 200
    again = api.give(seats.HANDLER, hazard, "request_extension")
    assert (again.status_code, again.json()["code"]) == (409, "T22.once")


# -- once --------------------------------------------------------------------------------------------


def test_a_report_sent_twenty_times_at_once_is_one_hazard(api: Api) -> None:
    key = uuid4().hex
    with api.as_(seats.DESK) as client, ThreadPoolExecutor(20) as threads:
        answers = list(
            threads.map(
                lambda _: client.post("/v1/hazards", json=seats.hotline(), headers={"Idempotency-Key": key}),
                range(20),
            )
        )
    assert {answer.status_code for answer in answers} == {201}
    (hazard,) = {answer.json()["id"] for answer in answers}
    assert steps(api, hazard) == ["report"]


def test_a_command_sent_twenty_times_at_once_is_one_event(api: Api) -> None:
    hazard = api.registered()
    path, key = f"/v1/hazards/{hazard}/commands/assign", {"Idempotency-Key": uuid4().hex}
    with api.as_(seats.DESK) as client, ThreadPoolExecutor(20) as threads:
        answers = list(
            threads.map(
                lambda _: client.post(path, json={"target": seats.STREET}, headers=key),
                range(20),
            )
        )
    assert {answer.status_code for answer in answers} == {200}
    assert steps(api, hazard).count("assign") == 1
    assert api.give(seats.DESK, hazard, "assign", key, target=seats.STREET).status_code == 200, (
        "and ever after"
    )


def test_a_key_stands_for_one_content(api: Api) -> None:
    key = {"Idempotency-Key": uuid4().hex}
    hazard = api.report(seats.DESK, key, **seats.hotline()).json()["id"]
    other = api.report(seats.DESK, key, **seats.hotline(place="别处"))
    assert (other.status_code, other.json()["code"]) == (422, "key-reused")
    assert api.give(seats.LIAISON, hazard, "verify_confirm", key).status_code == 422
    assert steps(api, hazard) == ["report"]


@pytest.mark.requirement("INT-01")
def test_nobody_is_answered_by_what_another_seat_has_done(api: Api) -> None:
    key = {"Idempotency-Key": uuid4().hex}
    colleague = replace(seats.DESK, actor=seats.DESK.actor.model_copy(update={"person": "desk-2"}))
    hazard = api.report(seats.DESK, key, **seats.hotline()).json()["id"]
    told = api.report(colleague, key, **seats.hotline())
    assert (told.status_code, told.json()["code"]) == (422, "key-of-another-seat")
    left = api.report(colleague, {**key, "Prefer": "respond-async"}, **seats.hotline())
    assert (left.status_code, left.json()["code"]) == (422, "key-of-another-seat")
    assert api.report(seats.DESK, key, **seats.hotline()).json()["id"] == hazard
    again = api.report(seats.DESK, {**key, "Prefer": "respond-async"}, **seats.hotline())
    assert (again.status_code, again.json()["hazard"]) == (202, hazard)

    key = {"Idempotency-Key": uuid4().hex}
    form = {"code": "S06-07"}
    assert api.give(seats.DESK, hazard, "verify_confirm", key, **form).status_code == 200
    told = api.give(colleague, hazard, "verify_confirm", key, **form)
    assert (told.status_code, told.json()["code"]) == (422, "key-of-another-seat")
    later = {**key, "Prefer": "respond-async"}
    told = api.give(colleague, hazard, "verify_confirm", later, **form)
    assert (told.status_code, told.json()["code"]) == (422, "key-of-another-seat"), "nor by a 202"
    told = api.give(seats.DESK, hazard, "assign", later, target=seats.STREET)
    assert (told.status_code, told.json()["code"]) == (422, "key-reused")
    assert api.give(seats.DESK, hazard, "verify_confirm", later, **form).status_code == 202
    assert api.give(seats.DESK, hazard, "verify_confirm", key, **form).status_code == 200, "to him it is done"
    assert steps(api, hazard) == ["report", "verify_confirm"]


def test_keys_of_two_units_do_not_meet(api: Api) -> None:
    key = {"Idempotency-Key": uuid4().hex}
    ours = api.report(seats.FINDER, key, **A_PATROL).json()["id"]
    theirs = api.report(seats.OTHER_STREET, key, **A_PATROL).json()["id"]
    assert ours != theirs


def test_a_key_that_nobody_can_keep_is_refused(api: Api) -> None:
    answer = api.report(seats.DESK, {"Idempotency-Key": "k" * 129}, **seats.hotline())
    assert (answer.status_code, answer.json()["code"]) == (422, "bad-key")


def test_of_two_who_act_at_once_one_is_told_so(api: Api) -> None:
    hazard = api.registered()
    with ThreadPoolExecutor(2) as threads:
        answers = list(
            threads.map(
                lambda target: api.give(seats.DESK, hazard, "assign", {"If-Match": '"2"'}, target=target),
                (seats.STREET, "盈浦街道"),
            )
        )
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    assert steps(api, hazard).count("assign") == 1


# -- on the state one saw ----------------------------------------------------------------------------


@pytest.mark.parametrize("seen", ['"2"', 'W/"2"', "*", None])
def test_a_command_on_the_state_one_saw(api: Api, seen: str | None) -> None:
    hazard = api.registered()
    headers = {"If-Match": seen} if seen else {}
    answer = api.give(seats.DESK, hazard, "assign", headers, target=seats.STREET)
    assert (answer.status_code, answer.headers["etag"]) == (200, '"3"')


def test_a_command_on_an_older_state_is_stale(api: Api) -> None:
    hazard = api.registered()
    answer = api.give(seats.DESK, hazard, "assign", {"If-Match": '"1"'}, target=seats.STREET)
    assert (answer.status_code, answer.json()["code"]) == (412, "stale")
    assert "第2步" in answer.json()["detail"]
    for nonsense in ("2", '"x"', '"1", "2"', '"-1"'):
        bad = api.give(seats.DESK, hazard, "assign", {"If-Match": nonsense}, target=seats.STREET)
        assert (bad.status_code, bad.json()["code"]) == (400, "bad-if-match"), nonsense


# -- without waiting ---------------------------------------------------------------------------------


def test_a_command_left_behind_is_carried_out(api: Api) -> None:
    hazard = api.registered()
    answer = api.give(seats.DESK, hazard, "assign", {"Prefer": "respond-async"}, target=seats.STREET)
    assert answer.status_code == 202
    assert answer.headers["preference-applied"] == "respond-async"
    assert answer.headers["location"] == answer.json()["href"] == f"/v1/hazards/{hazard}"
    assert answer.json()["idempotency_key"] == answer.headers["idempotency-key"]
    again = {"Idempotency-Key": answer.headers["idempotency-key"]}
    assert api.give(seats.DESK, hazard, "assign", again, target=seats.STREET).status_code == 200
    assert steps(api, hazard)[-1] == "assign"


def test_a_report_left_behind_is_opened(api: Api) -> None:
    key = uuid4().hex
    headers = {"Prefer": "respond-async, wait=10", "Idempotency-Key": key}
    answer = api.report(seats.DESK, headers, **seats.hotline())
    assert answer.status_code == 202
    waited = api.report(seats.DESK, {"Idempotency-Key": key}, **seats.hotline())
    assert (waited.status_code, waited.headers["location"]) == (201, answer.headers["location"])


def test_what_the_state_rules_out_stands_in_the_ledger_as_refused(api: Api) -> None:
    hazard = api.reported()
    answer = api.give(seats.DESK, hazard, "assign", {"Prefer": "respond-async"}, target=seats.STREET)
    assert answer.status_code == 202
    api.give(seats.LIAISON, hazard, "verify_confirm")  # one at a time: the other has been decided by then
    entries = api.get(seats.DESK, f"/v1/hazards/{hazard}/events").json()["items"]
    (refused,) = [entry["event"] for entry in entries if entry["type"] == "refused"]
    assert (refused["asked"], refused["refused"]["code"]) == ("assign", "T06.wrong-state")


def test_nobody_fills_a_ledger_with_commands_that_are_not_his(api: Api) -> None:
    hazard = api.registered()
    answer = api.give(seats.AUDITOR, hazard, "assign", {"Prefer": "respond-async"}, target=seats.STREET)
    assert (answer.status_code, answer.json()["code"]) == (403, "T06.not-your-right")
    assert steps(api, hazard) == ["report", "verify_confirm"]
