"""Whatever is written wrongly in a scenario is found, at its step, and said clearly."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import drill
from domain.events import Event
from domain.values import HazardId
from drill.compare import Found, differences
from drill.core import CoreWorld
from drill.format import Step, when
from drill.play import StepRun, play
from drill.scenario import Scenario, read

FOLDER = Path(__file__).parents[2] / "scenarios"


def with_step(scenario: Scenario, number: int, raw: dict[str, Any]) -> Scenario:
    """The scenario up to a step, with that step as given."""
    return replace(scenario, steps=(*scenario.steps[:number], Step.model_validate(raw)))


def outcome(scenario: Scenario) -> drill.Result:
    return play(scenario, CoreWorld(), lambda _run: None)


def difference(result: drill.Result) -> drill.Difference:
    assert result.difference
    return result.difference


OTHER = {
    "state": ("CLOSED", "REPORTED"),
    "mode": ("GENERAL", "UPGRADED"),
    "owner": ("office",),
    "registered_by": ("office",),
    "level": ("L5", "L0"),
    "sla": ("OVERDUE", "ON_TIME"),
    "urgency": ("FLASH", "NORMAL"),
    "extension": ("lapsed", None),
    "merged_into": ("h9", None),
    "number": ("XX-*", None),
    "strike_off": ("XH-none", None),
}


def wrong(name: str, value: Any) -> Iterator[Any]:
    """The same expectation, wrong in one way after the other."""
    match name, value:
        case (_, bool()):
            yield not value
        case (_, int()):
            yield value + 1
        case ("due", dict()):
            dates = {key: date for key, date in value.items() if key != "partial"}
            for key, date in dates.items():
                yield {**value, key: (when(date) + timedelta(days=1)).isoformat()}
                yield {**value, key: (when(date) - timedelta(days=1)).isoformat()}
            if "partial" not in value:
                yield {**value, "verify" if "verify" not in value else "assess": "2026-01-01"}
                yield from ({k: v for k, v in dates.items() if k != key} for key in dates)
        case ("subtasks", dict()):
            for unit, entry in value.items():
                for key, one in entry.items():
                    yield {**value, unit: {**entry, key: _other_of_a_part(key, one)}}
            yield {**value, "区城运中心": {"level": "L0"}}
        case ("listing", dict()):
            for key, one in value.items():
                yield {**value, key: _other_of_a_listing(key, one)}
        case ("listing", None):
            yield {"extensions": 0}
        case ("counts" | "highest", dict()):
            for key, one in value.items():
                yield {**value, key: one + 1 if isinstance(one, int) else ("L5" if one != "L5" else "L1")}
        case ("fired", list()):
            yield [*value, {"rung": "L5"}]
            rest = value[:-1]
            if rest and ("rung" in value[-1] or any("timer" in entry for entry in rest)):
                yield rest  # a list of rungs alone says nothing of the other timers
            for number, entry in enumerate(value):
                for other in wrong("next", entry):
                    yield [*value[:number], other, *value[number + 1 :]]
        case ("next", dict()):
            for key, one in value.items():
                yield {**value, **_other_part(key, one, value)}
        case ("lookbacks", list()):
            yield [*value, "2026-01-01"]
            for number, one in enumerate(value):
                day = one if isinstance(one, str) else one["due"]
                firm = isinstance(one, str)
                yield [*value[:number], {"due": day, "provisional": firm}, *value[number + 1 :]]
                yield [*value[:number], "2026-01-01", *value[number + 1 :]]
        case ("next", None):
            yield {"rung": "L5"}
        case ("events" | "proposals" | "owed" | "provisional" | "absent_clocks_ever", list()):
            extra = {"events": "refused", "owed": "talk", "proposals": "upgrade"}
            yield [*value, extra.get(name, "lookback")]
        case _:
            yield from (other for other in OTHER[name] if other != value)


def _other_part(key: str, one: Any, entry: dict[str, Any]) -> dict[str, Any]:
    match key:
        case "rung":
            return {"rung": "L5" if one != "L5" else "L1"}
        case "timer":
            return {"timer": "overdue" if one != "overdue" else "lookback_due"}
        case "clock":
            return {"clock": "assess" if one != "assess" else "sign"}
        case "at":
            return {"at": (when(one) + timedelta(hours=1)).isoformat()}
        case "to" | "cc":
            return {key: "区城运中心" if one != "区城运中心" else "区应急局"}
        case "roles":
            return {"roles": ["auditor"]}
        case "subtask":
            return {"subtask": "区城运中心"}
    return {"document": "别的文书"}


def _other_of_a_part(key: str, one: Any) -> Any:
    other = {
        "state": ("ASSIGNED", "REWORK"),
        "level": ("L0", "L5"),
        "highest": ("L0", "L5"),
        "sla": ("ON_TIME", "OVERDUE"),
    }
    if key in ("due", "sign"):
        return "2026-01-01" if one is None else (when(one) + timedelta(days=1)).isoformat()
    return next(word for word in other[key] if word != one)


def _other_of_a_listing(key: str, one: Any) -> Any:
    if key == "notices":
        return [*one, "listing_notice"]
    return one + 1 if isinstance(one, int) else ("2026-01-01" if one is None else None)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_expectation_of_every_scenario_is_really_compared(path):
    scenario = read(path)
    tried = 0
    for number, (raw, found) in enumerate(zip(scenario.raw_steps, found_after_each(scenario), strict=True)):
        for name, value in raw.get("expect", {}).items():
            for other in wrong(name, value):
                altered = copy.deepcopy(raw)
                altered["expect"][name] = other
                assert found
                first = next(differences(Step.model_validate(altered).expect, found), None)
                assert first, f"step {number + 1} {name}: {other!r} passed for {value!r}"
                assert first.what.split(".")[0].split("[")[0] == name
                if not tried:
                    result = outcome(with_step(scenario, number, altered))
                    assert (result.status, result.step, result.difference) == (1, number + 1, first)
                tried += 1
    assert tried > 5


def found_after_each(scenario: Scenario) -> list[Found | None]:
    """What the comparison gets to see after each step, played once as written; nothing before there is a hazard."""
    runs: list[StepRun] = []
    assert play(scenario, CoreWorld(), runs.append).status == 0
    ever: dict[HazardId, list[Event]] = {}
    found: list[Found | None] = []
    for run in runs:
        ever.setdefault(run.hazard, []).extend(run.fresh)
        if run.state is None:
            found.append(None)
            continue
        found.append(
            Found(
                hazard=run.state,
                fresh=run.fresh,
                ever=tuple(ever[run.hazard]),
                organisation=scenario.book.organisation,
                numbers=scenario.numbers,
            )
        )
    return found


def test_a_refusal_that_does_not_come_or_is_another_one_is_found():
    scenario = read(FOLDER / "on-the-spot.yaml")
    for number, raw in enumerate(scenario.raw_steps):
        if "refused" not in raw:
            continue
        for other in (None, 404, {"status": raw["refused"]["status"], "code": "T99.other"}):
            result = outcome(with_step(scenario, number, {**raw, "refused": other}))
            assert (result.step, difference(result).what) == (number + 1, "refused")
            assert raw["refused"]["code"] in difference(result).found
    report = {**scenario.raw_steps[2], "refused": 422}
    assert difference(outcome(with_step(scenario, 2, report))).found == "carried out 已办理"


def test_the_first_difference_ends_the_account(tmp_path, capsys):
    text = (FOLDER / "sc-1.yaml").read_text("utf-8")
    file = tmp_path / "wrong.yaml"
    file.write_text(text.replace("due: {lookback: 2026-10-19}", "due: {lookback: 2026-10-17}"), "utf-8")
    assert drill.main([file]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[-3:] == [
        "✗ 第 3 步与预期不符：due.lookback",
        "    预期 2026-10-17",
        "    实际 2026-10-19 24:00",
    ]
    assert [line[:4] for line in lines[1:-3]] == ["   1", "   2", "✗  3"]
    assert drill.main([file], lang="en") == 1
    assert "✗ step 3 differs: due.lookback" in capsys.readouterr().out
