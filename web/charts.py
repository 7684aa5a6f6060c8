"""Drawings of the pages, worked out on the server: places and sizes for an SVG template, no script, no library.

Shapes and words tell things apart, colour only helps: found is a full bar, cleared an outlined one, open a line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from domain.library import Rulebook
from domain.values import Colour, UnitId
from profiles.borders import shipped_borders
from profiles.maps import GridMap, shipped_map
from storage.figures import Point
from storage.stock import Street
from web.outlines import Outline, Outlines, outlines

WIDTH, HEIGHT, FOOT, LEFT = 420, 170, 22, 32


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    value: int


@dataclass(frozen=True)
class Step:
    """One period of the trend."""

    label: str
    x: float
    found: Bar
    cleared: Bar
    open: int
    open_y: float


@dataclass(frozen=True)
class Trend:
    steps: tuple[Step, ...]
    line: str
    """The open hazards, as points of a polyline."""
    ticks: tuple[tuple[float, int], ...]
    width: int = WIDTH
    height: int = HEIGHT


def trend(points: Sequence[Point], labels: Sequence[str]) -> Trend:
    """Found and cleared beside each other in each period, open at its end above them."""
    top = _nice(max((max(one.found, one.cleared, one.open) for one in points), default=0))
    room = HEIGHT - FOOT - 12
    pitch = (WIDTH - LEFT) / max(1, len(points))
    thick = pitch * 0.3

    def height(value: int) -> float:
        return round(room * value / top, 1)

    def bar(x: float, value: int) -> Bar:
        return Bar(round(x, 1), HEIGHT - FOOT - height(value), round(thick, 1), height(value), value)

    steps = tuple(
        Step(
            label=label,
            x=round(LEFT + pitch * (n + 0.5), 1),
            found=bar(LEFT + pitch * (n + 0.5) - thick - 1, one.found),
            cleared=bar(LEFT + pitch * (n + 0.5) + 1, one.cleared),
            open=one.open,
            open_y=HEIGHT - FOOT - height(one.open),
        )
        for n, (one, label) in enumerate(zip(points, labels, strict=True))
    )
    line = " ".join(f"{step.x},{step.open_y}" for step in steps)
    ticks = tuple((HEIGHT - FOOT - height(value), value) for value in dict.fromkeys((0, top // 2, top)))
    return Trend(steps, line, ticks)


def _nice(most: int) -> int:
    """A round number not below ``most``, for the top of an axis."""
    size = 1
    while True:
        for step in (2, 4, 10):
            if step * size >= most:
                return step * size
        size *= 10


# -- the four-colour map -----------------------------------------------------------------------------

CELL_WIDTH, CELL_HEIGHT, GAP = 86, 72, 6


@dataclass(frozen=True)
class Square:
    """A street of the map, with what stands open there."""

    unit: UnitId
    x: int
    y: int
    open: int
    overdue: int
    worst: Colour | None


@dataclass(frozen=True)
class Shape:
    """A street drawn by its borders. ``path`` is an SVG path; the words stand about (x, y)."""

    unit: UnitId
    path: str
    x: float
    y: float
    open: int
    overdue: int
    worst: Colour | None


@dataclass(frozen=True)
class Map:
    """Either shapes or squares. ``note`` is said of squares, which are no borders."""

    squares: tuple[Square, ...]
    width: int
    height: int
    note: str
    shapes: tuple[Shape, ...] = ()
    cell_width: int = CELL_WIDTH
    cell_height: int = CELL_HEIGHT


def street_map(book: Rulebook, streets: Sequence[Street]) -> Map:
    """By the borders of the profile; without any, cells as it places them; else named cells in rows (示意)."""
    known = {street.subdistrict: street for street in streets}
    outlines = _outlines_of(book.profile, book)
    if outlines is not None:
        shapes = tuple(_shape(one, known.get(one.unit)) for one in outlines.shapes)
        return Map((), outlines.width, outlines.height, "", shapes)
    drawn = _map_of(book.profile, book)
    territories = [unit.id for unit in book.organisation.territories]
    places = (
        {cell.unit: (cell.row - 1, cell.col - 1) for cell in drawn.cells}
        if drawn
        else {unit: divmod(n, 4) for n, unit in enumerate(territories)}
    )
    squares = tuple(_square(unit, row, column, known.get(unit)) for unit, (row, column) in places.items())
    rows = 1 + max((row for row, _ in places.values()), default=0)
    columns = 1 + max((column for _, column in places.values()), default=0)
    return Map(squares, columns * (CELL_WIDTH + GAP), rows * (CELL_HEIGHT + GAP), drawn.note if drawn else "")


def _shape(outline: Outline, street: Street | None) -> Shape:
    return Shape(
        unit=outline.unit,
        path=outline.path,
        x=outline.x,
        y=outline.y,
        open=street.open if street else 0,
        overdue=street.overdue if street else 0,
        worst=street.worst if street else None,
    )


def _square(unit: UnitId, row: int, column: int, street: Street | None) -> Square:
    return Square(
        unit=unit,
        x=column * (CELL_WIDTH + GAP),
        y=row * (CELL_HEIGHT + GAP),
        open=street.open if street else 0,
        overdue=street.overdue if street else 0,
        worst=street.worst if street else None,
    )


_DRAWN: dict[str, GridMap | None] = {}


def _map_of(profile: str, book: Rulebook) -> GridMap | None:
    if profile not in _DRAWN:
        _DRAWN[profile] = shipped_map(profile, book.organisation)
    return _DRAWN[profile]


_OUTLINES: dict[str, Outlines | None] = {}


def _outlines_of(profile: str, book: Rulebook) -> Outlines | None:
    if profile not in _OUTLINES:
        borders = shipped_borders(profile, book.organisation)
        _OUTLINES[profile] = outlines(borders) if borders else None
    return _OUTLINES[profile]
