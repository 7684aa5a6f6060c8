"""``qingling show`` and ``qingling why``: what they print, what they refuse, and what they leave in the log."""

from __future__ import annotations

import json

import pytest

from audit import casefile_cli
from domain.organisation import Role
from settings import Settings
from storage import accesslog, ledger
from storage.database import Database
from tests.casefile import lives
from tests.storage.stories import Story, principal

AUDITOR = principal(Role.AUDITOR, "区清零办")


def recorded(db: Database, story: Story) -> Story:
    db.write_now(ledger.append, story.hazard, story.events)
    return story


def test_show_tells_a_moment_and_the_present(db: Database, settings: Settings, capsys) -> None:
    story = recorded(db, lives.closed())
    assert casefile_cli.show_moment(settings, story.number, "3", "zh", False) == 0
    assert "方案制定中" in capsys.readouterr().out
    assert casefile_cli.show_moment(settings, story.number, None, "en", False) == 0
    assert "closed" in capsys.readouterr().out
    assert casefile_cli.show_moment(settings, story.number, story.events[1].at.isoformat(), "zh", True) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["seq"], told["state"]["state"]) == (2, "AWAITING_SIGNOFF")


def test_why_tells_all_or_one(db: Database, settings: Settings, capsys) -> None:
    story = recorded(db, lives.late())
    assert casefile_cli.tell_why(settings, story.number, None, "zh", False) == 0
    assert "《督办单》" in capsys.readouterr().out
    assert casefile_cli.tell_why(settings, story.number, 2, "zh", True) == 0
    [reason] = json.loads(capsys.readouterr().out)["reasons"]
    assert (reason["rule"], reason["requirement"]) == ("T06", "ACT-18")


@pytest.mark.parametrize(
    ("hazard", "at", "lang", "said"),
    [
        ("QP-2026-999999", None, "zh", "没有隐患 QP-2026-999999 | there is no hazard"),
        ("QP-2026-000001", "gestern", "zh", "不是时点"),
        ("QP-2026-000001", None, "fr", "没有语言“fr”"),
    ],
)
def test_what_cannot_be_answered_is_one_line_and_status_2(
    db, settings, capsys, hazard, at, lang, said
) -> None:
    recorded(db, lives.closed())
    assert casefile_cli.show_moment(settings, hazard, at, lang, False) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert said in told.err
    assert len(told.err.splitlines()) == 1


@pytest.mark.requirement("SEC-01")
def test_an_operator_s_reading_of_a_confidential_hazard_is_logged_too(db, settings, capsys) -> None:
    story = recorded(db, Story().report(confidentiality="INTERNAL"))
    public = recorded(db, Story("QP-2026-000002").report())
    for number in (story.number, public.number):
        casefile_cli.show_moment(settings, number, None, "zh", False)
        casefile_cli.tell_why(settings, number, None, "zh", False)

    lines = db.read_now(accesslog.lines, AUDITOR)
    assert [(line.access.hazard, line.access.looked, line.access.actor.unit) for line in lines] == [
        (story.number, "reasons", "system"),
        (story.number, "moment", "system"),
    ]


def test_what_if_tells_what_would_differ_over_a_period(db, settings, capsys, tmp_path) -> None:
    story = recorded(db, lives.closed())
    recorded(db, Story("QP-2026-000002", at=story.now).report())
    policy = tmp_path / "draft.yaml"
    policy.write_text("lookbacks: {GENERAL: [CD 90]}", encoding="utf-8")
    before = db.read_now(ledger.events, story.number)

    assert casefile_cli.tell_what_if(settings, policy, casefile_cli.Selection([], "qingpu"), "zh", False) == 1
    told = capsys.readouterr().out
    assert "最终状态：原 CLOSED，将为 CLEARED" in told
    assert "共 2 件，1 件会不同" in told

    later = casefile_cli.Selection([], "qingpu", since=f"{story.now:%Y-%m-%d}")
    assert casefile_cli.tell_what_if(settings, policy, later, "zh", True) == 0
    assert json.loads(capsys.readouterr().out)["hazards"] == 1
    assert db.read_now(ledger.events, story.number) == before
    assert db.read_now(ledger.verify, story.number) == []


@pytest.mark.parametrize(
    ("text", "since", "said"),
    [
        ("clocks: 5", None, "draft.yaml"),
        ("lookbacks: {}", "1.11.2026", "不是日期"),
        (None, None, "draft.yaml"),
    ],
)
def test_a_bad_policy_or_day_is_one_line(db, settings, capsys, tmp_path, text, since, said) -> None:
    recorded(db, lives.closed())
    policy = tmp_path / "draft.yaml"
    if text is not None:
        policy.write_text(text, encoding="utf-8")
    which = casefile_cli.Selection([], "qingpu", since=since)
    assert casefile_cli.tell_what_if(settings, policy, which, "zh", False) == 2
    told = capsys.readouterr()
    assert said in told.err
    assert len(told.err.splitlines()) == 1
