"""The account of a drill reads like the officer's own: one line a step, in Chinese or English; JSON for machines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import drill
from drill.play import NoEngine

SCENARIOS = Path(__file__).parents[2] / "scenarios"
HEADING_AND_VERDICT = 2


def account(capsys, name: str, **how) -> list[str]:
    assert drill.main([SCENARIOS / f"{name}.yaml"], **how) == 0
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("path", sorted(SCENARIOS.glob("*.yaml")), ids=lambda path: path.stem)
def test_one_line_a_step(capsys, path, lang):
    lines = account(capsys, path.stem, lang=lang)
    assert len(lines) == len(drill.read(path).steps) + HEADING_AND_VERDICT
    assert lines[0].startswith("▶ ")
    assert lines[-1].startswith("✓ ")


def test_in_chinese(capsys):
    lines = account(capsys, "sc-2")
    assert lines[3] == (
        "   3 2026-09-22 10:30  区城运中心 值班员甲（城运中心值班）“转递（交办）” → "
        "待签收；限期 签收 09-23 24:00、整治 09-30 24:00"
    )
    assert lines[6] == (
        "   6 2026-09-29 09:00  〔2026-09-29 09:00 L0 提醒（整治）→ 长寿路街道〕 整治中；限期 整治 09-30 24:00"
    )
    assert lines[9] == (
        "   9 2026-10-13 10:00  长寿路街道 责任人丙（城建中心干部）“申请延期” ✗ 409 "
        "本轮整治已申请过延期，只准一次 [T22.once]"
    )


@pytest.mark.requirement("A14", "SUP-03", "VER-06")
@pytest.mark.parametrize(
    ("name", "own", "never"),
    [
        ("jingan-ladder", ["L5 追究责任", "（区安委办）", "区安委办主任"], ["清零办", "提请追责"]),
        (
            "sc-5",
            ["（专班办公室）", "或专班办公室、办公室主任办理", "区级挂牌整治须由1名副区长牵头"],
            ["清零办"],
        ),
        ("sc-7", ["（镇综治办值班）", "已销号", "“销号评估通过”"], ["清零", "城运中心", "本区"]),
    ],
)
def test_each_district_reads_its_own_words(capsys, name, own, never):
    told = "\n".join(account(capsys, name)[1:])

    assert [word for word in own if word not in told] == []
    assert [word for word in never if word in told] == []


def test_in_english(capsys):
    lines = account(capsys, "sc-2", lang="en")
    assert "Changshou Road Sub-district" in lines[2]
    assert "09-23 24:00" in lines[3]
    assert lines[9].endswith(
        "✗ 409 an extension has already been asked for in this round; there is only one [T22.once]"
    )


def test_provisional_dates_are_marked(capsys):
    assert "2027-01-01 24:00（暂定）" in account(capsys, "unpublished-year")[2]
    assert "(provisional)" in account(capsys, "unpublished-year", lang="en")[2]


def test_for_machines(capsys):
    lines = account(capsys, "sc-1", as_json=True)
    (result,) = json.loads("\n".join(lines))
    assert (result["status"], result["steps"], result["difference"]) == (0, 6, None)
    assert result["milliseconds"] > 0
    assert [step["state"] for step in result["told"]] == [
        *("REGISTERED", "REGISTERED", "CLEARED", "CLEARED", "LOOK_BACK", "CLOSED"),
    ]
    assert result["told"][1]["refused"] == "T04.after-evidence-missing"
    assert result["told"][4]["fired"] == ["lookback_due"]


def test_without_a_server_the_engine_says_so(capsys, monkeypatch):
    def nothing_there(*_about, **_more):
        raise NoEngine("没有 temporal | no temporal")

    monkeypatch.setattr(drill, "run", nothing_there)
    assert drill.main([SCENARIOS / "sc-1.yaml"], engine=True) == 2
    assert capsys.readouterr().err == "没有 temporal | no temporal\n"
