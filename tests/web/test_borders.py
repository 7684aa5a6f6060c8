"""A district's borders: an invented GeoJSON of its sub-districts, what the reader refuses, and how it is drawn."""

from __future__ import annotations

import json
from typing import Any

import pytest

from domain.values import Colour
from profiles.borders import read_borders
from profiles.loader import shipped_profiles
from profiles.mistakes import ProfileError
from storage.stock import Street
from web import charts
from web.outlines import outlines

BOOK = shipped_profiles()["qingpu"]
ORGANISATION = BOOK.organisation
UNITS = [unit.id for unit in ORGANISATION.territories]


def square(west: float, south: float, size: float = 0.1) -> list[list[float]]:
    east, north = west + size, south + size
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def invented() -> dict[str, Any]:
    """Each sub-district a square, in rows of four; the last one in two pieces, one of them with a hole."""
    features = []
    for n, unit in enumerate(UNITS):
        row, column = divmod(n, 4)
        west, south = 121.0 + column * 0.1, 31.0 - row * 0.1
        geometry: dict[str, Any] = {"type": "Polygon", "coordinates": [square(west, south)]}
        if n == len(UNITS) - 1:
            island = [square(west + 0.2, south, 0.04)]
            hole = square(west + 0.03, south + 0.03, 0.01)
            geometry = {"type": "MultiPolygon", "coordinates": [[square(west, south), hole], island]}
        features.append({"type": "Feature", "properties": {"unit": unit, "name": "?"}, "geometry": geometry})
    return {"type": "FeatureCollection", "crs": {}, "features": features}


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "mine"
    made.mkdir()
    return made


def write(folder, data: Any) -> None:
    text = data if isinstance(data, str) else json.dumps(data)
    (folder / "map.geojson").write_text(text, "utf-8")


def test_a_district_may_have_no_borders(folder):
    assert read_borders(folder, ORGANISATION) == ()


@pytest.mark.requirement("RSK-01")
def test_borders_are_drawn_north_above_each_in_its_place(folder):
    write(folder, invented())
    borders = read_borders(folder, ORGANISATION)
    drawn = outlines(borders)
    at = {shape.unit: shape for shape in drawn.shapes}
    assert [shape.unit for shape in drawn.shapes] == UNITS
    first, second, below = at[UNITS[0]], at[UNITS[1]], at[UNITS[4]]
    assert second.x > first.x and second.y == first.y
    assert below.y > first.y and below.x == first.x
    side = (second.x - first.x) / (below.y - first.y)
    assert side == pytest.approx(0.858, abs=0.01)  # at 31° a degree of longitude is shorter by its cosine
    assert at[UNITS[-1]].path.count("M") == 3  # two pieces and a hole
    for shape in drawn.shapes:
        assert 0 < shape.x < drawn.width and 0 < shape.y < drawn.height


def test_points_no_eye_could_tell_apart_are_left_out(folder):
    data = invented()
    west, south = 121.0, 31.0
    along = [[west + 0.1 * n / 5000, south] for n in range(5000)]
    data["features"][0]["geometry"]["coordinates"] = [[*along, *square(west, south)[1:]]]
    write(folder, data)
    path = outlines(read_borders(folder, ORGANISATION)).shapes[0].path
    assert path.count("L") < 200


@pytest.mark.requirement("RSK-01")
def test_the_four_colour_map_takes_the_borders_where_there_are_some(folder, monkeypatch):
    street = Street(subdistrict=UNITS[2], open=7, overdue=2, colours={Colour.YELLOW: 3, Colour.RED: 1})
    monkeypatch.setattr(charts, "_OUTLINES", {})
    squares = charts.street_map(BOOK, [street])
    assert squares.squares and not squares.shapes
    write(folder, invented())
    monkeypatch.setattr(charts, "_OUTLINES", {BOOK.profile: outlines(read_borders(folder, ORGANISATION))})
    map = charts.street_map(BOOK, [street])
    assert not map.squares and len(map.shapes) == len(UNITS)
    shape = next(shape for shape in map.shapes if shape.unit == UNITS[2])
    assert (shape.open, shape.overdue, shape.worst) == (7, 2, Colour.RED)
    assert all(other.open == 0 for other in map.shapes if other is not shape)


def renamed(data: dict[str, Any]) -> Any:
    data["features"][0]["properties"]["unit"] = "nowhere"
    return data


def missing(data: dict[str, Any]) -> Any:
    del data["features"][0]
    return data


def twice(data: dict[str, Any]) -> Any:
    data["features"].append(data["features"][0])
    return data


def projected(data: dict[str, Any]) -> Any:
    data["features"][0]["geometry"]["coordinates"] = [square(351_000.0, 3_430_000.0, 900.0)]
    return data


def a_line(data: dict[str, Any]) -> Any:
    data["features"][0]["geometry"] = {"type": "LineString", "coordinates": [[121, 31], [122, 31]]}
    return data


def open_ended(data: dict[str, Any]) -> Any:
    data["features"][0]["geometry"]["coordinates"] = [[[121, 31], [122, 31]]]
    return data


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (renamed, "features[1].properties.unit：“nowhere”不是本区的街镇（管区）"),
        (missing, "features：没有“"),
        (twice, "已有一个要素，请合并为一个 MultiPolygon"),
        (projected, "features[1].geometry：坐标应为经度、纬度"),
        (a_line, "features[1].geometry"),
        (open_ended, "features[1].geometry"),
        (lambda _: "{", "map.geojson:1：不是正确的 JSON"),
        (lambda _: "[]", "mine/map.geojson"),
    ],
)
def test_mistakes_in_borders_are_one_line_that_names_the_place(folder, spoil, says):
    write(folder, spoil(invented()))
    with pytest.raises(ProfileError) as caught:
        read_borders(folder, ORGANISATION)
    assert str(caught.value).startswith("mine/map.geojson") and "\n" not in str(caught.value)
    assert says in str(caught.value)
