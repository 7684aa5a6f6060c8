"""The account of a drill, one line a step, in the words of the duty officer: in Chinese, or in English."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from domain.commands import COMMANDS
from domain.events import Event
from domain.organisation import Organisation
from domain.state import Clock, Hazard, PlannedLookback
from domain.values import Labelled, Rung, SubtaskState, last_day
from drill.compare import rung_of, shown, units_in
from drill.play import Result, StepRun
from drill.scenario import Scenario

Lang = Literal["zh", "en"]


def heading(scenario: Scenario, lang: Lang) -> str:
    district = scenario.book.name if lang == "zh" else scenario.book.en
    return f"▶ {scenario.file}  {scenario.title} · {district}"


def line(run: StepRun, lang: Lang) -> str:
    """Time, what fired on the way, who did what, what came of it and what is due now."""
    mark = "✗" if run.difference else " "
    at = shown(run.step.at - run.scenario.moved)
    which = f"{run.step.name} " if len(run.scenario.numbers) > 1 else ""
    told = " ".join(part for part in (_on_the_way(run, lang), _done(run, lang)) if part)
    return f"{mark}{run.number:3} {at}  {which}{told}"


def closing(result: Result, lang: Lang) -> Iterator[str]:
    """The verdict on a file."""
    zh, difference = lang == "zh", result.difference
    took = f"{result.milliseconds:.0f} ms"
    if result.error:
        yield f"✗ {result.error}"
    elif difference is None:
        as_written = f"{result.steps} 步全部相符，台账 {result.events} 条"
        in_english = f"{result.steps} steps as written, {result.events} ledger entries"
        yield f"✓ {as_written}，{took}" if zh else f"✓ {in_english}, {took}"
    else:
        where = result.step or ("末" if zh else "the last")
        yield (
            f"✗ 第 {where} 步与预期不符：{difference.what}"
            if zh
            else f"✗ step {where} differs: {difference.what}"
        )
        yield f"    {'预期' if zh else 'expected'} {difference.expected}"
        yield f"    {'实际' if zh else 'found   '} {difference.found}"


# ── what time did ────────────────────────────────────────────────────────────────────────────────────


def _on_the_way(run: StepRun, lang: Lang) -> str:
    rang = [_rang(run, event, lang) for event in run.fresh if event.alarm]
    return f"〔{'；'.join(rang)}〕" if rang else ""


def _rang(run: StepRun, event: Event, lang: Lang) -> str:
    at, rung = shown(event.at - run.scenario.moved), rung_of(event)
    clock = _clock(run, event, lang) if event.clock else ""
    if rung is None:
        passed = ("届满", "passed") if event.type == "overdue" else ("到了", "has come")
        return f"{at} {clock}{passed[0]}" if lang == "zh" else f"{at} {clock} {passed[1]}"
    to = _listed([_unit(run, name, lang) for name in units_in(event, "to", _organisation(run))], lang)
    return f"{at} {rung} {_word(run, rung, lang)}（{clock}）→ {to}"


# ── what people did ──────────────────────────────────────────────────────────────────────────────────


def _done(run: StepRun, lang: Lang) -> str:
    became = _became(run, lang) if run.state else ""
    if run.step.do is None:
        return became
    form = COMMANDS[run.step.do]
    act = (
        f"{_who(run, lang)}“{run.scenario.book.said(form.zh)}”"
        if lang == "zh"
        else f"{_who(run, lang)}: {form.en}"
    )
    if run.refused:
        why = run.refused.zh if lang == "zh" else run.refused.en
        return f"{act} ✗ {run.refused.status} {why} [{run.refused.code}]"
    return f"{act} → {became}"


def _who(run: StepRun, lang: Lang) -> str:
    seat = run.step.actor
    if seat is None:
        return "系统管理" if lang == "zh" else "administration"
    office = seat.post if seat.post and lang == "zh" else _word(run, seat.role, lang)
    name = _organisation(run).name(run.actor.unit)
    return f"{_unit(run, name, lang)} {seat.person}（{office}）"


def _became(run: StepRun, lang: Lang) -> str:
    hazard = run.state
    assert hazard is not None
    text = _word(run, hazard.state, lang)
    if run.step.do == "report":
        text += f" {hazard.id}"
    if hazard.strike_off and run.step.do in ("clear_on_spot", "assess_pass", "recognise_pass", "accept_pass"):
        text += f" {hazard.strike_off}"
    parts = [text]
    if hazard.level is not Rung.L0:
        parts.append(f"{hazard.level} {_word(run, hazard.level, lang)}")
    if hazard.lookbacks and run.step.do in ("recognise_pass", "assess_pass", "accept_pass", "load_calendar"):
        planned = _listed([_planned(run, one, lang) for one in hazard.lookbacks], lang)
        parts.append(f"回头看 {planned}" if lang == "zh" else f"look-backs: {planned}")
    if hazard.subtasks and hazard.state.open:
        parts.append(_parts(hazard, lang))
    whole = (clock for clock in hazard.running() if clock.subtask is None)
    clocks = sorted(whole, key=lambda clock: clock.due)
    if clocks:
        due = _listed([_due(run, clock, lang) for clock in clocks], lang)
        parts.append(f"限期 {due}" if lang == "zh" else f"due: {due}")
    return ("；" if lang == "zh" else "; ").join(parts)


def _planned(run: StepRun, one: PlannedLookback, lang: Lang) -> str:
    mark = ("（暂定）" if lang == "zh" else " (provisional)") if one.provisional else ""
    return f"{last_day(one.due - run.scenario.moved)}{mark}"


def _due(run: StepRun, clock: Clock, lang: Lang) -> str:
    this_year = f"{run.step.at - run.scenario.moved:%Y-}"
    at = shown(clock.due - run.scenario.moved).removeprefix(this_year)
    mark = ("（暂定）" if lang == "zh" else " (provisional)") if clock.provisional else ""
    return f"{_word(run, clock.key, lang)} {at}{mark}"


# ── small words ──────────────────────────────────────────────────────────────────────────────────────


def _organisation(run: StepRun) -> Organisation:
    return run.scenario.book.organisation


def _word(run: StepRun, term: Labelled, lang: Lang) -> str:
    """A term of the process in the words of the scenario's district."""
    return run.scenario.book.said(term.zh) if lang == "zh" else term.en


def _unit(run: StepRun, name: str, lang: Lang) -> str:
    if name == "all":
        return run.scenario.book.said("全区各单位") if lang == "zh" else "every unit"
    unit = _organisation(run).find(name)
    return unit.en if unit and unit.en and lang == "en" else name


def _clock(run: StepRun, event: Event, lang: Lang) -> str:
    """The clock that rang, with the unit whose part of a listed hazard it times."""
    assert event.clock is not None
    clock = _word(run, event.clock, lang)
    if event.subtask is None:
        return clock
    unit = _unit(run, _organisation(run).name(event.subtask), lang)
    return f"{unit}·{clock}" if lang == "zh" else f"{clock} of {unit}"


def _parts(hazard: Hazard, lang: Lang) -> str:
    """How many parts of a listed hazard the lead has confirmed."""
    done = sum(one.state is SubtaskState.LEAD_CONFIRMED for one in hazard.subtasks)
    of = len(hazard.subtasks)
    return f"子任务牵头确认 {done}/{of}" if lang == "zh" else f"sub-tasks confirmed {done} of {of}"


def _listed(items: Sequence[str], lang: Lang) -> str:
    return ("、" if lang == "zh" else ", ").join(items)
