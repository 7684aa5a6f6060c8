"""Where the sub-districts of a district stand in the four-colour map (四色图, RSK-01): one schematic cell each.

A map is how a district is shown, not a rule of it: it stands beside the profile, not in its rulebook.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field

from domain.organisation import Organisation
from domain.values import UnitId, Value
from profiles.files import read_yaml, shaped
from profiles.mistakes import ProfileError
from profiles.places import folder_of

MAP = "map.yaml"
LARGEST = 20
"""Rows and columns. A schematic map has few."""

Position = Annotated[int, Field(ge=1, le=LARGEST)]


class Cell(Value):
    """The place of one unit, rows counted from the north, columns from the west, both from 1."""

    unit: UnitId
    row: Position
    col: Position


class GridMap(Value):
    """A schematic map: neighbours stand side by side, no border is drawn to scale (示意)."""

    note: str
    cells: tuple[Cell, ...]

    @property
    def rows(self) -> int:
        return max(cell.row for cell in self.cells)

    @property
    def cols(self) -> int:
        return max(cell.col for cell in self.cells)


class _MapFile(BaseModel):
    note: Annotated[str, Field(min_length=1)]
    cells: dict[UnitId, tuple[Position, Position]]


def shipped_map(profile: str, organisation: Organisation) -> GridMap | None:
    """The map that comes with a profile, ``None`` when it has none. Raises :class:`ProfileError`."""
    return read_map(folder_of(profile), organisation)


def read_map(folder: Path, organisation: Organisation) -> GridMap | None:
    """The map in a district's folder. Every sub-district (in a town, every zone) has a cell of its own."""
    file = f"{folder.resolve().name}/{MAP}"
    if not (folder / MAP).exists():
        return None
    said = shaped(_MapFile, file, read_yaml(folder / MAP, file))
    territories = {unit.id for unit in organisation.territories}
    for unit in said.cells:
        if unit not in territories:
            raise ProfileError(
                file,
                f"cells.{unit}",
                f"“{unit}”不是本区的街镇（管区），请改成 units 里的编号",
                f"{unit} is no sub-district or zone of this district; use an id from units",
            )
    for territory in organisation.territories:
        if territory.id not in said.cells:
            raise ProfileError(
                file,
                "cells",
                f"没有“{territory.name}”的位置，请补上 {territory.id}",
                f"{territory.id} has no cell; add it",
            )
    taken: dict[tuple[int, int], UnitId] = {}
    for unit, cell in said.cells.items():
        other = taken.setdefault(cell, unit)
        if other != unit:
            raise ProfileError(
                file,
                f"cells.{unit}",
                f"与“{other}”在同一格 {cell[0]} 行 {cell[1]} 列，请另选一格",
                f"stands in one cell with {other}; choose another",
            )
    return GridMap(
        note=said.note,
        cells=tuple(Cell(unit=unit, row=row, col=col) for unit, (row, col) in said.cells.items()),
    )
