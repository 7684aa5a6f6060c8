"""Moments as pages say them."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from domain.values import SHANGHAI
from web import times
from web.language import Language

WEDNESDAY = date(2026, 11, 25)


@pytest.mark.requirement("N90")
@pytest.mark.parametrize(
    ("due", "zh", "en"),
    [
        ("2026-11-26T00:00", "11月25日 周三 24:00", "Wed 25 Nov 24:00"),
        ("2026-11-27T15:30", "11月27日 周五 15:30", "Fri 27 Nov 15:30"),
        ("2026-12-02T09:00", "12月2日 周三 09:00", "Wed 2 Dec 09:00"),
        ("2026-12-03T09:00", "12月3日 09:00", "3 Dec 09:00"),
        ("2027-01-05T00:00", "2027年1月4日 24:00", "4 Jan 2027 24:00"),
    ],
)
def test_a_deadline_near_by_names_its_day_of_the_week(due: str, zh: str, en: str) -> None:
    moment = datetime.fromisoformat(due).replace(tzinfo=SHANGHAI)
    assert times.deadline(Language("zh"), moment, WEDNESDAY) == zh
    assert times.deadline(Language("en"), moment, WEDNESDAY) == en
