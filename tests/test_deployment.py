"""Setting a deployment up: again and again, without undoing what has been published since."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from deployment import publish_shipped, seat
from domain.calendar import Calendar, Span
from domain.library import Library
from service.identity import NoSuchSeat
from settings import Settings, load_settings
from storage import rulebooks
from storage.database import Database


def here(folder: Path) -> Settings:
    return load_settings(var_dir=folder, database_url=f"sqlite:///{folder}/q.db")


def current_calendar(settings: Settings) -> Calendar:
    database = Database.connect(settings.database_url.get_secret_value())
    library = Library()
    database.read_now(rulebooks.load_into, library)
    digest = database.read_now(rulebooks.current_calendar)
    database.close()
    assert digest is not None
    return library.calendar(digest)


def test_starting_again_keeps_a_year_that_was_loaded_since(tmp_path: Path) -> None:
    settings = here(tmp_path)
    publish_shipped(settings)
    year = Calendar(version="2027", spans=(Span(first=date(2027, 1, 1), last=date(2027, 12, 31)),))
    database = Database.connect(settings.database_url.get_secret_value())
    database.write_now(rulebooks.publish_calendar, current_calendar(settings).joined(year))
    database.close()
    publish_shipped(settings)
    assert current_calendar(settings).publishes(date(2027, 6, 1))
    assert current_calendar(settings).publishes(date(2026, 6, 1))


@pytest.mark.parametrize(
    ("profile", "unit", "role", "says"),
    [
        ("nowhere", "夏阳街道", "liaison", "没有区级配置"),
        ("qingpu", "无此街道", "liaison", "没有单位"),
        ("qingpu", "夏阳街道", "king", "没有角色"),
        ("qingpu", "夏阳街道", "desk", "席位只设在"),
    ],
)
def test_a_seat_that_does_not_exist_is_named_in_one_line(
    profile: str, unit: str, role: str, says: str
) -> None:
    with pytest.raises(NoSuchSeat, match=says) as refused:
        seat(profile, unit, role, "p-1")
    assert "\n" not in str(refused.value)
