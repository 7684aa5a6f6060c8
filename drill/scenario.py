"""Reading scenario files, and refusing in one line those that cannot be played as they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from domain.calendar import Calendar, Span
from domain.commands import COMMANDS
from domain.library import Rulebook
from domain.organisation import SYSTEM, Actor, Unit
from domain.values import HazardId, PersonId
from drill.format import WHEN, File, LoadedYear, Step, when
from profiles.checks import check_calendar_year
from profiles.loader import known_profiles, shipped_calendar
from profiles.mistakes import ProfileError, first_mistake


class ScenarioError(ProfileError):
    """A scenario file that cannot be used as it stands. ``str()`` is one line with file and step."""


# ── a scenario, ready to be played ───────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Scenario:
    """A file with its district and calendar; ``moved`` is how far it was put into the future."""

    file: str
    title: str
    book: Rulebook
    calendar: Calendar
    first_number: int
    steps: tuple[Step, ...]
    raw_steps: tuple[dict[str, Any], ...]
    moved: timedelta = timedelta(0)

    def later(self, by: timedelta) -> Scenario:
        """The same scenario ``by`` whole weeks later: its times, its calendar, every date in its forms."""
        raw = tuple(_later_step(step, by) for step in self.raw_steps)
        return replace(
            self,
            calendar=self.calendar.moved(by),
            steps=tuple(Step.model_validate(step) for step in raw),
            raw_steps=raw,
            moved=self.moved + by,
        )

    @cached_property
    def numbers(self) -> dict[str, HazardId]:
        """The number each hazard of the file gets when it is reported, by the year it was written in."""
        found: dict[str, HazardId] = {}
        for step in self.steps:
            if step.do == "report" and not step.refused and step.name not in found:
                running = self.first_number + len(found)
                year = (step.at - self.moved).year
                found[step.name] = HazardId(f"{self.book.prefix}-{year}-{running:06d}")
        return found

    def number(self, step: Step) -> HazardId:
        """The number of the hazard a step is about; a report that is refused gets none."""
        return self.numbers.get(step.name, HazardId(f"{self.book.prefix}-{step.name}"))

    def actor(self, step: Step) -> Actor:
        if step.actor is None:
            return SYSTEM
        seat = step.actor
        unit = self.unit(seat.unit)
        return Actor(unit=unit.id, role=seat.role, person=PersonId(seat.person), post=seat.post)

    def unit(self, name: str) -> Unit:
        found = self.book.organisation.find(name)
        if found is None:
            raise LookupError(name)
        return found

    def form(self, step: Step) -> dict[str, Any]:
        """What was filled in. Where a form asks for a hazard, the name it has in this file will do."""
        assert step.do is not None
        numbers = self.numbers
        wanted = {
            name for name, field in COMMANDS[step.do].model_fields.items() if field.annotation is HazardId
        }
        return {
            name: numbers.get(value, value) if name in wanted and isinstance(value, str) else _later(value)
            for name, value in step.form.items()
        }

    def loaded(self, step: Step) -> Calendar:
        """The calendar that a ``load_calendar`` brings."""
        said = LoadedYear.model_validate(step.form)
        if said.year is None:
            year = shipped(said.years)
            return year.moved(self.moved) if self.moved else year
        year = Calendar(
            version=f"drill-{said.year}",
            source=self.file,
            spans=(Span(first=date(said.year, 1, 1), last=date(said.year, 12, 31)),),
            days_off=tuple(sorted(said.weekdays_off)),
            make_up_days=tuple(sorted(said.weekend_workdays)),
        )
        return year.moved(self.moved) if self.moved else year


def _later_step(step: dict[str, Any], by: timedelta) -> dict[str, Any]:
    keep = ("with",) if step.get("do") == "load_calendar" else ()  # moved as a calendar
    return {key: value if key in keep else _later(value, by) for key, value in step.items()}


def _later(value: Any, by: timedelta = timedelta(0)) -> Any:
    """Every date and instant in a piece of the file ``by`` later, written as any form reads it."""
    if isinstance(value, dict):
        return {key: _later(item, by) for key, item in value.items()}
    if isinstance(value, list):
        return [_later(item, by) for item in value]
    if isinstance(value, str) and WHEN.fullmatch(value):
        try:
            return (when(value) + by).isoformat()
        except ValueError:
            return value
    return value


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────


@cache
def districts() -> dict[str, Rulebook]:
    return known_profiles()


@cache
def shipped(years: tuple[int, ...]) -> Calendar:
    return shipped_calendar(*years)


def read(path: Path) -> Scenario:
    """The scenario in a file. Raises :class:`ScenarioError`."""
    file = str(path)
    data = _yaml(path, file)
    try:
        said = File.model_validate(data)
    except ValidationError as invalid:
        mistake = first_mistake(file, data, invalid)
        raise ScenarioError(mistake.file, _with_time(mistake.place, data), mistake.zh, mistake.en) from None
    book = districts().get(said.profile)
    if book is None:
        known = "、".join(districts())
        raise ScenarioError(
            file,
            "profile",
            f"没有“{said.profile}”这个区，可用 {known}",
            f"there is no district {said.profile}; there are {known}",
        )
    scenario = Scenario(
        file=file,
        title=said.title,
        book=book,
        calendar=_calendar(file, said.calendar),
        first_number=said.first_number,
        steps=said.steps,
        raw_steps=tuple(data["steps"]),
    )
    for number, (zh, en) in _mistakes(scenario):
        step = scenario.steps[number - 1]
        raise ScenarioError(file, f"steps[{number}] ({step.at.isoformat()})", zh, en)
    return scenario


def _calendar(file: str, years: tuple[int, ...] | None) -> Calendar:
    if years == ():
        return Calendar(version="none")
    try:
        return shipped(years or ())
    except ProfileError as error:
        raise ScenarioError(file, "calendar", error.zh, error.en) from None


def _mistakes(scenario: Scenario) -> Iterator[tuple[int, tuple[str, str]]]:
    """What no single key shows: order of time, hazards not yet reported, units that do not exist."""
    latest: datetime | None = None
    reported: set[str] = set()
    for number, step in enumerate(scenario.steps, start=1):
        if latest and step.at < latest:
            yield (
                number,
                ("时间早于上一步，请按先后排列", "earlier than the step before it; put them in order"),
            )
        latest = step.at
        if step.name not in reported and step.do not in ("report", "load_calendar"):
            yield (
                number,
                (f"“{step.name}”尚未登记（report）", f"{step.name} has not been reported yet"),
            )
        if step.do == "report" and not step.refused:
            reported.add(step.name)
        for name in _units_named(step):
            if scenario.book.organisation.find(name) is None:
                yield (
                    number,
                    (f"本区没有单位“{name}”，请核对名称", f"there is no unit {name} in this district"),
                )
        if step.do == "load_calendar":
            yield from ((number, problem) for problem in _calendar_problem(scenario, step))


def _units_named(step: Step) -> Iterator[str]:
    if step.actor:
        yield step.actor.unit
    expect = step.expect
    yield from (name for name in (expect.owner, expect.registered_by) if name is not None)
    yield from expect.highest or ()
    yield from expect.subtasks or ()
    for entry in (*(expect.fired or ()), *((expect.next,) if expect.next else ())):
        yield from (name for name in (*entry.to, *entry.cc, entry.subtask) if name not in ("all", None))


def _calendar_problem(scenario: Scenario, step: Step) -> Iterator[tuple[str, str]]:
    said = LoadedYear.model_validate(step.form)
    try:
        if said.year is None:
            shipped(said.years)
        else:
            check_calendar_year(scenario.file, said.year, said.weekdays_off, said.weekend_workdays)
    except ProfileError as error:
        yield error.zh, error.en


def _with_time(place: str, data: Any) -> str:
    """``steps[3].expect`` with the step's time, by which people find it."""
    match = re.match(r"steps\[(\d+)\]", place)
    try:
        at = data["steps"][int(match[1]) - 1]["at"] if match else None
    except (LookupError, TypeError):
        at = None
    return f"{place} ({at})" if at else place


class _Plain(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Reads dates as the text they are written in: ours are read by ``when``."""


_Plain.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _yaml(path: Path, file: str) -> dict[str, Any]:
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise ScenarioError(file, "", "读不到这个文件", f"cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise ScenarioError(
            file, "", "不是 UTF-8 文字，请另存为 UTF-8", "not UTF-8 text; save it as UTF-8"
        ) from None
    loader = _Plain(text)
    try:
        node = loader.get_single_node()
        _refuse_double_keys(file, node)
        data = loader.construct_document(node) if node else None
    except yaml.YAMLError as broken:
        mark = getattr(broken, "problem_mark", None)
        raise ScenarioError(
            file,
            f":{mark.line + 1}" if mark else "",
            "不是正确的 YAML，请检查这一行前后的缩进、冒号和引号",
            "not valid YAML; check indentation, colons and quotes about this line",
        ) from None
    finally:
        loader.dispose()
    if not isinstance(data, dict):
        raise ScenarioError(file, "", "文件是空的或不是“键: 值”", "empty, or not “key: value”")
    return data


def _refuse_double_keys(file: str, node: yaml.Node | None) -> None:
    """YAML keeps the last of two equal keys without a word; here a lost line is a lost expectation."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if str(key.value) in seen:
                raise ScenarioError(
                    file,
                    f":{key.start_mark.line + 1}",
                    f"“{key.value}”写了两次，请合并",
                    f"“{key.value}” stands twice; join the two",
                )
            seen.add(str(key.value))
            _refuse_double_keys(file, value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _refuse_double_keys(file, item)
