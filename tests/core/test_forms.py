"""Forms: what may be written in them, and that each refusal names its field."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.commands import COMMANDS, Report, RequestExtension, Sign, SubmitPlan, parse
from domain.library import canonical
from domain.organisation import Actor, PersonRef
from domain.refusal import Refusal, Refused
from domain.values import SHANGHAI
from tests.builders import AFTER, plan

REPORT = {"channel": "hotline", "place": "夏阳街道"}
LEC = {"method": "LEC", "likelihood": 3, "exposure": 6, "consequence": 15}


def read(command: str, form: object) -> Any:
    return parse(command, form)


def refused(command: str, form: object) -> Refused:
    with pytest.raises(Refusal) as refusal:
        parse(command, form)
    return refusal.value.refused


def bad_fields(command: str, form: object) -> list[str]:
    refusal = refused(command, form)
    assert (refusal.status, refusal.code) == (422, f"{command}.form")
    return [error.field for error in refusal.errors]


# ── what a form is ───────────────────────────────────────────────────────────────────────────────────


def test_an_unknown_command_is_not_found():
    assert (refused("abolish", {}).status, refused("abolish", {}).code) == (404, "unknown-command")


@pytest.mark.parametrize("form", [None, [], "text", 5])
def test_a_form_is_an_object(form):
    assert refused("sign", form).code == "sign.form"


@pytest.mark.parametrize("command", COMMANDS)
def test_a_misspelt_field_is_refused_not_ignored(command):
    assert "reasn" in bad_fields(command, {"reasn": "x"})


def test_a_misspelt_field_deep_inside_is_refused_too():
    assert bad_fields("report", {**REPORT, "evidence": [{**AFTER, "sha": "x"}]}) == ["evidence.0.sha"]
    assert bad_fields("sign", {"handler": {"person": "p", "psot": "站长"}}) == ["handler"]


def test_the_form_cannot_call_itself_another_command():
    assert read("sign", {"do": "merge", "handler": "p"}).do == "sign"


def test_every_bad_field_is_named_once_with_its_path():
    found = bad_fields("submit_plan", plan(responsible_staff=[], measures=""))

    assert sorted(found) == ["measures", "milestones", "responsible_staff"]


def test_the_refusal_names_command_and_fields_in_both_languages():
    refusal = refused("verify_dismiss", {"reason": "无"})

    assert refusal.zh == "“核查不属实”表单有误：evidence"
    assert refusal.en == "the form of verify_dismiss is incomplete or malformed: evidence"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("channel", "smoke signal"),
        ("urgency", "VERY"),
        ("category", 5),
        ("category", "四"),
        ("persons_affected", -1),
        ("longitude", 181),
        ("latitude", float("nan")),
        ("enterprise", "123"),
        ("evidence", "photo"),
        ("tags", [""]),
        ("title", ["x"]),
        ("grade", {"method": "GUESS"}),
        ("grade", 5),
    ],
)
def test_values_of_the_wrong_kind_are_refused(field, value):
    assert {path.split(".")[0] for path in bad_fields("report", {**REPORT, field: value})} == {field}


# ── texts ────────────────────────────────────────────────────────────────────────────────────────────

UNPRINTABLE = ["\x00", "\x07", "\x1b", "\x7f", "\ud800", "\ufffe", "\uffff"]


@pytest.mark.parametrize("character", UNPRINTABLE, ids=[f"U+{ord(c):04X}" for c in UNPRINTABLE])
@pytest.mark.parametrize(
    ("command", "form", "field"),
    [
        ("report", {**REPORT, "description": "{}"}, "description"),
        ("report", {**REPORT, "place": "{}"}, "place"),
        ("report", {**REPORT, "grade": {"method": "MANUAL", "colour": "RED", "grounds": "{}"}}, "grade"),
        ("sign", {"handler": "{}"}, "handler"),
        ("sign", {"handler": {"person": "p", "post": "{}"}}, "handler"),
        ("merge", {"into": "{}", "reason": "同一"}, "into"),
        ("assess_fail", {"reason": "{}"}, "reason"),
    ],
    ids=["description", "place", "grounds", "person", "post", "number", "reason"],
)
def test_characters_that_no_database_or_document_holds_are_refused_everywhere(
    command, form, field, character
):
    assert {path.split(".")[0] for path in bad_fields(command, _filled(form, f"甲{character}乙"))} == {field}


def _filled(form, text):
    if isinstance(form, dict):
        return {name: _filled(value, text) for name, value in form.items()}
    return text if form == "{}" else form


@pytest.mark.requirement("REG-08")
def test_texts_are_kept_to_the_letter():
    text = " 第一行\r\n\t第二行　<script> ' ; -- 😀\u200b "

    assert read("report", {**REPORT, "description": text}).description == text


@pytest.mark.parametrize("blank", ["", " ", "\n\t", "　"])
def test_blanks_alone_are_no_reason(blank):
    assert bad_fields("assess_fail", {"reason": blank}) == ["reason"]
    assert bad_fields("sign", {"handler": blank}) == ["handler.person"]


def test_a_message_of_a_hundred_thousand_characters_is_taken_and_one_more_is_not():
    assert len(read("report", {**REPORT, "description": "隐" * 100_000}).description) == 100_000
    assert bad_fields("report", {**REPORT, "description": "隐" * 100_001}) == ["description"]


def test_nobody_acts_without_a_reference():
    with pytest.raises(ValueError, match="person"):
        Actor.model_validate({"unit": "xiayang", "role": "liaison", "person": ""})


def test_a_person_may_be_written_as_a_bare_reference():
    assert read("sign", {"handler": "p-1"}) == Sign(handler=PersonRef.model_validate("p-1"))


# ── days and instants ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-09-30", date(2026, 9, 30)),
        ("2026-09-30T14:00:00+08:00", datetime(2026, 9, 30, 14, tzinfo=SHANGHAI)),
        ("2026-09-30T06:00Z", datetime(2026, 9, 30, 14, tzinfo=SHANGHAI)),
        ("2026-09-30T00:00:00+08:00", datetime(2026, 9, 30, tzinfo=SHANGHAI)),
        ("1970-01-01", date(1970, 1, 1)),
        ("2099-12-31", date(2099, 12, 31)),
        (date(2026, 9, 30), date(2026, 9, 30)),
    ],
)
def test_a_day_is_a_day_and_an_instant_has_its_offset(written, meant):
    until = read("request_extension", {"reason": "x", "until": written}).until

    assert (type(until) is date, until) == (type(meant) is date, meant)


@pytest.mark.parametrize(
    "written",
    [
        20260930,  # would be read as a second of August 1970
        "20260930",
        1_790_000_000.0,
        True,
        "2026-09-30T14:00",
        "2026-09-30T00:00",  # without offset, and a midnight: was it the day or the instant?
        datetime(2026, 9, 30),  # noqa: DTZ001
        "2026-02-30",
        "2026-09-30T25:00Z",
        "0001-01-01",
        "9999-12-31",
        "tomorrow",
        "",
        [],
    ],
)
def test_a_date_that_could_mean_another_is_refused(written):
    assert bad_fields("request_extension", {"reason": "x", "until": written}) == ["until"]
    assert bad_fields("report", {**REPORT, "occurred_at": written}) == ["occurred_at"]


def test_the_finder_s_own_time_needs_its_hour():
    assert bad_fields("report", {**REPORT, "occurred_at": "2026-09-30"}) == ["occurred_at"]


@pytest.mark.parametrize("year", [1970, 2025])
def test_a_finding_may_be_old(year):
    written = datetime(year, 6, 1, tzinfo=UTC)

    assert read("report", {**REPORT, "occurred_at": written.isoformat()}).occurred_at == written


# ── the plan's short forms ───────────────────────────────────────────────────────────────────────────


@pytest.mark.requirement("PLN-01")
def test_goals_and_nodes_are_numbered_in_their_order():
    form = parse(
        "submit_plan", plan("2026-03-05", "2026-03-09", goals=["甲", {"text": "乙", "check": "现场看"}])
    )

    assert isinstance(form, SubmitPlan)
    assert [node.id for node in form.milestones] == ["N1", "N2"]
    assert [(goal.id, goal.text) for goal in form.goals] == [("G1", "甲"), ("G2", "乙")]


@pytest.mark.parametrize(
    "change",
    [
        {"goals": [{"id": "G1", "text": "甲"}, {"id": "G1", "text": "乙"}]},
        {"milestones": [{"id": "N", "what": "甲", "due": "2026-03-05"}] * 2},
    ],
    ids=["goals", "milestones"],
)
def test_ids_in_a_plan_are_distinct(change):
    assert bad_fields("submit_plan", plan("2026-03-05", **change)) == [""]


@pytest.mark.requirement("PLN-01")
@pytest.mark.parametrize(
    "field",
    ["responsible_unit", "responsible_leader", "responsible_staff", "measures", "milestones", "goals"],
)
def test_a_plan_needs_who_answers_what_is_done_by_when_and_to_what_end(field):
    form = plan("2026-03-05")
    del form[field]

    assert field in bad_fields("submit_plan", form)


# ── written down and read again ──────────────────────────────────────────────────────────────────────

texts = st.text(
    st.characters(min_codepoint=32, exclude_characters=UNPRINTABLE, exclude_categories=["Cs"]), min_size=1
).filter(str.strip)
moments = st.datetimes(datetime(1970, 1, 1), datetime(2099, 12, 31)).map(lambda t: t.replace(tzinfo=SHANGHAI))  # noqa: DTZ001


@given(st.builds(Report, channel=st.sampled_from(["hotline", "media"]), place=texts, description=texts,
                 occurred_at=st.none() | moments, grade=st.just(LEC),
                 longitude=st.none() | st.floats(-180, 180)))  # fmt: skip
def test_a_report_reads_back_as_it_was_written(form):
    assert Report.model_validate_json(canonical(form)) == form


@given(
    st.builds(RequestExtension, reason=texts, until=st.dates(date(1970, 1, 1), date(2099, 12, 31)) | moments)
)
def test_a_day_reads_back_as_a_day_and_an_instant_as_an_instant(form):
    again = RequestExtension.model_validate_json(canonical(form))

    assert (again, type(again.until)) == (form, type(form.until))
