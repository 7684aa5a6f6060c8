"""What is left of a deadline, in the words of a duty officer."""

from datetime import datetime

import pytest

from domain.remaining import remaining
from domain.values import SHANGHAI
from profiles.loader import shipped_calendar

CALENDAR = shipped_calendar()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.requirement("N90")
@pytest.mark.parametrize(
    ("now", "due", "zh", "en"),
    [
        # 24:00 of Thursday 24 September, seen before Mid-Autumn (25 September is free)
        ("2026-09-22 16:00", "2026-09-25 00:00", "还有 2 个工作日", "2 working days left"),
        ("2026-09-24 09:00", "2026-09-25 00:00", "今天到期", "due today"),
        ("2026-09-25 10:00", "2026-09-25 00:00", "超期 1 天", "1 day overdue"),
        # 26 and 27 September are a weekend; Monday the 28th is the first working day after
        ("2026-09-28 08:00", "2026-09-25 00:00", "超期 1 个工作日", "1 working day overdue"),
        ("2026-10-09 08:00", "2026-10-01 00:00", "超期 2 个工作日", "2 working days overdue"),
        # a Sunday that is worked counts
        ("2026-09-18 12:00", "2026-09-22 00:00", "还有 2 个工作日", "2 working days left"),
        ("2026-09-25 12:00", "2026-09-27 00:00", "还有 1 天", "1 day left"),
        # hours of urgent hazards
        ("2026-09-22 10:00", "2026-09-22 15:30", "还有 5 小时", "5 hours left"),
        ("2026-09-22 15:20", "2026-09-22 15:30", "还有 10 分钟", "10 minutes left"),
        ("2026-09-22 15:30", "2026-09-22 15:30", "超期 0 分钟", "0 minutes overdue"),
        ("2026-09-22 17:00", "2026-09-22 15:30", "超期 1 小时", "1 hour overdue"),
        ("2026-09-24 17:00", "2026-09-22 15:30", "超期 2 个工作日", "2 working days overdue"),
    ],
)
def test_a_deadline_is_told_in_working_days_as_the_ladder_counts_them(now, due, zh, en):
    left = remaining(CALENDAR, at(now), at(due))
    assert (left.zh, left.en) == (zh, en)
