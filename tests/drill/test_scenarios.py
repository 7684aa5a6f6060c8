"""Every scenario that is shipped goes as written, on the core and on a real Temporal server."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import drill
from drill.core import CoreWorld
from drill.engine import whole_weeks_to_the_future
from drill.play import play
from drill.scenario import read

FOLDER = Path(__file__).parents[2] / "scenarios"

SHOWS = {
    "accountability-guard": ("SUP-04", "SUP-05", "SUP-07", "T22", "T34", "T35"),
    "accepted-reason": ("PLN-01", "N07", "SUP-01", "SUP-03", "T19", "T34"),
    "assessment-fails": ("PLN-03", "REM-05", "VER-01", "VER-09", "T21", "T25", "T27"),
    "dismissed": ("CLS-01", "VER-07", "N20", "T02", "T03"),
    "closed-by-law": ("CLS-07", "PEN-01", "N50", "REM-08", "VER-01", "VER-02", "T25", "T26", "T35"),
    "diversion-ruling": ("MOD-06", "MOD-08", "MOD-09", "MOD-10", "N08", "VER-04", "T08", "T12", "T13", "T18"),
    "extension-deadline": ("N04", "N14", "T22"),
    "item-rows": ("N20", "N21", "N23", "SUP-01", "T22"),
    "jingan-ladder": ("SUP-03", "SUP-04", "SUP-05", "SUP-07", "ACT-27", "N62", "T34"),
    "key-control": ("REM-02", "REM-04", "PLN-01", "SUP-01", "T23", "T24"),
    "ladder-to-referral": ("SUP-01", "SUP-03", "SUP-04", "SUP-05", "N62", "REM-02", "T34"),
    "listed-key-control": (
        *("ACT-13", "ACT-26", "ACT-27", "MOD-03", "MOD-13", "REM-04", "LBK-01", "LBK-03", "VER-01", "VER-06"),
        *("N44", "N45", "T15", "T17", "T20", "T21", "T23", "T24", "T29", "T31", "T32"),
    ),
    "listing-late-request": ("MOD-03", "N44", "SUP-01", "VER-06", "T18", "T20", "T22", "T29"),
    "listing-refused": ("A1", "A8", "MOD-12", "N43", "T09", "T14", "T16", "T10"),
    "manhole": ("N23", "N94", "T22"),
    "new-owner-fresh-ladder": ("MOD-01", "MOD-16", "SUP-01", "SUP-03", "T09", "T10", "T16", "T17", "T34"),
    "on-the-spot": ("REG-04", "REG-05", "MOD-06", "MOD-14", "MOD-16", "CLS-02", "T01", "T04", "T05", "T06"),
    "petition": ("N09", "N80", "N81", "N82", "REM-12", "T35"),
    "relapse": ("LBK-03", "PLN-01", "T32", "T33"),
    "return-and-reroute": (
        "MOD-02",
        "MOD-17",
        "MOD-18",
        "N04",
        "N14",
        "T07",
        "T10",
        "T11",
        "T18",
        "T22",
        "T33",
    ),
    "sc-1": ("REG-03", "REG-04", "VER-02", "VER-05", "LBK-01", "LBK-02", "N90", "T01", "T04", "T30", "T31"),
    "sc-2": (
        *("REG-01", "VER-07", "ACT-18", "ACT-19", "REM-01", "PLN-01", "VER-01", "VER-09", "LBK-03"),
        *("N03", "N04", "N05", "N90", "T01", "T02", "T06", "T17", "T19", "T22", "T25", "T26", "T32"),
    ),
    "sc-7": ("CLS-11", "COL-02", "COL-03", "MOD-19", "REM-06", "REM-07", "ACT-20", "VER-05", "REM-12"),
    "sc-5": (
        *("MOD-03", "MOD-11", "MOD-12", "MOD-13", "MOD-16", "ACT-13", "PLN-02", "PLN-04", "SUP-01", "SUP-12"),
        *(
            "VER-01",
            "VER-06",
            "N43",
            "N44",
            "N45",
            "A1",
            "A3",
            "T09",
            "T14",
            "T15",
            "T17",
            "T19",
            "T20",
            "T22",
        ),
        *("T25", "T29", "T31"),
    ),
    "sc-3": (
        *("MOD-02", "MOD-05", "MOD-07", "RSK-05", "VER-01", "VER-03", "VER-09", "PLN-01", "LBK-01", "LBK-02"),
        *("N02", "N10", "N30", "N90", "N94", "T07", "T10", "T17", "T19", "T25", "T26", "T28", "T30", "T31"),
    ),
    "town-handed-over": ("REG-06", "MOD-16", "MOD-18", "CLS-11", "N94", "T06", "T33", "T35"),
    "unpublished-year": ("N94", "T30", "T31"),
    "untouched": ("REM-02", "REM-03", "SUP-01", "SUP-03", "SUP-05", "N07"),
    "urgent-weekend-night": ("N20", "N22", "N25", "PLN-01", "SUP-01", "T02", "T17"),
}
"""What each scenario shows, by the ids of the rules."""

ALL = [
    pytest.param(path, marks=pytest.mark.requirement(*SHOWS.get(path.stem, ())), id=path.stem)
    for path in sorted(FOLDER.glob("*.yaml"))
]


def told(result: drill.Result) -> str:
    return f"{result.file} step {result.step}: {result.error or result.difference}"


def test_every_scenario_says_what_it_shows():
    assert set(SHOWS) == {path.stem for path in FOLDER.glob("*.yaml")}


@pytest.mark.parametrize("path", ALL)
def test_on_the_core(path, record_property):
    (result,) = drill.run([path])
    assert result.status == 0, told(result)
    assert result.steps == len(read(path).steps)
    record_property("milliseconds", result.milliseconds)
    print(f"{path.stem}: {result.milliseconds} ms")


@pytest.mark.parametrize("path", ALL)
def test_whole_weeks_later_it_goes_the_same_way(path):
    scenario = read(path)
    moved = play(scenario.later(timedelta(weeks=61)), CoreWorld(), lambda _run: None)
    here = play(scenario, CoreWorld(), lambda _run: None)
    assert moved.status == 0, told(moved)
    assert moved.told == here.told


def test_drilling_sc_2_takes_less_than_50_milliseconds_of_a_processor():
    drill.run([FOLDER / "sc-2.yaml"])  # reads what all files share
    started = time.process_time()
    drill.run([FOLDER / "sc-2.yaml"] * 5)
    assert (time.process_time() - started) / 5 < 0.050


# ── on the engine ────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def on_the_engine(tmp_path_factory) -> dict[str, drill.Result]:
    """All of them, and one that is wrong, in one session of one server."""
    wrong = tmp_path_factory.mktemp("drill") / "wrong.yaml"
    text = (FOLDER / "manhole.yaml").read_text("utf-8")
    wrong.write_text(text.replace("remediate: 2026-12-31T02:10", "remediate: 2026-12-31T02:12", 1), "utf-8")
    results = drill.run([wrong, *sorted(FOLDER.glob("*.yaml"))], engine=True)
    return {Path(result.file).stem: result for result in results}


@pytest.mark.slow
@pytest.mark.parametrize("path", ALL)
def test_on_a_real_server(path, on_the_engine):
    result = on_the_engine[path.stem]
    assert result.status == 0, told(result)
    print(f"{path.stem}: {result.milliseconds} ms")


@pytest.mark.slow
@pytest.mark.parametrize("path", ALL)
def test_core_and_server_tell_the_same(path, on_the_engine):
    (core,) = drill.run([path])
    engine = on_the_engine[path.stem]
    assert [_to_the_minute(step) for step in engine.told] == [_to_the_minute(step) for step in core.told]
    assert engine.events == core.events


@pytest.mark.slow
def test_a_difference_on_the_server_is_told_in_the_file_s_own_time(on_the_engine):
    result = on_the_engine["wrong"]
    assert (result.status, result.step, result.difference.what) == (1, 2, "due.remediate")
    assert result.difference.expected == "2026-12-31 02:12"
    assert result.difference.found.startswith("2026-12-31 02:10")


def _to_the_minute(step):
    nearly = timedelta(seconds=30)
    due = {key: (at + nearly).replace(second=0, microsecond=0) for key, at in step.due.items()}
    return step.model_copy(update={"due": due})


def test_a_scenario_is_put_ahead_by_the_fewest_whole_weeks():
    now = datetime.now(UTC)
    for first, weeks in (
        (now - timedelta(days=1), 1),
        (now - timedelta(days=6, hours=23), 1),
        (now - timedelta(days=7, hours=1), 2),
        (now + timedelta(days=1), 0),
    ):
        assert whole_weeks_to_the_future(first) == timedelta(weeks=weeks)
