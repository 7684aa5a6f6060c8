"""The programme on the pure core: what time brings, what people file, and that only filing settles a window."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.cadence import Files, Filing
from domain.calendar import Calendar, Span
from domain.filing import decide, repeated
from domain.library import Rules, digest_of
from domain.organisation import Actor, Role
from domain.programme import (
    Decide,
    File,
    Happening,
    Kind,
    Note,
    Order,
    Programme,
    WindowProgress,
    evolve,
    replayed,
)
from domain.refusal import Refusal
from domain.timetable import coming, next_wakeup
from domain.values import SHANGHAI, PersonId, UnitId
from profiles.loader import shipped_calendar, shipped_profiles

BOOKS = shipped_profiles()
CALENDAR = shipped_calendar()


def rules_of(profile: str, calendar: Calendar = CALENDAR) -> Rules:
    return Rules(book=BOOKS[profile], calendar=calendar, calendar_digest=digest_of(calendar))


TOWN, JINGAN = rules_of("pingdu-town"), rules_of("jingan")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


class Story:
    """A programme as time passes and people act; every entry is kept."""

    def __init__(self, rules: Rules, start: str) -> None:
        self.rules = rules
        self.state = Programme(profile=rules.book.profile)
        self.record: list[Happening] = []
        self.now = at(start)
        self._catch_up()

    def until(self, moment: datetime | str) -> Story:
        """Let time pass, waking whenever the programme asks to be woken."""
        goal = at(moment) if isinstance(moment, str) else moment
        while (wake := next_wakeup(self.rules, self.state, self.now)) and wake <= goal:
            self.now = wake
            self._catch_up()
        self.now = goal
        return self

    def away_until(self, moment: str) -> Story:
        """Nobody wakes it before."""
        self.now = at(moment)
        self._catch_up()
        return self

    def _catch_up(self) -> None:
        while happening := coming(self.rules, self.state, self.now):
            self._add(happening)

    def _add(self, happening: Happening) -> None:
        self.record.append(happening)
        self.state = evolve(self.state, happening)

    def give(self, command: object, unit: str, role: Role = Role.LIAISON, key: str = "") -> Happening:
        actor = Actor(unit=UnitId(unit), role=role, person=PersonId("p-1"))
        key = key or f"k-{len(self.record)}"
        happening = decide(self.rules, self.state, Order(command=command, actor=actor, key=key), self.now)
        self._add(happening)
        return happening

    def file(self, unit: str, duty: str, label: str, role: Role = Role.LIAISON, **form: object) -> Happening:
        return self.give(File(duty=duty, label=label, filing=Filing.model_validate(form)), unit, role)

    def inspected(self, unit: str, duty: str, label: str, **form: object) -> Happening:
        asked = {
            "inspected_on": self.now.date(),
            "covered": self.rules.book.cadence.scope,
            "found": 0,
            "participants": ("派出所", "司法所"),
        }
        return self.file(unit, duty, label, **(asked | form))

    def progress(self, duty: str, label: str, unit: str) -> WindowProgress:
        one = self.state.standing(duty, label)
        assert one is not None
        return one.progress(one.part(unit), self.now)

    def of(self, kind: Kind, duty: str = "", label: str = "") -> list[Happening]:
        return [
            one
            for one in self.record
            if one.kind is kind and (not duty or (one.duty, one.label) == (duty, label))
        ]


ZONES = ("guanqu-1", "guanqu-2", "guanqu-3", "guanqu-4")


@pytest.mark.requirement("CAD-01", "SC-7")
def test_the_half_month_opens_on_its_first_day_and_is_due_at_24_00_of_the_fifteenth():
    story = Story(TOWN, "2026-05-20").until("2026-06-01")
    one = story.state.standing("concentrated", "2026-06上")

    assert (one.window.opens, one.window.due) == (at("2026-06-01"), at("2026-06-16"))
    assert tuple(part.unit for part in one.parts) == ZONES
    assert story.record[-1].at == at("2026-06-01")


@pytest.mark.requirement("CAD-03", "SC-7")
def test_the_summary_of_june_and_its_circular_have_the_dates_of_the_scenario():
    story = Story(TOWN, "2026-06-01").until("2026-07-01")

    assert story.state.standing("summary", "2026-06").window.due == at("2026-07-01")
    assert story.state.standing("circular", "2026-06").window.due == at("2026-07-08")
    story.file("zongzhiban", "summary", "2026-06", Role.OFFICE, document="平综治〔2026〕6号")
    story.until("2026-07-07")
    story.file("zongzhiban", "circular", "2026-06", Role.OFFICE, document="平综治〔2026〕7号")

    assert story.progress("circular", "2026-06", "zongzhiban") is WindowProgress.DONE
    assert story.state.standing("summary", "2026-06") is None  # done, if late, and past its day: over


@pytest.mark.requirement("CAD-01", "CAD-02", "CAD-08")
def test_who_owes_is_reminded_before_the_end_and_told_after_it():
    story = Story(TOWN, "2026-06-01").until("2026-06-10")
    story.inspected("guanqu-1", "concentrated", "2026-06上")
    story.until("2026-06-16")
    (reminder,), (miss,) = (
        story.of(kind, "concentrated", "2026-06上") for kind in (Kind.REMINDED, Kind.MISSED)
    )

    assert reminder.at == at("2026-06-12") + timedelta(hours=9)  # Friday, a working day before Monday 06-15
    assert (miss.at, miss.units) == (at("2026-06-16"), ZONES[1:])
    assert reminder.units == ZONES[1:]
    told = [(notice.unit, notice.role, notice.kind, notice.document) for notice in miss.notices]
    assert told[:2] == [
        ("guanqu-2", "liaison", "to", "应排未排通知"),
        ("guanqu-2", "principal", "cc", "应排未排通知"),
    ]
    assert told[-1] == ("zongzhiban", "office", "cc", "应排未排通知")


@pytest.mark.requirement("REG-11")
def test_what_was_left_uninspected_shows_although_the_unit_has_filed():
    story = Story(TOWN, "2026-06-01")
    scope = TOWN.book.cadence.scope
    story.inspected("guanqu-1", "concentrated", "2026-06上", covered=scope[:-2])
    assert story.progress("concentrated", "2026-06上", "guanqu-1") is WindowProgress.PARTLY

    story.until("2026-06-16")

    (miss,) = story.of(Kind.MISSED, "concentrated", "2026-06上")
    assert miss.left == {"guanqu-1": scope[-2:]}
    assert story.progress("concentrated", "2026-06上", "guanqu-1") is WindowProgress.NOT_INSPECTED
    story.inspected("guanqu-1", "concentrated", "2026-06上", covered=scope[-2:])
    assert story.progress("concentrated", "2026-06上", "guanqu-1") is WindowProgress.DONE_LATE


@pytest.mark.requirement("REM-03", "CAD-01")
def test_no_time_settles_a_window():
    story = Story(TOWN, "2026-06-01").until("2027-09-01")
    one = story.state.standing("concentrated", "2026-06上")

    assert [part.unit for part in one.owing] == list(ZONES)
    assert len(story.of(Kind.MISSED, "concentrated", "2026-06上")) == 1
    story.inspected("guanqu-1", "concentrated", "2026-06上")
    assert story.progress("concentrated", "2026-06上", "guanqu-1") is WindowProgress.DONE_LATE


@pytest.mark.requirement("CAD-08")
def test_nothing_found_is_an_answer_and_an_inspection_may_be_filed_in_parts():
    story = Story(TOWN, "2026-06-01")
    scope = TOWN.book.cadence.scope

    story.inspected("guanqu-1", "concentrated", "2026-06上", covered=scope[:9])
    story.inspected(
        "guanqu-1", "concentrated", "2026-06上", covered=scope[9:], found=2, hazards=("PD-2026-000001",)
    )

    part = story.state.standing("concentrated", "2026-06上").part("guanqu-1")
    assert (part.found, part.hazards, part.filings) == (2, ("PD-2026-000001",), (2, 3))
    assert story.progress("concentrated", "2026-06上", "guanqu-1") is WindowProgress.DONE


@pytest.mark.requirement("CAD-02")
def test_a_plan_of_key_inspections_is_filed_once_a_month():
    story = Story(TOWN, "2026-06-01")
    story.file("paichusuo", "key", "2026-06", industries=("餐饮",), groups="流动人口")

    assert story.progress("key", "2026-06", "paichusuo") is WindowProgress.DONE
    assert refused(story, 409, "F18.already-filed", "paichusuo", "key", "2026-06", industries=("宾馆",))


def refused(
    story: Story, status: int, code: str, unit: str, duty: str, label: str, role=Role.LIAISON, **form
):
    seq = story.state.seq
    with pytest.raises(Refusal) as error:
        story.file(unit, duty, label, role, **form)
    assert (error.value.refused.status, error.value.refused.code) == (status, code)
    assert story.state.seq == seq
    return error.value.refused


DAY = date(2026, 6, 1)


@pytest.mark.requirement("CAD-01", "CAD-02", "CAD-08", "REG-11")
@pytest.mark.parametrize(
    ("status", "code", "unit", "duty", "role", "form"),
    [
        (403, "F18.not-yours", "guanqu-1", "concentrated", Role.DISCOVERER, {}),
        (403, "no-such-seat", "nirgends", "concentrated", Role.LIAISON, {}),
        (404, "F18.no-such-window", "guanqu-1", "unknown", Role.LIAISON, {}),
        (404, "F18.not-owed", "paichusuo", "concentrated", Role.LIAISON, {}),
        (422, "F18.incomplete", "guanqu-1", "concentrated", Role.LIAISON, {"found": 0}),
        (422, "F18.incomplete", "guanqu-1", "key", Role.LIAISON, {"text": "本月计划"}),
        (422, "F18.incomplete", "zongzhiban", "summary", Role.OFFICE, {"text": "六月汇总"}),
    ],
)  # fmt: skip
def test_what_is_not_right_is_refused_and_changes_nothing(status, code, unit, duty, role, form):
    label = "2026-06上" if duty == "concentrated" else "2026-06"

    assert refused(Story(TOWN, "2026-06-01"), status, code, unit, duty, label, role, **form)


@pytest.mark.requirement("CAD-01", "REG-11")
@pytest.mark.parametrize(
    ("field", "form"),
    [
        ("participants", {"participants": ()}),  # together with other departments (CAD-01)
        ("covered", {"covered": ("太空安全",)}),
        ("inspected_on", {"inspected_on": date(2026, 6, 2)}),  # tomorrow
        ("inspected_on", {"inspected_on": date(2026, 5, 31)}),  # the window before
        ("found", {"found": 0, "hazards": ("PD-2026-000001",)}),
    ],
)
def test_a_record_of_an_inspection_says_what_is_wrong_with_it(field, form):
    story = Story(TOWN, "2026-06-01")
    whole = {"inspected_on": DAY, "covered": TOWN.book.cadence.scope, "found": 0, "participants": ("派出所",)}

    found = refused(story, 422, "F18.incomplete", "guanqu-1", "concentrated", "2026-06上", **(whole | form))

    assert [error.field for error in found.errors] == [f"filing.{field}"]


PLAN = ("listing-plan", "2026")


@pytest.mark.requirement("SUP-12", "CLS-15")
def test_the_yearly_plan_is_done_when_the_government_has_approved_it():
    story = Story(JINGAN, "2026-03-02")
    office = JINGAN.book.organisation.office
    filed = story.file(office, *PLAN, Role.OFFICE, document="静专办〔2026〕3号", hazards=("JA-2026-000007",))
    assert [(notice.unit, notice.role, notice.document) for notice in filed.notices] == [
        ("qzf", "listing_authority", "计划报审")
    ]
    assert story.progress(*PLAN, office) is WindowProgress.TO_APPROVE

    story.give(decision(office, approve=False, reason="缺燃气场站"), "qzf", Role.LISTING_AUTHORITY)
    assert story.progress(*PLAN, office) is WindowProgress.RETURNED
    again = ("JA-2026-000007", "JA-2026-000009")
    story.file(office, *PLAN, Role.OFFICE, document="静专办〔2026〕4号", hazards=again)
    story.give(decision(office, approve=True, document="静府〔2026〕12号"), "qzf", Role.LISTING_AUTHORITY)

    assert story.progress(*PLAN, office) is WindowProgress.DONE
    assert story.state.standing(*PLAN).part(office).hazards == again


def decision(unit: str, **more: object) -> Decide:
    return Decide(duty=PLAN[0], label=PLAN[1], unit=UnitId(unit), **more)


@pytest.mark.requirement("SUP-12")
def test_who_filed_the_plan_does_not_approve_it_and_nothing_is_approved_twice():
    story = Story(JINGAN, "2026-03-02")
    office = JINGAN.book.organisation.office
    approve = decision(office, approve=True, document="静府〔2026〕12号")
    refusals = []

    def attempt(command: Decide, unit: str, role: Role) -> None:
        with pytest.raises(Refusal) as error:
            story.give(command, unit, role)
        refusals.append((error.value.refused.status, error.value.refused.code))

    attempt(approve, "qzf", Role.LISTING_AUTHORITY)
    story.file(office, *PLAN, Role.OFFICE, document="静专办〔2026〕3号", text="本年度无重大事故隐患")
    attempt(approve, office, Role.OFFICE)
    attempt(decision(office, approve=True), "qzf", Role.LISTING_AUTHORITY)
    story.give(approve, "qzf", Role.LISTING_AUTHORITY)
    attempt(approve, "qzf", Role.LISTING_AUTHORITY)

    assert refusals == [
        (409, "F18.nothing-to-approve"),
        (403, "F18.not-your-approval"),
        (422, "F18.decision-incomplete"),
        (409, "F18.nothing-to-approve"),
    ]


@pytest.mark.requirement("ACT-08")
def test_the_office_keeps_registers_of_what_belongs_to_no_hazard():
    story = Story(TOWN, "2026-06-01")
    note = Note(book="meeting", on=DAY, subject="领导小组第三次会议", units=("paichusuo",))

    assert story.give(note, "zongzhiban", Role.OFFICE).note == note
    with pytest.raises(Refusal, match=r"office-register\.not-yours"):
        story.give(note, "paichusuo")
    with pytest.raises(Refusal, match=r"office-register\.no-such-unit"):
        story.give(note.model_copy(update={"units": ("nirgends",)}), "zongzhiban", Role.OFFICE)


@pytest.mark.requirement("INT-01")
def test_a_key_counts_once_and_for_one_seat():
    story = Story(TOWN, "2026-06-01")
    command = File(duty="key", label="2026-06", filing=Filing(industries=("餐饮",)))
    done = story.give(command, "paichusuo", key="k")
    again = Order(command=command, actor=done.actor, key="k")

    assert repeated(story.state, again) == done.seq
    other = again.model_copy(update={"actor": done.actor.model_copy(update={"unit": UnitId("guanqu-1")})})
    with pytest.raises(Refusal, match="key-reused"):
        repeated(story.state, other)


@pytest.mark.requirement("CAD-01")
def test_a_programme_that_was_away_opens_what_began_meanwhile_and_says_what_is_late_at_once():
    story = Story(TOWN, "2026-06-01").away_until("2026-07-20T12:00")

    assert {"2026-06上", "2026-06下", "2026-07上", "2026-07下"} == {
        one.window.label for one in story.state.standings if one.window.duty == "concentrated"
    }
    assert len(story.of(Kind.MISSED, "concentrated", "2026-06下")) == 1
    assert not story.of(Kind.REMINDED, "concentrated", "2026-06下")  # it would come too late


@pytest.mark.requirement("N94")
def test_a_circular_is_dated_again_when_the_year_s_calendar_comes_out():
    story = Story(TOWN, "2026-12-20").until("2027-01-01")
    assert story.state.standing("circular", "2026-12").window.provisional
    year = Span(first=date(2027, 1, 1), last=date(2027, 12, 31))
    later = CALENDAR.joined(Calendar(version="2027", spans=(year,), days_off=(date(2027, 1, 1),)))
    story.rules = rules_of("pingdu-town", later)

    story.away_until("2027-01-03")

    one = story.state.standing("circular", "2026-12").window
    assert (one.provisional, one.due) == (False, at("2027-01-09"))  # 01-04 … 01-08
    assert story.of(Kind.RECOUNTED, "circular", "2026-12")[0].window == one


@pytest.mark.requirement("CAD-01", "CAD-02", "CAD-03", "REM-03")
@settings(max_examples=40, deadline=None)
@given(
    start=st.dates(date(2026, 1, 1), date(2026, 6, 30)),
    steps=st.lists(
        st.tuples(st.integers(0, 40), st.sampled_from(ZONES), st.booleans()), min_size=1, max_size=8
    ),
    profile=st.sampled_from(["pingdu-town", "jingan"]),
)
def test_each_window_is_opened_once_and_told_once_however_time_passes(start, steps, profile):
    """Days pass in leaps, now and then somebody files; nobody is reminded or told twice, nothing is lost."""
    story = Story(rules_of(profile), str(start))
    for days, unit, files in steps:
        story.now += timedelta(days=days)
        story._catch_up()
        open_now = [
            one
            for one in story.state.standings
            if one.opening.files is Files.RECORD and one.part(unit) and one.window.opens <= story.now
        ]
        if files and open_now:
            story.inspected(unit, *open_now[-1].key)

    opened = [(one.window.duty, one.window.label) for entry in story.record for one in entry.opened]
    assert len(opened) == len(set(opened))
    told = [(entry.kind, entry.duty, entry.label, unit) for entry in story.record for unit in entry.units
            if entry.kind in (Kind.REMINDED, Kind.MISSED)]  # fmt: skip
    assert len(told) == len(set(told))
    assert replayed(profile, story.record) == story.state
    assert [one.seq for one in story.record] == list(range(1, len(story.record) + 1))
    for one in story.state.standings:
        for part in one.owing:
            assert story.now < one.window.due or part.missed_at is not None
    whole = Story(rules_of(profile), str(start)).until(story.now)
    assert {(one.window.duty, one.window.label) for entry in whole.record for one in entry.opened} == set(
        opened
    )
