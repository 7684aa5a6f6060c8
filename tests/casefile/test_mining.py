"""Process mining: pm4py reads both logs, finds no step that the state table forbids, and nobody's name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from audit.life import Step, life
from audit.mining import ocel, write_xes
from domain.transitions import TRANSITIONS, Target
from domain.values import State
from drill.core import CoreWorld
from drill.play import play
from drill.scenario import read
from tests.casefile import lives

SCENARIOS = sorted(Path("scenarios").glob("*.yaml"))


def of_scenarios() -> list[tuple[Step, ...]]:
    """Every hazard of every scenario, played on the core."""
    found = []
    for path in SCENARIOS:
        scenario, world = read(path), Keeping()
        play(scenario, world, lambda _run: None)
        for number, events in world.kept.items():
            # One number may live in several files; a log needs names of its own for them.
            renamed = [event.model_copy(update={"hazard": f"{path.stem}-{number}"}) for event in events]
            chain: list[Any] = []
            for event in renamed:
                chain.append(event.sealed(chain[-1].hash if chain else ""))
            found.append(life(lives.entries(chain)))
    return found


class Keeping(CoreWorld):
    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[str, list[Any]] = {}

    def _write(self, event: Any) -> Any:
        self.kept.setdefault(event.hazard, []).append(event)
        return super()._write(event)


@pytest.fixture(scope="module")
def logs() -> list[tuple[Step, ...]]:
    found = of_scenarios()
    assert len(found) >= 10
    return found


def dfg_of(logs: list[tuple[Step, ...]], folder: Path) -> tuple[dict[tuple[str, str], int], Any]:
    import pm4py

    file = folder / "log.xes"
    with file.open("wb") as out:
        write_xes(logs, out)
    frame = pm4py.read_xes(str(file))
    found, _starts, _ends = pm4py.discover_dfg(frame)
    return found, frame


def may_follow(first: str, second: str) -> bool:
    """Whether the state table has a state that ``first`` may lead to and ``second`` may begin in."""
    return any(
        state in after
        for row in TRANSITIONS
        for after in [_led_to(first)]
        if _name(row) == second
        for state in row.sources
    )


def _name(row: Any) -> str:
    return row.command or "lookback_due"


def _led_to(name: str) -> frozenset[State]:
    targets: set[State] = set()
    for row in TRANSITIONS:
        if _name(row) != name:
            continue
        match row.target:
            case Target.STAYS:
                targets |= row.sources
            case Target():
                targets |= {State(part) for part in str(row.target.value).split(" / ")}
            case state:
                targets.add(state)
    return frozenset(targets)


KEEPS_STATE = ("reminder", "overdue", "escalation", "task")


@pytest.mark.requirement("REG-08")
def test_the_process_that_pm4py_discovers_has_no_step_the_state_table_forbids(
    logs: list[tuple[Step, ...]], tmp_path: Path
) -> None:
    moving = [
        tuple(s for s in steps if s.event.type not in KEEPS_STATE and s.event.type != "refused")
        for steps in logs
    ]
    found, frame = dfg_of(moving, tmp_path)

    assert len(frame) == sum(len(steps) for steps in moving)
    assert len(found) > 25
    assert [pair for pair in found if not may_follow(*pair)] == []
    assert not may_follow("sign", "assess_pass"), "the relation does forbid something"
    assert not may_follow("verify_dismiss", "assign")


@pytest.mark.requirement("REM-02")
def test_what_time_does_changes_no_state_but_opens_look_backs(
    logs: list[tuple[Step, ...]], tmp_path: Path
) -> None:
    _, frame = dfg_of(logs, tmp_path)
    kept = frame[frame["concept:name"].isin(KEEPS_STATE)]
    assert len(kept) > 10
    assert (kept["state_before"] == kept["state_after"]).all()
    follows = frame.groupby("case:concept:name")["state_after"].shift(1)
    later = frame[follows.notna()]
    assert (later["state_before"] == follows[follows.notna()]).all()


def test_pm4py_reads_the_objects_and_events_of_the_ocel_log(
    logs: list[tuple[Step, ...]], tmp_path: Path
) -> None:
    import pm4py

    file = tmp_path / "log.json"
    file.write_text(json.dumps(ocel(logs), ensure_ascii=False), encoding="utf-8")
    log = pm4py.read_ocel2_json(str(file))

    assert len(log.events) == sum(len(steps) for steps in logs)
    assert set(log.objects["ocel:type"]) == {"hazard", "deadline", "unit"}
    assert (log.objects["ocel:type"] == "hazard").sum() == len(logs)
    flat = pm4py.ocel_flattening(log, "hazard")
    assert flat["case:concept:name"].nunique() == len(logs)
    assert set(log.relations["ocel:qualifier"]) >= {"hazard", "by", "owner", "starts", "ends", "rings"}


def test_every_object_and_type_that_an_ocel_log_names_is_in_it(logs: list[tuple[Step, ...]]) -> None:
    log = ocel(logs)
    ids = {one["id"] for one in log["objects"]}
    assert len(ids) == len(log["objects"])
    for one in (*log["objects"], *log["events"]):
        assert {related["objectId"] for related in one["relationships"]} <= ids
    declared = {kind["name"]: {a["name"] for a in kind["attributes"]} for kind in log["eventTypes"]}
    for event in log["events"]:
        assert {a["name"] for a in event["attributes"]} <= declared[event["type"]]
    assert [event["time"] for event in log["events"]] == sorted(event["time"] for event in log["events"])


@pytest.mark.requirement("I8")
def test_no_person_and_no_text_leaves_with_a_log(logs: list[tuple[Step, ...]], tmp_path: Path) -> None:
    lived = [*logs, *(lives.golden(name) for name in lives.NAMES)]
    file = tmp_path / "log.xes"
    with file.open("wb") as out:
        write_xes(lived, out)
    written = file.read_text(encoding="utf-8") + json.dumps(ocel(lived), ensure_ascii=False)
    for steps in lived:
        for step in steps:
            event, state = step.event, step.after
            assert event.actor.person == "system" or f'"{event.actor.person}"' not in written
            for text in (state.title, state.place, getattr(event.command, "description", "")):
                assert not text or text not in written
