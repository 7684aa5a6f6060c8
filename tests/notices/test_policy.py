"""The table of notices, quiet hours, and what arms a rung: pure functions over data."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.delivery import DeliveryPolicy, Medium, NoticeRow, armed
from domain.events import Notice
from domain.organisation import Role
from domain.values import SHANGHAI, ClockKey, Rung, UnitId, Urgency, local
from profiles.loader import shipped_profiles
from profiles.mistakes import ProfileError
from profiles.notices import delivery_policy
from tests.storage.stories import CALENDAR, Story

SHIPPED = delivery_policy("qingpu")
EVERY_DAY = NoticeRow(id="x", media=(Medium.MAIL,), source="P")


def notice(rung: Rung | None = None, kind: str = "to", role: str = "liaison", document: str = "x") -> Notice:
    return Notice(unit=UnitId("u"), role=role, kind=kind, document=document, rung=rung, clock=ClockKey.SIGN)


@pytest.mark.parametrize("profile", shipped_profiles())
@pytest.mark.parametrize("kind", ["to", "cc"])
@pytest.mark.parametrize("rung", [None, *Rung])
def test_every_kind_of_notice_has_a_row_in_every_district(profile, kind, rung):
    assert delivery_policy(profile).row(notice(rung, kind)) is not None


def test_a_notice_goes_by_the_first_row_that_fits():
    rows = (
        NoticeRow(id="boss", roles=("principal",), rungs=(Rung.L2,), media=(Medium.MAIL,), source="P"),
        NoticeRow(id="cc", kind="cc", media=(), source="P"),
        NoticeRow(id="rest", media=(Medium.ROBOT,), source="P"),
    )
    policy = DeliveryPolicy(version="1", opens=time(9), closes=time(17), rows=rows)

    assert policy.row(notice(Rung.L2, role="principal")).id == "boss"
    assert policy.row(notice(Rung.L2, kind="cc")).id == "cc"
    assert policy.row(notice(Rung.L1)).id == "rest"
    assert DeliveryPolicy(version="1", opens=time(9), closes=time(17), rows=()).row(notice()) is None


@pytest.mark.parametrize(
    ("at", "goes"),
    [
        ("2026-09-17T07:10", "2026-09-17T08:30"),  # Thursday, early
        ("2026-09-17T12:00", "2026-09-17T12:00"),
        ("2026-09-17T17:59", "2026-09-17T17:59"),
        ("2026-09-17T18:00", "2026-09-18T08:30"),
        ("2026-09-18T20:00", "2026-09-20T08:30"),  # Sunday the 20th is worked in place of the 25th
        ("2026-09-30T18:30", "2026-10-08T08:30"),  # the national holiday
        ("2027-01-02T10:00", "2027-01-04T08:30"),  # a year nobody has published: Monday to Friday
    ],
)
@pytest.mark.requirement("N90", "N94")
def test_quiet_hours_follow_the_working_days_of_the_core(at, goes):
    moment = datetime.fromisoformat(at).replace(tzinfo=SHANGHAI)
    expected = datetime.fromisoformat(goes).replace(tzinfo=SHANGHAI)
    assert SHIPPED.goes_out(EVERY_DAY, CALENDAR, Urgency.NORMAL, moment) == expected


@given(st.integers(0, 3 * 365 * 24 * 60), st.integers(0, 120))
def test_whatever_goes_out_in_working_time_goes_out_in_working_time_and_never_early(minutes, gather):
    at = datetime(2025, 1, 1, tzinfo=SHANGHAI) + timedelta(minutes=minutes)
    row = EVERY_DAY.model_copy(update={"gather": gather})

    out = SHIPPED.goes_out(row, CALENDAR, Urgency.NORMAL, at)

    assert out >= at + timedelta(minutes=gather)
    assert CALENDAR.works(out.date()) and SHIPPED.opens <= local(out).time() < SHIPPED.closes
    assert SHIPPED.working_time(CALENDAR, out) == out


@pytest.mark.parametrize("urgency", [Urgency.URGENT, Urgency.FLASH])
def test_urgent_hazards_wait_for_nobody(urgency):
    night = datetime(2026, 9, 19, 3, 0, tzinfo=SHANGHAI)
    row = EVERY_DAY.model_copy(update={"gather": 30})
    assert SHIPPED.goes_out(row, CALENDAR, urgency, night) == night


def test_rungs_from_supervision_up_go_out_at_any_hour():
    night = datetime(2026, 9, 19, 3, 0, tzinfo=SHANGHAI)
    for rung in (Rung.L2, Rung.L3, Rung.L4, Rung.L5):
        row = SHIPPED.row(notice(rung))
        assert SHIPPED.goes_out(row, CALENDAR, Urgency.NORMAL, night) - night <= timedelta(minutes=10)


# -- what is told once -------------------------------------------------------------------------------


def test_two_seats_are_told_one_thing_and_two_rungs_two():
    story = Story().report().assigned().planned()
    while not story.events[-1].alarm or story.events[-1].alarm.what != Rung.L1:
        story.wait()
    by_event = [{armed(event, one) for one in event.notices} for event in story.events if event.alarm]
    told = [keys for keys in by_event if keys]
    assert all(len(keys) == 1 for keys in told)
    assert len(set.union(*told)) == len(told)


def test_documents_are_told_once_for_each_event():
    story = Story().report().assigned()
    event = story.events[-1]
    [first] = event.notices
    other = first.model_copy(update={"role": Role.PRINCIPAL.value, "kind": "cc"})
    assert armed(event, first) == armed(event, other) == f"{event.hazard}:{event.seq}:转递（交办）单"


# -- the file ----------------------------------------------------------------------------------------


def test_a_district_puts_its_rows_before_the_shared_ones(tmp_path):
    _files(tmp_path, 'opens: "07:00"\nrows: [{id: OURS, rungs: [L0], media: [mail], source: 区里}]')

    policy = delivery_policy("here", tmp_path)

    assert policy.opens == time(7) and policy.row(notice(Rung.L0)).id == "OURS"
    assert policy.row(notice(Rung.L1)).id == "NT-L1"


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("colour: red", "没有“colour”这一项"),
        ('opens: "19:00"', "opens must be earlier"),
        ("rows: [{id: NT-L1, media: [mail], source: x}]", "two rows are called NT-L1"),
        ("rows: [{id: A, media: [pigeon], source: x}]", "rows[A].media"),
        ("rows: {id: A}", "应是若干行"),
        ("rows: [{id: A, media: [mail], source: x, gather: -1}]", "rows[A].gather"),
    ],
)
def test_a_mistake_in_a_table_is_one_line_with_its_place(tmp_path, said, message):
    _files(tmp_path, said)
    with pytest.raises(ProfileError) as error:
        delivery_policy("here", tmp_path)
    assert message in str(error.value) and "here/notices.yaml" in str(error.value)
    assert "\n" not in str(error.value)


def _files(folder, said):
    from profiles.loader import HERE

    (folder / "notices.yaml").write_text((HERE / "notices.yaml").read_text("utf-8"), "utf-8")
    (folder / "here").mkdir()
    (folder / "here" / "notices.yaml").write_text(said, "utf-8")
