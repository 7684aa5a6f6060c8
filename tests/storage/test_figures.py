"""The figures of F21: each counts what its 口径 says, from facts that follow from the ledger."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from domain.figures import AGES, Figure, Figures, latest, month, year_of
from domain.organisation import Role
from domain.values import SHANGHAI, Rung, Sla, State
from storage import figures, ledger, stock, supervision
from storage.database import Database
from tests.storage.stories import (
    ASSESSOR,
    CALENDAR,
    DESK,
    FINDER,
    HANDLER,
    LIAISON,
    OFFICE,
    OFFICE_SEES,
    OTHER_STREET,
    PUTUO,
    START,
    STREET,
    Story,
    actor,
    principal,
    unit,
)

SEPTEMBER, OCTOBER = month(2026, 9), month(2026, 10)
NOW = datetime(2026, 11, 24, 9, tzinfo=SHANGHAI)


def record(db: Database, *stories: Story) -> None:
    for story in stories:
        db.write_now(ledger.append, story.hazard, story.events)


def one_by_one(db: Database, story: Story) -> None:
    """As it happens: each event in a transaction of its own."""
    from domain.events import evolve

    state = None
    for event in story.events:
        state = evolve(state, event)
        db.write_now(ledger.append, state, [event])


def counted(
    db: Database, period: Any = SEPTEMBER, now: datetime = NOW, by: Any = OFFICE_SEES
) -> figures.Counted:
    return db.read_now(figures.counted, by, period, now=now, tier={unit(STREET)})


def of(db: Database, street: str = STREET, period: Any = SEPTEMBER) -> Figures:
    return counted(db, period).units[unit(street)]


def on_the_spot(number: str = "QP-2026-000101", at: datetime = START) -> Story:
    return (
        Story(number, at=at)
        .report(evidence=[{"kind": "before", "ref": "photo-1"}])
        .do(
            "clear_on_spot",
            FINDER,
            assessor={"person": "deputy-director", "post": "街道城运中心副主任"},
            evidence=[{"kind": "after", "ref": "photo-2"}],
        )
    )


def late(number: str, at: datetime = START) -> Story:
    """Assigned, and then nobody does anything until the main deadline has passed."""
    story = Story(number, at=at).report().assigned()
    while not any(event.type == "overdue" and event.clock == "remediate" for event in story.events):
        story.wait()
    return story


# -- the months of the scenarios ---------------------------------------------------------------------


@pytest.mark.requirement("REG-04", "CAD-03", "MOD-04")
def test_a_hazard_cleared_on_the_spot_counts_for_its_street_as_sc_1_says(db):
    record(db, on_the_spot())

    street = of(db)

    assert (street.found, street.cleared, street.overdue) == (1, 1, 0)
    assert street.on_spot.percent == "100%"
    assert street.on_time.rate == 1
    assert counted(db).total == street


@pytest.mark.requirement("CAD-03", "VER-05")
def test_a_hazard_found_and_struck_off_in_a_month_counts_once_each_as_sc_7_says(db):
    record(db, Story().report().cleared())

    street = of(db)

    assert (street.found, street.cleared, street.open) == (1, 1, 0)
    assert street.first_time.percent == street.on_time.percent == "100%"
    assert street.text(Figure.CLEARED) == "1"
    assert street.text(Figure.RELAPSE) == "—"


# -- one figure each ---------------------------------------------------------------------------------


@pytest.mark.requirement("VER-05")
def test_what_is_finished_is_counted_when_it_is_finished(db):
    story = Story(at=datetime(2026, 9, 29, 9, tzinfo=SHANGHAI)).report().assigned().planned()
    story.now = datetime(2026, 10, 9, 9, tzinfo=SHANGHAI)
    story.do("report_completion", HANDLER, evidence=[{"kind": "after", "ref": "photo-2"}])
    story.do("assess_pass", ASSESSOR, results=[{"goal": "G1", "met": True}])
    record(db, story)

    assert (of(db).found, of(db).cleared, of(db).open) == (1, 0, 1)
    assert (of(db, period=OCTOBER).found, of(db, period=OCTOBER).cleared) == (0, 1)


@pytest.mark.requirement("REM-02")
def test_open_includes_what_is_late_and_late_lowers_the_rate(db):
    record(db, late("QP-2026-000001"), Story("QP-2026-000002").report().cleared())

    total = counted(db).total

    assert (total.overdue, total.late, total.open) == (1, 1, 1)
    assert (total.on_time.part, total.on_time.whole) == (1, 2)


def test_a_clearance_after_the_deadline_is_not_on_time(db):
    story = late("QP-2026-000001").planned()
    story.do("report_completion", HANDLER, evidence=[{"kind": "after", "ref": "photo-2"}])
    story.do("assess_pass", ASSESSOR, results=[{"goal": "G1", "met": True}])
    one_by_one(db, story)

    total = counted(db).total
    assert (total.cleared, total.overdue, total.late) == (1, 1, 0)
    assert total.on_time.rate == 0
    assert db.read_now(ledger.verify, story.number) == []


@pytest.mark.requirement("VER-01")
def test_a_refused_clearance_is_no_first_time_pass(db):
    story = Story("QP-2026-000001").report().assigned().planned()
    story.do("report_completion", HANDLER, evidence=[{"kind": "after", "ref": "photo-2"}])
    story.do("assess_fail", ASSESSOR, reason="隔断未拆净")
    story.do("report_completion", HANDLER, evidence=[{"kind": "after", "ref": "photo-3"}])
    story.do("assess_pass", ASSESSOR, results=[{"goal": "G1", "met": True}])
    record(db, story, Story("QP-2026-000002").report().cleared())

    assert (of(db).first_time.part, of(db).first_time.whole) == (1, 2)


@pytest.mark.requirement("LBK-03")
def test_a_relapse_counts_against_all_conclusions_on_cleared_hazards(db):
    held = Story("QP-2026-000001").report().closed()
    back = Story("QP-2026-000002").report().cleared().wait()
    back.do("lookback_relapse", OFFICE, findings="隔断恢复")
    record(db, held, back)

    october = of(db, period=OCTOBER)
    assert (october.relapse.part, october.relapse.whole) == (1, 2)
    assert of(db, period=SEPTEMBER).cleared == 2, "the old striking-off stays in the figures"
    assert counted(db, OCTOBER).total.open == 1


@pytest.mark.requirement("MOD-17")
def test_what_is_sent_back_counts_against_what_was_transferred(db):
    record(
        db,
        Story("QP-2026-000001")
        .report()
        .assigned()
        .do("return", LIAISON, reason="不属本街道管辖", proposed_unit=OTHER_STREET),
        Story("QP-2026-000002").report().assigned(),
    )

    assert (of(db).returned.part, of(db).returned.whole) == (1, 2)


@pytest.mark.requirement("N16")
def test_what_patrols_find_is_told_from_what_residents_report(db):
    record(db, Story("QP-2026-000001").report(), Story("QP-2026-000002").report(by=DESK, channel="hotline"))

    assert (counted(db).total.found_first.part, counted(db).total.found_first.whole) == (1, 2)


def test_unfounded_reports_are_no_findings(db):
    story = Story().report(by=DESK, channel="hotline")
    story.do("verify_dismiss", DESK, reason="现场无此情况", evidence=[{"kind": "other", "ref": "photo-9"}])
    record(db, story)

    assert counted(db).total == Figures()


@pytest.mark.requirement("MOD-22")
def test_disputes_settled_by_a_street_stay_in_their_tier(db):
    dispute = Story("QP-2026-000001").report(code=None, category=3, sub_item=1, description="邻里纠纷")
    record(db, dispute.cleared(), Story("QP-2026-000002").report().cleared())

    assert (of(db).within_tier.part, of(db).within_tier.whole) == (1, 1), "the other is no dispute"
    assert counted(db, OCTOBER).total.within_tier.rate is None


# -- of whom and until when --------------------------------------------------------------------------


@pytest.mark.requirement("SEC-01")
def test_nobody_counts_what_he_may_not_see(db):
    record(
        db,
        Story("QP-2026-000001").report(),
        Story("QP-2026-000002").report(by=actor(Role.DISCOVERER, OTHER_STREET), place="盈浦街道某路"),
        Story("PT-2026-000001", PUTUO).report(),
    )

    assert counted(db).total.found == 2
    assert counted(db, by=principal(Role.LIAISON, STREET)).total.found == 1
    standing = db.read_now(
        stock.stock,
        principal(Role.LIAISON, STREET),
        now=NOW,
        next_day=NOW + timedelta(days=1),
        soon=NOW + timedelta(days=3),
    )
    assert standing.open == 1


def test_the_stock_of_a_day_gone_by_is_that_of_the_day(db):
    record(db, Story().report().cleared())

    before = START + timedelta(minutes=1)
    period = SEPTEMBER.model_copy(update={"end": before})

    assert counted(db, period).total.open == 1
    assert counted(db).total.open == 0


def test_the_trend_and_the_months_say_the_same(db):
    record(
        db,
        on_the_spot(),
        late("QP-2026-000001"),
        Story("QP-2026-000002").report().closed(),
        Story("QP-2026-000003", at=START + timedelta(days=30)).report(),
    )

    points = db.read_now(figures.trend, OFFICE_SEES, latest("month", NOW.date(), 4))

    assert [point.period.zh for point in points] == ["2026年8月", "2026年9月", "2026年10月", "2026年11月"]
    for point in points:
        total = counted(db, point.period).total
        assert (point.found, point.cleared, point.overdue, point.open) == (
            total.found, total.cleared, total.overdue, total.open,
        )  # fmt: skip
    assert points[-1].open == 2


@pytest.mark.requirement("SUP-03", "RPT-11")
def test_the_stock_says_whose_what_is_late_and_how_far_it_has_gone(db):
    story = late("QP-2026-000001")
    while story.hazard.level is not Rung.L2:
        story.wait()
    record(db, story, Story("QP-2026-000002", at=NOW).report().assigned(OTHER_STREET))

    def end(days: int) -> datetime:
        return datetime.combine(CALENDAR.shift(NOW.date(), days), NOW.timetz()) + timedelta(hours=15)

    standing = db.read_now(stock.stock, OFFICE_SEES, now=NOW, next_day=end(1), soon=end(3))
    sooner = db.read_now(stock.stock, OFFICE_SEES, now=NOW, next_day=NOW, soon=end(3))

    assert (standing.open, standing.overdue, standing.due_next, standing.due_soon) == (2, 1, 1, 1)
    assert (sooner.due_next, sooner.due_soon) == (0, 1)
    assert [load.due_next for load in standing.units] == [0, 1]
    assert standing.overdue_by_rung == {Rung.L2: 1}
    assert standing.states == {State.AWAITING_SIGNOFF: 2}
    assert [(load.unit, load.open, load.overdue, load.highest) for load in standing.units] == [
        (unit(STREET), 1, 1, Rung.L2),
        (unit(OTHER_STREET), 1, 0, Rung.L0),
    ]
    assert [(age.days, age.count) for age in standing.ages if age.count] == [(7, 1), (90, 1)]
    rungs = {one.unit: one.rungs for one in db.read_now(supervision.supervision, OFFICE_SEES, year_of(2026))}
    assert rungs[unit(STREET)][Rung.L2] >= 1


@pytest.mark.requirement("RPT-08")
def test_petitions_are_seen_by_themselves(db):
    record(db, Story().report(by=DESK, channel="petition"), Story("QP-2026-000002").report())

    seen = db.read_now(figures.petitions, OFFICE_SEES, SEPTEMBER)
    assert (seen.found, seen.open, seen.by_street) == (1, 1, {unit(STREET): 1})


# -- facts follow from the ledger --------------------------------------------------------------------


def test_facts_are_the_same_whether_recorded_at_once_or_one_by_one(connect, db, backend):
    stories = [
        Story("QP-2026-000001").report().closed(),
        late("QP-2026-000002"),
        on_the_spot("QP-2026-000003"),
    ]
    for story in stories:
        one_by_one(db, story)
        assert db.read_now(ledger.verify, story.number) == []


def test_a_fact_that_was_changed_is_found(db):
    story = on_the_spot()
    record(db, story)
    db.write_now(lambda c: c.execute(text("UPDATE facts SET unit = 'elsewhere' WHERE kind = 'cleared'")))

    [finding] = db.read_now(ledger.verify, story.number)
    assert "the read model's facts differs" in finding


@pytest.mark.requirement("SUP-03", "SEC-01")
@pytest.mark.parametrize("role", [Role.OFFICE, Role.LIAISON])
def test_what_is_counted_in_one_pass_is_what_a_recount_of_every_row_gives(db, role):
    """Stock and trend against lists of the very hazards and facts that this reader may see."""
    by = OFFICE_SEES if role is Role.OFFICE else principal(role, STREET)
    stories = [late(f"QP-2026-00020{n}", START + timedelta(days=9 * n)) for n in range(4)]
    stories += [on_the_spot(f"QP-2026-00030{n}", START - timedelta(days=40 * n)) for n in range(4)]
    elsewhere = Story("QP-2026-000400", at=START)
    elsewhere.report(actor(Role.DISCOVERER, OTHER_STREET), place=f"{OTHER_STREET}某路")
    record(db, *stories, elsewhere)
    mine = [story.hazard for story in stories]
    seen = [*mine, elsewhere.hazard] if role is Role.OFFICE else mine
    open = [hazard for hazard in seen if hazard.state.open]
    soon = NOW + timedelta(days=3)
    standing = db.read_now(stock.stock, by, now=NOW, next_day=NOW + timedelta(days=1), soon=soon)

    assert standing.open == len(open) == sum(age.count for age in standing.ages)
    assert standing.states == Counter(hazard.state for hazard in open)
    assert standing.modes == Counter(hazard.mode for hazard in open)
    lately = [hazard for hazard in open if hazard.sla is Sla.OVERDUE]
    assert standing.overdue == len(lately) > 0
    assert standing.overdue_by_rung == Counter(hazard.level for hazard in lately)
    assert {one.unit: (one.open, one.overdue, one.highest) for one in standing.units} == {
        owner: (
            sum(hazard.owner == owner for hazard in open),
            sum(hazard.owner == owner for hazard in lately),
            max((hazard.level for hazard in open if hazard.owner == owner), key=lambda rung: rung.step),
        )
        for owner in {hazard.owner for hazard in open}
    }
    assert {one.subdistrict: one.open for one in standing.streets} == Counter(one.subdistrict for one in open)
    bounds = (*AGES, None)
    assert [age.count for age in standing.ages] == [
        sum(_bucket((NOW - hazard.reported_at).total_seconds() / 86400) == n for hazard in open)
        for n in range(len(bounds))
    ]

    periods = latest("month", NOW.date(), 6)
    points = db.read_now(figures.trend, by, periods)
    for point in points:
        inside = [hazard for hazard in seen if point.period.start <= hazard.reported_at < point.period.end]
        cleared = [hazard for hazard in seen if hazard.cleared_at]
        assert point.found == len(inside)
        assert point.cleared == sum(
            point.period.start <= hazard.cleared_at < point.period.end for hazard in cleared
        )
        assert point.open == sum(
            hazard.reported_at < point.period.end
            and not (hazard.cleared_at and hazard.cleared_at < point.period.end)
            for hazard in seen
        )
    assert sum(point.overdue for point in points) == len(lately)


def _bucket(age: float) -> int:
    """Which bucket an age in days falls into."""
    return next((n for n, days in enumerate(AGES) if age < days), len(AGES))


@pytest.mark.requirement("RPT-11")
def test_a_units_own_figures_are_those_it_has_in_the_whole_districts(db):
    record(
        db,
        late("QP-2026-000501"),
        on_the_spot("QP-2026-000502"),
        late("QP-2026-000503", START - timedelta(3)),
    )
    tier = {unit(STREET)}
    for period in (SEPTEMBER, OCTOBER, year_of(2026)):
        whole = db.read_now(figures.counted, OFFICE_SEES, period, now=NOW, tier=tier)
        own = db.read_now(figures.counted, OFFICE_SEES, period, now=NOW, tier=tier, unit=unit(STREET))
        assert own.units == {unit(STREET): whole.units[unit(STREET)]}
        named = db.read_now(supervision.supervision, OFFICE_SEES, period, unit(STREET))
        all_units = db.read_now(supervision.supervision, OFFICE_SEES, period)
        assert named == tuple(one for one in all_units if one.unit == unit(STREET))
