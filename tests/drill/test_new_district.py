"""A fifth district, as ``docs/new-district.md`` writes it: every command of the page run, every answer compared."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import drill
from deployment import seat
from domain.values import State
from drill.core import CoreWorld
from drill.play import play
from drill.scenario import districts, read
from profiles import places
from profiles.account import account
from profiles.loader import ProfileError, known_profiles, shipped_profiles
from profiles.maps import shipped_map
from profiles.notices import delivery_policy
from service.identity import NoSuchSeat
from settings import SettingsError, load_settings
from worker import districts as of_the_deployment

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "new-district"
PAGE = ROOT / "docs" / "new-district.md"
BLOCK = re.compile(r"^```(sh|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def own() -> Iterator[None]:
    """A process that was told of the example's folder."""
    places.use(FOLDER)
    districts.cache_clear()
    yield
    places.use(None)
    districts.cache_clear()


def steps() -> Iterator[tuple[str, int, list[str]]]:
    """Commands of each block, the status of the last, and the lines they should say."""
    blocks = BLOCK.findall(PAGE.read_text("utf-8"))
    for (kind, text), (follows, says) in zip(blocks, [*blocks[1:], ("", "")], strict=True):
        if kind == "sh":
            status = re.search(r"# status (\d)", text)
            yield text, int(status[1]) if status else 0, says.splitlines() if follows == "text" else []


def test_every_command_of_the_page_does_what_the_page_says(tmp_path):
    for name in ("docs", "scenarios"):
        (tmp_path / name).symlink_to(ROOT / name)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("QINGLING_")},
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
    }
    ran = 0
    for commands, status, says in steps():
        done = subprocess.run(
            ["bash", "-c", commands],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        said = done.stdout + done.stderr
        assert done.returncode == status, f"{commands}\n{said}"
        for line in says:
            assert line in said, f"{commands}\nshould say: {line}\nsays: {said}"
        ran += 1
    assert ran >= 7


@pytest.mark.requirement("A4", "A10", "CLS-06")
def test_the_example_is_a_district_like_the_shipped_ones(own):
    book = known_profiles()["shili"]

    assert account(FOLDER / "shili").states == 19
    assert set(known_profiles()) == {*shipped_profiles(), "shili"}
    assert seat("shili", "东城街道", "liaison", "p1").profile == "shili"
    assert delivery_policy("shili").version == "shili-2026.1"
    assert {cell.unit for cell in shipped_map("shili", book.organisation).cells} == {"dongcheng", "xihu"}


@pytest.mark.requirement("A4", "A10", "ACT-11")
@pytest.mark.parametrize(("name", "state"), [("cleared", State.CLOSED), ("ladder", State.AWAITING_SIGNOFF)])
def test_its_hazards_go_as_written(own, name, state):
    scenario = read(FOLDER / "scenarios" / f"{name}.yaml")
    seen = []

    result = play(scenario, CoreWorld(), seen.append)

    assert (result.status, result.difference) == (0, None)
    assert seen[-1].state.state is state


def test_without_its_folder_nobody_knows_it():
    with pytest.raises(NoSuchSeat):
        seat("shili", "东城街道", "liaison", "p1")
    (result,) = drill.run([FOLDER / "scenarios" / "cleared.yaml"])
    assert result.status == 2 and "没有“shili”这个区" in (result.error or "")


def test_one_s_own_folder_goes_before_a_shipped_one_of_the_same_key(tmp_path):
    mine = tmp_path / "qingpu"
    mine.mkdir()
    text = (places.HERE / "qingpu" / "profile.yaml").read_text("utf-8")
    (mine / "profile.yaml").write_text(text.replace('version: "2026.11"', 'version: "2027.1"'), "utf-8")
    try:
        places.use(tmp_path)
        assert known_profiles()["qingpu"].version == "2027.1"
    finally:
        places.use(None)
    assert known_profiles()["qingpu"].version == "2026.11"


def test_a_folder_without_districts_is_refused_where_a_process_starts(tmp_path):
    with pytest.raises(ProfileError, match="里面没有任何区的文件夹"):
        places.use(tmp_path)
    with pytest.raises(SettingsError, match="QINGLING_PROFILES_DIR"):
        of_the_deployment.use(load_settings(profiles_dir=tmp_path))


def test_two_districts_with_one_prefix_are_refused_across_folders(tmp_path):
    mine = tmp_path / "other"
    mine.mkdir()
    (mine / "profile.yaml").write_bytes((places.HERE / "qingpu" / "profile.yaml").read_bytes())
    try:
        places.use(tmp_path)
        with pytest.raises(ProfileError, match="编号前缀“QP”已由"):
            known_profiles()
    finally:
        places.use(None)
