"""A district small enough to count on one's fingers: every figure of F21 for two months, by unit and in all.

The lines of ``DISTRICT`` say in words what happened; the tables below were filled in from those words and the
口径, not from a run.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from domain.figures import Figure, Figures, Period, month
from domain.ladder import next_wakeup
from domain.organisation import Role
from domain.values import SHANGHAI
from storage import figures, ledger
from storage.database import Database
from tests.storage.stories import (
    ASSESSOR,
    DESK,
    FINDER,
    HANDLER,
    LIAISON,
    OFFICE,
    OFFICE_SEES,
    OTHER_STREET,
    STREET,
    Story,
    actor,
    unit,
)

BUREAU = "区交通委"
SEPTEMBER, OCTOBER = month(2026, 9), month(2026, 10)
NOVEMBER_3RD = datetime(2026, 11, 3, 9, tzinfo=SHANGHAI)
DONE = {"evidence": [{"kind": "after", "ref": "photo-2"}]}
MET = {"results": [{"goal": "G1", "met": True}]}
AFTER_THE_HOLIDAY = datetime(2026, 10, 9, 9, tzinfo=SHANGHAI)


def until_overdue(story: Story) -> Story:
    """Nobody does anything until 整治 has run out, on 23 September at 24:00."""
    while not any(event.type == "overdue" and event.clock == "remediate" for event in story.events):
        story.wait()
    return story


def at_the_bureau(story: Story) -> Story:
    """Signed, planned, reported done and assessed by the bureau, up to the office's decision."""
    liaison, handler, assessor = (actor(role, BUREAU) for role in (Role.LIAISON, Role.HANDLER, Role.ASSESSOR))
    story.do("sign", liaison, handler=handler.person)
    story.do(
        "submit_plan",
        handler,
        responsible_unit=BUREAU,
        responsible_leader="leader-1",
        responsible_staff=[handler.person],
        measures="迁移管线",
        milestones=[{"what": "迁移", "due": (story.now + timedelta(days=5)).date()}],
        goals=["迁移完成"],
    )
    return story.do("report_completion", handler, **DONE).do("assess_pass", assessor, **MET)


def on_the_spot(story: Story) -> Story:
    story.report(evidence=[{"kind": "before", "ref": "photo-1"}])
    assessor = {"person": "deputy-director", "post": "街道城运中心副主任"}
    return story.do("clear_on_spot", FINDER, assessor=assessor, **DONE)


def in_time(story: Story) -> Story:
    return story.report().cleared()


def refused_once(story: Story) -> Story:
    story.report().assigned().planned().do("report_completion", HANDLER, **DONE)
    story.do("assess_fail", ASSESSOR, reason="隔断未拆净")
    return story.do("report_completion", HANDLER, **DONE).do("assess_pass", ASSESSOR, **MET)


def still_late(story: Story) -> Story:
    return until_overdue(story.report().assigned())


def late_and_cleared_in_october(story: Story) -> Story:
    until_overdue(story.report().assigned())
    story.now = AFTER_THE_HOLIDAY
    return story.planned().do("report_completion", HANDLER, **DONE).do("assess_pass", ASSESSOR, **MET)


def late_and_put_under_control(story: Story) -> Story:
    until_overdue(story.report().assigned()).planned()
    return story.do(
        "enter_key_control",
        actor(Role.PRINCIPAL, STREET),
        reason="待市级立项",
        people="专人值守",
        physical="设置围挡",
        technical={"not_applicable": "现场无供电"},
        psychological="入户告知",
        responsible=HANDLER.person,
    )


def sent_back(story: Story) -> Story:
    story.report(by=DESK, channel="hotline").do("verify_confirm", DESK).assigned()
    return story.do("return", LIAISON, reason="不属本街道管辖", proposed_unit=OTHER_STREET)


def unfounded(story: Story) -> Story:
    story.report(by=DESK, channel="hotline")
    evidence = [{"kind": "other", "ref": "photo-9"}]
    return story.do("verify_dismiss", DESK, reason="现场无此情况", evidence=evidence)


def passed_up(story: Story) -> Story:
    story.do("request_upgrade", LIAISON, reason="街道无力解决", measures_tried="两次约谈")
    route = {"target": BUREAU, "participants": ["区城运中心"], "risk_assessment": "风险较大"}
    return story.do("triage_route", OFFICE, **route)


def upgraded_and_refused_once(story: Story) -> Story:
    at_the_bureau(passed_up(story.report())).do("recognise_fail", OFFICE, reason="未迁净")
    handler, assessor = actor(Role.HANDLER, BUREAU), actor(Role.ASSESSOR, BUREAU)
    story.do("report_completion", handler, **DONE).do("assess_pass", assessor, **MET)
    return story.do("recognise_pass", OFFICE, **MET)


def relapsed_in_october(story: Story) -> Story:
    return story.report().cleared().wait().do("lookback_relapse", OFFICE, findings="隔断恢复")


def held_in_october(story: Story) -> Story:
    return story.report().closed()


def dispute_settled(story: Story) -> Story:
    return story.report(code=None, category=3, sub_item=1, description="邻里纠纷").cleared()


def dispute_passed_up(story: Story) -> Story:
    """Settled by the street, relapsed in October, and only then passed up: September's figure stays."""
    dispute_settled(story).wait().do("lookback_relapse", OFFICE, findings="再起纠纷")
    return passed_up(story)


def and_nobody_acts(story: Story) -> Story:
    while (wake := next_wakeup(story.hazard)) and wake <= NOVEMBER_3RD:
        story.wait()
    return story


DISTRICT: tuple[Callable[[Story], Story], ...] = (
    on_the_spot,
    in_time,
    refused_once,
    still_late,
    late_and_cleared_in_october,
    late_and_put_under_control,
    sent_back,
    unfounded,
    upgraded_and_refused_once,
    relapsed_in_october,
    held_in_october,
    dispute_settled,
    dispute_passed_up,
)


@pytest.fixture
def district(db: Database) -> Database:
    for serial, tell in enumerate(DISTRICT, start=1):
        story = and_nobody_acts(tell(Story(f"QP-2026-{serial:06}")))
        db.write_now(ledger.append, story.hazard, story.events)
    return db


def counted(db: Database, period: Period, now: datetime = NOVEMBER_3RD) -> figures.Counted:
    return db.read_now(figures.counted, OFFICE_SEES, period, now=now, tier={unit(STREET)})


def printed(of: Figures) -> dict[str, str]:
    """Each figure as its counts, so that a rate shows what it is made of."""
    said = {figure: of.of(figure) for figure in Figure}
    return {
        figure.value: str(value) if isinstance(value, int) else f"{value.part}/{value.whole}"
        for figure, value in said.items()
    }


IN_SEPTEMBER = {
    # of the street: 11 found, none of them by the hotline; on the spot 1; cleared 7, all in time, and 2 late beside them
    STREET: {
        "found": "11",
        "cleared": "7",
        "on_spot": "1/11",
        "on_time": "7/9",
        "overdue": "3",
        "late": "2",  # key control relieves the third
        "open": "3",
        "first_time": "5/6",  # not the one fixed on the spot
        "relapse": "0/0",
        "return": "1/10",
        "found_first": "11/11",
        "within_tier": "2/2",  # also the one that was passed up in October
    },
    # the hotline's report that was founded; sent back, it lies with the desk
    "区城运中心": {"found": "1", "on_spot": "0/1", "found_first": "0/1", "open": "1"},
    # recognised at the second attempt, within the time for rework
    BUREAU: {"cleared": "1", "on_time": "1/1", "first_time": "0/1", "return": "0/1"},
}
IN_SEPTEMBER_ALL = {
    "found": "12",
    "cleared": "8",
    "on_spot": "1/12",
    "on_time": "8/10",
    "overdue": "3",
    "late": "2",
    "open": "4",
    "first_time": "5/7",
    "relapse": "0/0",
    "return": "1/11",
    "found_first": "11/12",
    "within_tier": "2/2",
}
IN_OCTOBER = {
    # cleared 1, too late; late at the end: the one of September and the relapse that nobody took up
    STREET: {
        "cleared": "1",
        "on_time": "0/3",
        "overdue": "1",
        "late": "2",
        "open": "3",
        "first_time": "1/1",
        "relapse": "2/3",
    },
    "区城运中心": {"open": "1"},
    BUREAU: {"open": "1", "return": "0/1"},
}
IN_OCTOBER_ALL = {
    "cleared": "1",
    "on_time": "0/3",
    "overdue": "1",
    "late": "2",
    "open": "5",
    "first_time": "1/1",
    "relapse": "2/3",
    "return": "0/1",
}


@pytest.mark.requirement("CAD-03", "RPT-01", "VER-05", "MOD-22")
@pytest.mark.parametrize(
    ("period", "units", "total"),
    [(SEPTEMBER, IN_SEPTEMBER, IN_SEPTEMBER_ALL), (OCTOBER, IN_OCTOBER, IN_OCTOBER_ALL)],
    ids=["September", "October"],
)
def test_every_figure_of_a_month_is_what_one_counts_by_hand(
    district: Database, period: Period, units: dict[str, dict[str, str]], total: dict[str, str]
) -> None:
    nothing = printed(Figures())
    found = counted(district, period)

    assert printed(found.total) == nothing | total
    by_unit = {one: printed(of) for one, of in found.units.items() if printed(of) != nothing}
    assert by_unit == {unit(name): nothing | of for name, of in units.items()}


def test_a_month_that_is_over_stays_as_it_was_counted(district: Database) -> None:
    """Its bulletin has gone out: whatever happens later must not change what it said of the month."""
    later = datetime(2027, 1, 4, 9, tzinfo=SHANGHAI)
    for period in (SEPTEMBER, OCTOBER):
        assert printed(counted(district, period, later).total) == printed(counted(district, period).total)
