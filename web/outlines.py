"""Borders as they are drawn: degrees become pixels once, and points that no eye could tell apart are left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, hypot, radians

from domain.values import UnitId
from profiles.borders import Border, Point

WIDTH, TALLEST = 540, 620
_APART = 1.2
"""Pixels between two points of a line that is drawn."""

Place = tuple[float, float]


@dataclass(frozen=True)
class Outline:
    """One unit's border as an SVG path, and where its words stand."""

    unit: UnitId
    path: str
    x: float
    y: float


@dataclass(frozen=True)
class Outlines:
    shapes: tuple[Outline, ...]
    width: int
    height: int


def outlines(borders: Sequence[Border]) -> Outlines:
    """All borders on one scale, north above. A district is small enough for its degrees to be a plane."""
    points = [point for border in borders for ring in border.rings for point in ring]
    west, east = min(lon for lon, _ in points), max(lon for lon, _ in points)
    south, north = min(lat for _, lat in points), max(lat for _, lat in points)
    narrower = cos(radians((south + north) / 2))  # a degree of longitude, in degrees of latitude
    wide, tall = max((east - west) * narrower, 1e-9), max(north - south, 1e-9)
    scale = min((WIDTH - 4) / wide, TALLEST / tall)

    def place(point: Point) -> Place:
        return 2 + (point[0] - west) * narrower * scale, 2 + (north - point[1]) * scale

    shapes = []
    for border in borders:
        rings = [_thinned([place(point) for point in ring]) for ring in border.rings]
        x, y = _middle(max(rings, key=lambda ring: abs(_area(ring))))
        shapes.append(Outline(border.unit, "".join(map(_path, rings)), round(x, 1), round(y, 1)))
    return Outlines(tuple(shapes), round(wide * scale) + 4, round(tall * scale) + 4)


def _thinned(ring: Sequence[Place]) -> list[Place]:
    """Fewer points, never fewer than make a triangle."""
    kept = [ring[0]]
    for point in ring[1:-1]:
        if hypot(point[0] - kept[-1][0], point[1] - kept[-1][1]) >= _APART:
            kept.append(point)
    return kept if len(kept) >= 3 else list(ring[:-1])


def _path(ring: Iterable[Place]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ring) + "Z"


def _sides(ring: Sequence[Place]) -> Iterable[tuple[Place, Place]]:
    return zip(ring, (*ring[1:], ring[0]), strict=True)


def _area(ring: Sequence[Place]) -> float:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in _sides(ring)) / 2


def _middle(ring: Sequence[Place]) -> Place:
    """The centroid; of a ring without area, the mean of its points."""
    area = _area(ring)
    if abs(area) < 1e-9:
        return sum(x for x, _ in ring) / len(ring), sum(y for _, y in ring) / len(ring)
    parts = [(a, b, a[0] * b[1] - b[0] * a[1]) for a, b in _sides(ring)]
    return (
        sum((a[0] + b[0]) * cross for a, b, cross in parts) / (6 * area),
        sum((a[1] + b[1]) * cross for a, b, cross in parts) / (6 * area),
    )
