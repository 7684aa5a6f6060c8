"""A scenario file that cannot be used is refused in one line, with its file, its step and the remedy."""

from __future__ import annotations

from datetime import date, datetime

import pytest

import drill
from domain.values import SHANGHAI
from drill.format import when

HEAD = "profile: qingpu\ntitle: 试验\ncalendar: 2026\nsteps:\n"
ACTOR = "actor: {unit: 夏阳街道, role: discoverer, person: 甲}"
REPORT = (
    f"  - {{at: 2026-09-17T08:00+08:00, {ACTOR}, do: report, with: "
    "{channel: grid_patrol, code: S06-07, place: 某处}}\n"
)

BAD = {
    "unknown key of a step": (HEAD + REPORT + "  - {at: 2026-09-17T09:00+08:00, expct: {}}\n", "expct", 2),
    "unknown expectation": (
        HEAD + REPORT + "  - {at: 2026-09-17T09:00+08:00, expect: {stat: CLEARED}}\n",
        "stat",
        2,
    ),
    "unknown state": (
        HEAD + REPORT + "  - {at: 2026-09-17T09:00+08:00, expect: {state: DONE}}\n",
        "DONE",
        2,
    ),
    "unknown clock": (
        HEAD + REPORT + "  - {at: 2026-09-17T09:00+08:00, expect: {due: {remediat: 2026-09-20}}}\n",
        "remediat",
        2,
    ),
    "unknown command": (HEAD + REPORT.replace("do: report", "do: reprot"), "reprot", 1),
    "unknown unit": (HEAD + REPORT.replace("夏阳街道", "夏阳镇"), "夏阳镇", 1),
    "unknown unit expected": (
        HEAD + REPORT + "  - {at: 2026-09-17T09:00+08:00, expect: {fired: [{to: 夏阳镇}]}}\n",
        "夏阳镇",
        2,
    ),
    "unknown role": (HEAD + REPORT.replace("discoverer", "finder"), "discoverer", 1),
    "unknown event": (
        HEAD + REPORT + "  - {at: 2026-09-17T09:00+08:00, expect: {events: [signed]}}\n",
        "signed",
        2,
    ),
    "uncountable": (
        HEAD + REPORT + "  - {at: 2026-09-17T09:00+08:00, expect: {counts: {relapse: 1}}}\n",
        "relapse",
        2,
    ),
    "subtasks": (
        HEAD + REPORT + "  - {at: 2026-09-17T09:00+08:00, expect: {subtasks: {夏阳街道: {done: true}}}}\n",
        "done",
        2,
    ),
    "time without offset": (HEAD + REPORT.replace("08:00+08:00", "08:00"), "offset", 1),
    "time that is none": (HEAD + REPORT.replace("2026-09-17T08:00+08:00", "Thursday"), "Thursday", 1),
    "day for a time": (HEAD + REPORT.replace("2026-09-17T08:00+08:00", "2026-09-17"), "2026-09-17", 1),
    "no such day": (HEAD + REPORT.replace("2026-09-17T", "2026-09-31T"), "2026-09-31", 1),
    "backwards": (HEAD + REPORT + "  - {at: 2026-09-17T07:59+08:00}\n", "earlier than", 2),
    "not reported yet": (HEAD + REPORT + "  - {at: 2026-09-17T09:00+08:00, as: h2}\n", "h2", 2),
    "nobody acts": (HEAD + REPORT.replace(ACTOR + ", ", ""), "actor", 1),
    "refused nothing": (HEAD + REPORT + "  - {at: 2026-09-17T09:00+08:00, refused: 409}\n", "do", 2),
    "status that is none": (
        HEAD + REPORT.replace("do: report", "do: report, refused: 418"),
        "418",
        1,
    ),
    "calendar of no year": (
        HEAD + REPORT + "  - {at: 2026-09-17T09:00+08:00, do: load_calendar, with: {weekdays_off: []}}\n",
        "years",
        2,
    ),
    "calendar that is none": (
        HEAD
        + REPORT
        + "  - {at: 2026-09-17T09:00+08:00, do: load_calendar, with: {year: 2027, weekdays_off: [2027-01-02]}}\n",
        "2027-01-02",
        2,
    ),
    "key twice": (HEAD + REPORT.replace("do: report", "do: report, do: report"), "“do” stands twice", None),
    "calendar not shipped": (HEAD.replace("2026", "2031") + REPORT, "2031", None),
    "no such district": (HEAD.replace("qingpu", "qingdao") + REPORT, "putuo", None),
    "no steps": (HEAD.replace("steps:\n", "steps: []\n"), "steps", None),
    "no YAML": (HEAD + "  - {at: [\n", "YAML", None),
    "empty": ("", "key: value", None),
    "a list": ("- 1\n", "key: value", None),
}


@pytest.mark.parametrize("name", BAD)
def test_one_line_says_what_is_wrong_and_where(tmp_path, capsys, name):
    text, fragment, step = BAD[name]
    file = tmp_path / "bad.yaml"
    file.write_text(text, "utf-8")
    assert drill.main([file]) == 2
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith(f"✗ {file}")
    assert fragment in line
    if step:
        assert f"steps[{step}]" in line
    assert " / " in line  # in both languages


def test_a_file_that_is_not_there_or_not_utf_8(tmp_path):
    (tmp_path / "gb.yaml").write_bytes("profile: 青浦".encode("gb18030"))
    results = drill.run([tmp_path / "none.yaml", tmp_path / "gb.yaml"])
    assert [result.status for result in results] == [2, 2]
    assert "cannot be read" in str(results[0].error)
    assert "UTF-8" in str(results[1].error)


def test_a_good_file_is_played_beside_a_bad_one(tmp_path):
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(HEAD + REPORT, "utf-8")
    bad.write_text(HEAD, "utf-8")
    results = drill.run([bad, good])
    assert [result.status for result in results] == [2, 0]
    assert drill.exit_status(results) == 2


def test_how_moments_are_written():
    assert when("2026-09-30") == date(2026, 9, 30)
    assert when("2026-09-30T24:00+08:00") == datetime(2026, 10, 1, tzinfo=SHANGHAI)
    assert when("2026-09-30 09:00:01+08:00") == datetime(2026, 9, 30, 9, 0, 1, tzinfo=SHANGHAI)
    assert when("2026-09-30T01:00Z") == datetime(2026, 9, 30, 9, tzinfo=SHANGHAI)
    for text in ("2026-9-30", "2026-09-30T09:00", "30.09.2026", "", None, 2026):
        with pytest.raises(ValueError):
            when(text)
