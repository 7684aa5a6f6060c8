"""A hazard's life at random: any seat, any command, any form, any leap of the clock; the invariants I1–I8 hold."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.commands import Order, parse
from domain.events import Event, evolve
from domain.forecast import Foreseen, explain, forecast
from domain.hazard import allowed, refused_event, repeated
from domain.ladder import next_wakeup, tick
from domain.library import LIBRARY, Rulebook
from domain.organisation import Role
from domain.refusal import Refusal
from domain.state import Hazard
from domain.values import ClockKey, Mode, Rung, Sla, State, SubtaskState
from domain.walk import Walk
from tests.builders import BOOKS, CALENDAR, Case, calendar_of, from_text
from tests.core.met import Met
from tests.core.random_forms import any_seat, commands, forms, reports, seats_for
from tests.core.spoiled import SPOILED, ask
from tests.core.starts import STARTS, next_step, of, on_to, starts_of
from workflows import view

# What else may be loaded while a hazard lives: the next years, one of them with an odd New Year, and a
# correction of this year, which firm dates must not follow.
CALENDARS = tuple(
    LIBRARY.add_calendar(calendar)
    for calendar in (
        CALENDAR,
        CALENDAR.joined(calendar_of(2027, off=("2027-01-01", "2027-01-04"), make_up=("2027-01-02",))),
        CALENDAR.joined(calendar_of(2027)).joined(calendar_of(2028, off=("2028-01-03",))),
        CALENDAR.joined(calendar_of(2026, off=("2026-11-12", "2026-12-30"))),
    )
)

MOMENTS = ["2026-03-02 09:30", "2026-09-24 17:00", "2026-12-28 23:59", "2026-11-30 00:00"]
LEAPS = st.sampled_from(
    [
        timedelta(0),
        timedelta(seconds=1),
        timedelta(minutes=59),
        timedelta(hours=6),
        timedelta(days=1),
        timedelta(days=4),
        timedelta(days=31),
        timedelta(days=200),
    ]
)


SUBMITTED = (
    State.UNDER_TRIAGE,
    State.JURISDICTION_RULING,
    State.LISTING_REVIEW,
    State.SELF_ASSESSMENT,
    State.AWAITING_RECOGNITION,
    State.ACCEPTANCE,
)
"""States in which the main clock stands (I6)."""


PLACES = {key: Walk(book).reached for key, book in BOOKS.items()}


class Life(RuleBasedStateMachine):
    """One hazard of one district from its report on."""

    book: Rulebook
    case: Case
    met: Met

    # -- what people do -----------------------------------------------------------------------------

    @initialize(moment=st.sampled_from(MOMENTS), data=st.data())
    def begins(self, moment: str, data: st.DataObject) -> None:
        """Reported by anybody, or come as far as one of the scripts brings it."""
        self.case = Case(self.book, now=moment)
        self.read_back: Hazard | None = None
        self.highest: dict[str, Rung] = {}
        start = data.draw(st.sampled_from(["", *starts_of(self.book)]))
        if start:
            STARTS[start].of(self.case)
            self.met.came_by(self.case.events)
        else:
            self.is_reported(data)

    def is_reported(self, data: st.DataObject) -> None:
        actor, form = data.draw(any_seat(self.book)), data.draw(reports(self.book))
        try:
            self.case.report(actor, **form)
        except Refusal as refusal:
            self.met.was_refused("report", refusal.refused)
            self.case.report(
                of(self.book.organisation.desk, Role.DESK), channel="hotline", place="G50", code="S06-02"
            )
        self.met.came_by(self.case.events)

    @rule(data=st.data(), times=st.integers(1, 5))
    def anybody_gives_any_command(self, data: st.DataObject, times: int) -> None:
        for _ in range(times):
            command = data.draw(commands(self.case.hazard))
            actor = data.draw(seats_for(self.book, self.case.hazard, command))
            form = data.draw(forms(self.case, command, CALENDARS))
            try:
                given = parse(command, form)
            except Refusal:
                continue
            self.gives(Order(command=given, actor=actor, key=self.case._key()), data.draw(st.booleans()))
            self.time_passes(data.draw(st.sampled_from([timedelta(minutes=1), timedelta(hours=10)])))

    @rule(nth=st.integers(0, 11))
    def whoever_breaks_a_rule_is_refused(self, nth: int) -> None:
        ask(self.case, self.met, SPOILED[nth::12])

    @precondition(lambda self: self.case.hazard.state.terminal)
    @rule(moment=st.sampled_from(MOMENTS), data=st.data())
    def another_begins(self, moment: str, data: st.DataObject) -> None:
        self.begins(moment, data)

    @precondition(lambda self: not self.case.hazard.state.terminal)
    @rule(times=st.integers(1, 3))
    def somebody_does_what_comes_next(self, times: int) -> None:
        for _ in range(times):
            if self.case.hazard.state not in (State.CLEARED, State.LOOK_BACK, State.CLOSED):
                next_step(self.case)

    def gives(self, order: Order, waits_for_the_answer: bool) -> None:
        case, before = self.case, self.case.hazard
        offered = {e.command: e for e in allowed(case.rules, before, order.actor, case.now)}
        entry = offered.get(order.command.do)
        try:
            event = case.carry_out(order)
        except Refusal as refusal:
            assert case.hazard is before, "a refusal changes nothing"
            refused = refusal.refused
            self.met.was_refused(order.command.do, refused)
            assert entry is None or entry.refused in (None, refused)
            assert entry is None or not entry.allowed or refused.status == 422
            if not waits_for_the_answer:
                case._add(refused_event(case.rules, before, order, refused, case.now))
            assert repeated(case.hazard, order) is None
        else:
            self.met.came_about(before, event)
            assert entry is None or entry.allowed
            assert (event.actor, event.at, event.command) == (order.actor, case.now, order.command)
            assert repeated(case.hazard, order) == event.seq

    # -- what time does -----------------------------------------------------------------------------

    @rule(leap=LEAPS)
    def time_passes(self, leap: timedelta) -> None:
        case, before = self.case, self.case.hazard
        end = case.now + leap
        foreseen = [entry for entry in forecast(case.rules, before, case.now) if entry.at <= end]
        asleep = tick(case.rules, before, end)
        rung = case.wait_until(end)

        self.what_was_foreseen_came(before, foreseen, rung)
        for event in rung:
            self.met.came_about(before, event)
        self.only_time_has_passed(before, rung)
        self.sleeping_or_waking_comes_to_the_same(before, asleep)

    def what_was_foreseen_came(self, before: Hazard, foreseen: list[Foreseen], rung: list[Event]) -> None:
        """A forecast drafts no events: what it says, to whom, and how the hazard stands must be theirs."""
        hazard, came = before, []
        for event in rung:
            hazard = evolve(hazard, event)
            what = (event.at, event.type, event.clock, event.subtask, event.notices)
            came.append((*what, hazard.state, hazard.sla))
        assert came == [
            (one.at, one.type, one.clock, one.subtask, one.notices, one.state, one.sla) for one in foreseen
        ]

    @rule()
    def the_next_alarm_rings(self) -> None:
        wake = next_wakeup(self.case.hazard)
        if wake and wake > self.case.now:
            assert self.case.wait_until(wake - timedelta(microseconds=1)) == [], "not before its time"
            assert self.case.wait_until(wake), "and not after"

    def only_time_has_passed(self, before: Hazard, rung: list[Event]) -> None:
        """I1: time reminds, escalates and opens look-backs; it clears and closes nothing."""
        hazard = self.case.hazard
        assert hazard.state is before.state or (before.state, hazard.state) == (
            State.CLEARED,
            State.LOOK_BACK,
        )
        assert {event.type for event in rung} <= {
            *("reminder", "overdue", "escalation", "task", "lookback_due", "window_over"),
        }
        assert all(event.actor.role is Role.SYSTEM for event in rung)
        wake = next_wakeup(hazard)
        assert wake is None or wake > self.case.now
        assert tick(self.case.rules, hazard, self.case.now) == ()

    def sleeping_or_waking_comes_to_the_same(self, before: Hazard, asleep: tuple[Event, ...]) -> None:
        hazard = before
        for event in asleep:
            hazard = evolve(hazard, event)
        assert hazard.model_dump(exclude={"head"}) == self.case.hazard.model_dump(exclude={"head"})

    # -- what always holds --------------------------------------------------------------------------

    @invariant()
    def the_ledger_s_texts_rebuild_the_state(self) -> None:
        """I5: dates come out of the texts; no rulebook, no calendar and no clock is asked."""
        read = self.read_back.seq if self.read_back else 0
        for event in self.case.events[read:]:
            self.an_entry_is_sound(event)
            before = self.read_back
            self.read_back = evolve(before, from_text(event.body, event.prev, event.hash))
            if before:
                self.no_unit_moves_another_s_part(before, event, self.read_back)
        assert self.read_back == self.case.hazard

    def an_entry_is_sound(self, event: Event) -> None:
        """I4, I8: who, for which unit, when, by which rule; and seats instead of persons in what is sent."""
        assert event.actor.person and event.actor.unit and event.rule and event.at <= self.case.now
        assert event.rules == self.case.book
        told = "".join(notice.model_dump_json() for notice in event.notices)
        assert "pid-" not in told

    def no_unit_moves_another_s_part(self, before: Hazard, event: Event, after: Hazard) -> None:
        """MOD-16: a unit signs for and reports its own part only; none but the lead confirms or sends back."""
        was = {one.unit: one.state for one in before.subtasks}
        moved = {one.unit for one in after.subtasks if was.get(one.unit, one.state) is not one.state}
        unit = event.actor.unit
        if event.type in ("sign", "sign_subtask", "report_subtask"):
            assert moved <= {unit}
        elif event.type in ("confirm_subtask", "send_back_subtask"):
            assert unit == before.owner
        elif event.type not in ("accept_fail", "lookback_relapse", "confirm_relapse"):
            assert not moved

    @invariant()
    def the_walk_of_the_district_knew_the_way(self) -> None:
        """What the loader walks through is where hazards really come: it foresees every place."""
        assert (self.case.hazard.mode, self.case.hazard.state) in PLACES[self.book.profile]

    @invariant()
    def exactly_one_real_unit_owns_it(self) -> None:
        """I2."""
        hazard = self.case.hazard
        assert hazard.owner in self.book.organisation.by_id
        assert hazard.owner in hazard.involved

    @invariant()
    def every_running_clock_can_be_explained(self) -> None:
        """I5: each date follows from its own start, limit, rulebook and calendar, whatever was loaded since."""
        hazard = self.case.hazard
        for id, clock in hazard.clocks.items():
            assert id == clock.id
            found = explain(LIBRARY.rules(clock.rules, clock.calendar), clock)
            assert found.due == clock.due <= clock.limit_due
            somebody_set_it = clock.key is ClockKey.REMEDIATE and (
                (hazard.extension and hazard.extension.decision == "granted")
                or any(event.type == "resume" for event in self.case.events)
            )
            if clock.key is ClockKey.PETITION_CLOSE and hazard.petition and hazard.petition.extended:
                somebody_set_it = True
            if not somebody_set_it:
                counted = LIBRARY.calendar(clock.calendar).deadline(clock.started, clock.limit)
                assert counted.due == clock.limit_due
            assert list(clock.alarms) == sorted(clock.alarms, key=lambda alarm: alarm.at)
        assert not hazard.state.terminal or set(hazard.clocks) <= {ClockKey.COOPERATION}

    @invariant()
    def the_ladder_is_the_owner_s_and_its_highest_rung_stays(self) -> None:
        """I7."""
        hazard = self.case.hazard
        own = [clock.level for clock in hazard.owners_clocks()]
        assert hazard.level == max([*own, hazard.decided or Rung.L0])
        for unit, rung in self.highest.items():
            assert hazard.highest[unit].step >= rung.step
        for clock in hazard.clocks.values():
            assert hazard.highest.get(clock.bearer, Rung.L0).step >= clock.level.step
        self.highest = dict(hazard.highest)

    @invariant()
    def nobody_recognises_or_watches_his_own_upgraded_hazard(self) -> None:
        """I3."""
        hazard, last = self.case.hazard, self.case.events[-1]
        recognised = ("recognise_pass", "accept_pass", "accept_fail", "lookback_pass")
        if hazard.mode in (Mode.UPGRADED, Mode.LISTED):
            assert last.type not in recognised or not hazard.handled_by(last.actor.unit)
            assert last.type != "assess_pass" or hazard.strike_off is None
        assert hazard.mode in self.book.modes

    @invariant()
    def what_is_sent_back_is_sent_back_once_and_never_after_a_ruling(self) -> None:
        """MOD-17, N08."""
        types = [event.type for event in self.case.events]
        assert self.case.hazard.returns == types.count("return") <= 1
        assert (
            "return" not in types[types.index("jurisdiction_rule") :]
            if "jurisdiction_rule" in types
            else True
        )

    @invariant()
    def planned_look_backs_are_those_that_come(self) -> None:
        """LBK-02: the next look-back's clock and the date that was shown at the clearance are one."""
        hazard = self.case.hazard
        clock = hazard.clocks.get(ClockKey.LOOKBACK)
        if clock and hazard.lookbacks:
            shown = hazard.lookbacks[hazard.lookbacks_done]
            assert (clock.due, clock.provisional) == (shown.due, shown.provisional)

    @invariant()
    def a_stopped_clock_is_silent(self) -> None:
        """I6: submitted, the main clock stands; punctuality is that of running clocks alone."""
        hazard = self.case.hazard
        for key in (ClockKey.REMEDIATE, ClockKey.REWORK):
            main = hazard.clocks.get(key)
            assert main is None or main.running is (hazard.state not in SUBMITTED)
        late = [c for c in hazard.owners_clocks() if c.running and c.due <= self.case.now]
        assert hazard.sla is not Sla.OVERDUE or late

    @invariant()
    def a_part_stands_on_its_own_clocks(self) -> None:
        """I7: a part has a ladder of its own; what is confirmed has no clock, what is reported done is silent."""
        hazard = self.case.hazard
        units = {one.unit for one in hazard.subtasks}
        assert {clock.subtask for clock in hazard.clocks.values()} - {None} <= units
        assert (hazard.mode is Mode.LISTED) == bool(units)
        for one in hazard.subtasks:
            own = list(hazard.clocks_of(one.unit))
            assert all(clock.bearer == one.unit for clock in own)
            assert one.level is max((clock.level for clock in own), default=Rung.L0)
            assert one.highest.step >= one.level.step
            if one.state is SubtaskState.LEAD_CONFIRMED:
                assert not own
            if one.state is SubtaskState.DONE_REPORTED:
                assert not any(clock.running for clock in own)

    @invariant()
    def no_person_stands_in_what_operators_see(self) -> None:
        """I8."""
        hazard = self.case.hazard
        seen = [
            view.summary(self.book, hazard),
            view.details(self.book, hazard),
            view.timer_summary(hazard) or "",
            view.record_summary(self.case.events[-3:]),
        ]
        assert "pid-" not in "".join(seen)

    def teardown(self) -> None:
        """From wherever it came to stand, people can bring it to the archive."""
        case, stood = self.case, self.case.hazard
        if stood.state.terminal:
            return
        on_to(State.CLOSED)(case)
        assert case.replayed() == case.hazard
        self.met.was_archived(stood)
