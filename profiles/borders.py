"""The borders of a district's sub-districts, where it has them: ``map.geojson`` in its folder (RFC 7946).

Each feature is one sub-district (in a town, one zone): ``properties.unit`` is its id in the profile. With borders
the four-colour map is drawn from them; without, from the schematic cells of ``map.yaml``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from domain.organisation import Organisation
from domain.values import UnitId, Value
from profiles.files import read_text
from profiles.mistakes import ProfileError, first_mistake
from profiles.places import folder_of

BORDERS = "map.geojson"
LARGEST = 8 * 1024 * 1024
"""Bytes. What is drawn is a thousandth of it; more than this is no map of a district."""

Point = tuple[float, float]
"""Longitude and latitude in degrees."""


class Border(Value):
    """One unit's outlines, in degrees; holes are outlines of their own (even-odd)."""

    unit: UnitId
    rings: tuple[tuple[Point, ...], ...]


class _Loose(BaseModel):
    """GeoJSON lets everybody add members of his own."""

    model_config = ConfigDict(extra="ignore")


_Place = Annotated[list[float], Field(min_length=2, max_length=3)]
_Ring = Annotated[list[_Place], Field(min_length=4)]


class _Polygon(_Loose):
    type: Literal["Polygon"]
    coordinates: Annotated[list[_Ring], Field(min_length=1)]


class _MultiPolygon(_Loose):
    type: Literal["MultiPolygon"]
    coordinates: Annotated[list[Annotated[list[_Ring], Field(min_length=1)]], Field(min_length=1)]


class _Named(_Loose):
    unit: UnitId


class _Feature(_Loose):
    type: Literal["Feature"]
    properties: _Named
    geometry: Annotated[_Polygon | _MultiPolygon, Field(discriminator="type")]


class _Collection(_Loose):
    type: Literal["FeatureCollection"]
    features: Annotated[list[_Feature], Field(min_length=1)]


def shipped_borders(profile: str, organisation: Organisation) -> tuple[Border, ...]:
    """The borders in a profile's folder; empty when it has none. Raises :class:`ProfileError`."""
    return read_borders(folder_of(profile), organisation)


def read_borders(folder: Path, organisation: Organisation) -> tuple[Border, ...]:
    """Every sub-district's border from ``map.geojson``. Raises :class:`ProfileError`."""
    path, file = folder / BORDERS, f"{folder.resolve().name}/{BORDERS}"
    if not path.exists():
        return ()
    if path.stat().st_size > LARGEST:
        size = LARGEST // 2**20
        raise ProfileError(
            file, "", f"超过 {size} MB，请先简化边界", f"larger than {size} MB; simplify the borders first"
        )
    try:
        data = json.loads(read_text(path, file))
    except json.JSONDecodeError as broken:
        raise ProfileError(file, f":{broken.lineno}", "不是正确的 JSON", "not valid JSON") from None
    try:
        said = _Collection.model_validate(data)
    except ValidationError as invalid:
        raise first_mistake(file, data, invalid) from None
    found: dict[UnitId, Border] = {}
    territories = {unit.id: unit for unit in organisation.territories}
    for n, feature in enumerate(said.features, start=1):
        unit = feature.properties.unit
        if unit not in territories:
            raise ProfileError(
                file,
                f"features[{n}].properties.unit",
                f"“{unit}”不是本区的街镇（管区），请改成 units 里的编号",
                f"{unit} is no sub-district or zone of this district; use an id from units",
            )
        if unit in found:
            raise ProfileError(
                file,
                f"features[{n}].properties.unit",
                f"“{unit}”已有一个要素，请合并为一个 MultiPolygon",
                f"{unit} has a feature already; join the two as one MultiPolygon",
            )
        found[unit] = Border(unit=unit, rings=_rings(file, n, feature.geometry))
    for id, territory in territories.items():
        if id not in found:
            raise ProfileError(
                file, "features", f"没有“{territory.name}”的边界，请补上 {id}", f"{id} has no border; add it"
            )
    return tuple(found[id] for id in territories)


def _rings(file: str, n: int, geometry: _Polygon | _MultiPolygon) -> tuple[tuple[Point, ...], ...]:
    polygons: Any = geometry.coordinates if geometry.type == "MultiPolygon" else [geometry.coordinates]
    rings = tuple(tuple((place[0], place[1]) for place in ring) for rings in polygons for ring in rings)
    if not all(-180 <= lon <= 180 and -90 <= lat <= 90 for ring in rings for lon, lat in ring):
        raise ProfileError(
            file,
            f"features[{n}].geometry",
            "坐标应为经度、纬度（WGS 84），如 121.1, 31.1",
            "positions are longitude and latitude (WGS 84), such as 121.1, 31.1",
        )
    return rings
