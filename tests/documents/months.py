"""September 2026 in 青浦: some cleared in time, one on the spot, one late and supervised, one relapsed."""

from __future__ import annotations

from datetime import datetime, timedelta

from domain.values import SHANGHAI, Rung
from tests.storage.stories import DESK, FINDER, OFFICE, OTHER_STREET, START, Story

NOW = datetime(2026, 10, 12, 10, 30, tzinfo=SHANGHAI)


def on_the_spot(number: str, at: datetime = START) -> Story:
    story = Story(number, at=at).report(evidence=[{"kind": "before", "ref": "photo-1"}])
    return story.do(
        "clear_on_spot",
        FINDER,
        assessor={"person": "deputy-director"},
        evidence=[{"kind": "after", "ref": "photo-2"}],
    )


def supervised(number: str) -> Story:
    story = Story(number, at=datetime(2026, 9, 2, 9, tzinfo=SHANGHAI)).report().assigned(OTHER_STREET)
    while story.hazard.level is not Rung.L3:
        story.wait()
    return story


def september() -> list[Story]:
    back = Story("QP-2026-000004", at=datetime(2026, 8, 3, 9, tzinfo=SHANGHAI)).report().cleared().wait()
    back.do("lookback_relapse", OFFICE, findings="隔断恢复")
    return [
        on_the_spot("QP-2026-000101"),
        Story("QP-2026-000001").report().cleared(),
        Story("QP-2026-000002", at=START + timedelta(days=3)).report(by=DESK, channel="hotline"),
        supervised("QP-2026-000003"),
        back,
    ]
