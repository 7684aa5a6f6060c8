"""``qingling show`` and ``qingling why``: what they print, what they refuse, and what they leave in the log."""

from __future__ import annotations

import json

import pytest

from audit import command
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
    assert command.show_moment(settings, story.number, "3", "zh", False) == 0
    assert "方案制定中" in capsys.readouterr().out
    assert command.show_moment(settings, story.number, None, "en", False) == 0
    assert "closed" in capsys.readouterr().out
    assert command.show_moment(settings, story.number, story.events[1].at.isoformat(), "zh", True) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["seq"], told["state"]["state"]) == (2, "AWAITING_SIGNOFF")


def test_why_tells_all_or_one(db: Database, settings: Settings, capsys) -> None:
    story = recorded(db, lives.late())
    assert command.tell_why(settings, story.number, None, "zh", False) == 0
    assert "《督办单》" in capsys.readouterr().out
    assert command.tell_why(settings, story.number, 2, "zh", True) == 0
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
    assert command.show_moment(settings, hazard, at, lang, False) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert said in told.err
    assert len(told.err.splitlines()) == 1


@pytest.mark.requirement("SEC-01")
def test_an_operator_s_reading_of_a_confidential_hazard_is_logged_too(db, settings, capsys) -> None:
    story = recorded(db, Story().report(confidentiality="INTERNAL"))
    public = recorded(db, Story("QP-2026-000002").report())
    for number in (story.number, public.number):
        command.show_moment(settings, number, None, "zh", False)
        command.tell_why(settings, number, None, "zh", False)

    lines = db.read_now(accesslog.lines, AUDITOR)
    assert [(line.access.hazard, line.access.looked, line.access.actor.unit) for line in lines] == [
        (story.number, "reasons", "system"),
        (story.number, "moment", "system"),
    ]
