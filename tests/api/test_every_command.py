"""Every command of the core, given over HTTP with the body that the document describes, in the lives of hazards.

The forms and the seats are those of the core's own tests: what holds there holds here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import jsonschema
import pytest

from api.forms import GIVEN
from docs.requirements import requirements, sources
from domain.commands import COMMANDS
from domain.hazard import rules_for
from domain.library import LIBRARY, Rules
from domain.organisation import Actor
from domain.state import Hazard
from domain.values import HazardId, local
from storage.scope import Principal
from tests import builders as b
from tests.api.conftest import Api, _plain


@dataclass
class Mirror:
    """A hazard as it stands in the record, for the builders of forms to look at."""

    hazard: Hazard
    now: datetime

    @property
    def rules(self) -> Rules:
        return rules_for(LIBRARY, self.hazard)


class Step(NamedTuple):
    """A command by a seat other than the usual one, or with a form that says something else."""

    command: str
    by: Actor | None = None
    form: dict[str, Any] = {}


class Wait(NamedTuple):
    days: float


ANOTHER = object()
"""In a form: the number of another hazard of the same place and item."""

A_PATROL = Step("report", b.FINDER, {"channel": "grid_patrol", "place": "夏阳街道某小区", "code": "S06-07"})
A_CALL = Step("report", b.DESK, {"channel": "hotline", "place": "夏阳街道某小区"})
IN_HAND = (A_CALL, "verify_confirm", "assign", "sign", "submit_plan")
LEAD = b.seat(b.BUREAU, "liaison")
LISTED = (A_CALL, "verify_confirm", "request_listing", "forward_listing", "listing_approve")
PARTS = (
    Step("report_subtask", b.seat(b.BUREAU, "handler")),
    Step("confirm_subtask", LEAD),
    Step("report_subtask", b.HANDLER),
    Step("confirm_subtask", LEAD),
)

LIVES: dict[str, tuple[Step | Wait | str, ...]] = {
    "dismissed": (A_CALL, "verify_dismiss"),
    "cleared on the spot, and back again": (
        A_PATROL, "clear_on_spot", Step("confirm_relapse", form={"matched": ANOTHER}), "issue_notice",
    ),
    "handled by its finder, and merged": (A_PATROL, "self_handle", Step("merge", form={"into": ANOTHER})),
    "handed over": (A_CALL, "verify_confirm", "hand_over", "add_record"),
    "remediated by one unit": (
        *IN_HAND, "progress", "classify", "request_extension", "decide_extension",
        Step("joint_meeting", form={"participants": ["区交通委", "夏阳街道"]}),  # who took part may read it now

        "report_to_principal", "add_record", "open_special_inspection", "add_penalty",
        Step("issue_notice", form={"rung": "L2"}), Step("acknowledge", b.LIAISON), Step("state_reason", b.PRINCIPAL),
        "accept_reason", "enter_key_control", "control_review", "resume", "report_completion", "assess_fail",
        "report_completion", "assess_pass", Wait(35), "lookback_relapse", "submit_plan", "report_completion",
        "assess_pass", Wait(35), "lookback_pass",
    ),
    "with a petition": (
        A_CALL, "verify_confirm", "assign", "link_petition", "object_to_petition", "decide_objection",
        "notify_petitioner", "extend_petition", "close_petition",
        Step("set_confidentiality", b.seat(b.STREET, "custodian")),
    ),
    "up the ladder": (
        *IN_HAND, Wait(40), "order_talk", "hold_talk", Wait(15), "publish_exposure", "file_rectification",
        "link_incident", "refer",
    ),
    "up the ladder, and let off": (*IN_HAND, Wait(40), "decline", "propose_listing"),
    "passed up": (
        A_CALL, "verify_confirm", "request_upgrade", "triage_return", "request_upgrade", "triage_route", "sign",
        "submit_plan", "report_completion", "assess_pass", "recognise_fail", "report_completion", "assess_pass",
        "recognise_pass",
    ),
    "diverted, sent back and ruled on": (
        Step("report", b.seat(b.BUREAU, "discoverer"), {"channel": "daily_patrol", "place": "x", "code": "S06-02"}),
        "request_diversion", Step("triage_route", form={"target": "区应急局"}),
        Step("return", b.seat("yingjiju", "liaison")), "jurisdiction_unclear",
        Step("jurisdiction_rule", form={"participants": ["区城运中心"], "proposed_measures": "先行围挡"}),
    ),
    "not listed": (*LISTED[:4], "listing_reject"),
    "listed": (
        *LISTED, "record_listing_notice", "sign", "sign_subtask", "submit_plan", "plan_reject", "submit_plan",
        "plan_approve", Step("report_subtask", b.seat(b.BUREAU, "handler")), Step("send_back_subtask", LEAD), *PARTS,
        Step("report_completion", b.seat(b.BUREAU, "handler")), Step("assess_pass", b.seat(b.BUREAU, "assessor")),
        "accept_fail", *PARTS[:2], Step("report_completion", b.seat(b.BUREAU, "handler")),
        Step("assess_pass", b.seat(b.BUREAU, "assessor")), "accept_pass",
    ),
}  # fmt: skip


def commands_of(life: tuple[Step | Wait | str, ...]) -> Iterator[str]:
    for step in life:
        if not isinstance(step, Wait):
            yield step if isinstance(step, str) else step.command


@pytest.mark.requirement("INT-01")
def test_the_lives_give_every_command_but_the_administration_s() -> None:
    given = {name for life in LIVES.values() for name in commands_of(life)}
    assert given == {"report", *GIVEN}
    assert set(COMMANDS) - given == {"load_calendar"}, "qingling load-calendar gives it to every hazard"


@pytest.mark.requirement("INT-01", "MOD-05", "REG-08", "MOD-03", "VER-03", "SUP-03")
@pytest.mark.parametrize("name", LIVES)
def test_a_life_is_led_over_http(api: Api, document: dict[str, Any], name: str) -> None:
    """Each body holds to its schema; until time is put ahead, each command was offered before it was given."""
    hazard, offered = "", True
    for step in LIVES[name]:
        if isinstance(step, Wait):
            moment = at(api, hazard) + timedelta(days=step.days)
            api.loop.run(api.qingpu.forward_to(HazardId(hazard), moment))
            offered = False
            continue
        command, by, said = step if isinstance(step, Step) else Step(step)
        if command == "report":
            assert by is not None
            hazard = report(api, document, by, said)
            continue
        mirror = Mirror(api.qingpu.recorded(HazardId(hazard)), at(api, hazard))
        by = by or b.giver(command, mirror)  # type: ignore[arg-type]  # it looks at the hazard and the moment only
        form = {**b.good_form(command, mirror), **said}  # type: ignore[arg-type]
        form = {key: another(api) if value is ANOTHER else value for key, value in form.items()}
        body, seat = _plain(form), Principal("qingpu", by)
        hold_to(document, command, body)
        if offered:
            seen = api.get(seat, f"/v1/hazards/{hazard}")
            assert seen.status_code == 200, (command, seat, seen.text)
            permissions = seen.json()["allowed_commands"]
            (mine,) = [one for one in permissions if one["command"] == command]
            assert mine["allowed"] and mine["href"] == f"/v1/hazards/{hazard}/commands/{command}", (
                command,
                mine,
            )
        answer = api.give(seat, hazard, command, **form)
        assert answer.status_code == 200, (command, answer.text)
        recorded = api.get(seat, f"/v1/hazards/{hazard}/events?limit=500")
        if recorded.status_code == 200:  # who hands a hazard on may see it no more
            assert recorded.json()["items"][-1]["type"] == command
    if offered:
        what_is_refused_says_why(api, hazard, ASKING[list(LIVES).index(name) % len(ASKING)])


ASKING = (b.OFFICE, b.LIAISON, b.DESK, b.HANDLER)
CHINESE = re.compile("[\u4e00-\u9fff]")
KNOWN = {row.id for row in requirements()} | set(sources())


def what_is_refused_says_why(api: Api, hazard: str, by: Actor) -> None:
    """Each command that is not offered names code, sentence and ground, and is refused with them when it is given."""
    seat = Principal("qingpu", by)
    if api.get(seat, f"/v1/hazards/{hazard}").status_code == 404:
        seat = Principal("qingpu", b.OFFICE)  # it has gone to units that he is none of
    offers = api.get(seat, f"/v1/hazards/{hazard}").json()["allowed_commands"]
    assert [one["command"] for one in offers] == list(GIVEN)
    for one in (one for one in offers if not one["allowed"]):
        said, answer = one["refused"], api.give(seat, hazard, one["command"])
        told = answer.json()
        assert (answer.status_code, told["code"], told["requirement"]) == (
            said["status"], said["code"], said["requirement"],
        ), one  # fmt: skip
        assert (
            said["requirement"] in KNOWN and CHINESE.search(said["zh"]) and not CHINESE.search(said["en"])
        ), one


def report(api: Api, document: dict[str, Any], by: Actor, form: dict[str, Any]) -> str:
    hold_to(document, "report", form)
    answer = api.report(Principal("qingpu", by), **form)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def another(api: Api) -> str:
    assert A_PATROL.by is not None
    return str(api.report(Principal("qingpu", b.DESK), **A_PATROL.form).json()["id"])


def hold_to(document: dict[str, Any], command: str, body: dict[str, Any]) -> None:
    schema = {
        "$ref": f"#/components/schemas/{COMMANDS[command].__name__}",
        "components": document["components"],
    }
    jsonschema.Draft202012Validator(schema).validate(body)


def at(api: Api, hazard: str) -> datetime:
    return local(api.loop.run(api.qingpu.now(HazardId(hazard))))


@pytest.mark.requirement("MOD-03", "INT-01")
def test_a_part_is_addressed_by_the_seat_that_reports_it_and_by_its_unit(api: Api) -> None:
    """Who bears a part is known by his seat; the lead names the unit. Nobody moves another unit's part."""
    hazard = ""
    for step in (*LISTED, "sign", "sign_subtask", "submit_plan", "plan_approve"):
        if isinstance(step, Step):
            hazard = str(api.report(Principal("qingpu", b.DESK), **step.form).json()["id"])
            continue
        mirror: Any = Mirror(api.qingpu.recorded(HazardId(hazard)), at(api, hazard))
        seat = Principal("qingpu", b.giver(step, mirror))
        answer = api.give(seat, hazard, step, **b.good_form(step, mirror))
        assert answer.status_code == 200, answer.text

    def parts() -> dict[str, str]:
        shown = api.get(Principal("qingpu", b.OFFICE), f"/v1/hazards/{hazard}").json()["subtasks"]
        return {one["unit"]["id"]: one["state"] for one in shown}

    lead, street = Principal("qingpu", LEAD), Principal("qingpu", b.HANDLER)
    stranger = Principal("qingpu", b.seat(b.OTHER_STREET, "handler"))
    before = parts()
    assert api.give(stranger, hazard, "report_subtask", text="x").status_code == 404
    early = api.give(lead, hazard, "confirm_subtask", unit=b.STREET)
    assert (early.status_code, early.json()["code"]) == (409, "T21b.nothing-reported")
    assert parts() == before

    assert api.give(street, hazard, "report_subtask", text="完成").status_code == 200
    assert parts() == {**before, b.STREET: "DONE_REPORTED"}
    other = api.give(lead, hazard, "confirm_subtask", unit=b.BUREAU)
    assert (other.status_code, other.json()["code"], other.json()["requirement"]) == (
        422, "T21b.not-reported", "MOD-03",
    )  # fmt: skip
    mine = api.give(street, hazard, "confirm_subtask", unit=b.STREET)
    assert mine.status_code == 403, "a unit does not confirm its own part"
    assert api.give(lead, hazard, "confirm_subtask", unit=b.STREET).status_code == 200
    assert parts() == {**before, b.STREET: "LEAD_CONFIRMED"}
