"""How a district controls its graded risks (风险分级管控): who keeps its risk points, what each colour asks for.

Data of the profile. Where a plan says nothing, the defaults below hold; each names its source, ``P`` for a choice
of the project.
"""

from __future__ import annotations

from domain.values import CalendarDays, Colour, Labelled, Limit, Value


class Keeper(Labelled):
    """Who registers, grades and retires a risk point."""

    DEPARTMENT = "department", "风险管控责任部门", "the department responsible for it"
    TERRITORY = "territory", "所在街镇", "the sub-district it lies in"
    OFFICE = "office", "清零办", "the coordinating office"


class GradeControl(Value):
    """What a risk point of one colour asks for."""

    colour: Colour
    plan: bool = False
    """A plan of control that names the enterprise in charge (风险管控方案, PLN-05)."""
    review: Limit
    """Calendar days from an assessment within which the next one is due (及时更新风险动态, RSK-01)."""
    source: str


class RiskControl(Value):
    """Who keeps the risk points of a district, and what follows from their colour."""

    keepers: tuple[Keeper, ...] = (Keeper.DEPARTMENT, Keeper.OFFICE)
    grades: tuple[GradeControl, ...] = (
        GradeControl(colour=Colour.RED, plan=True, review=CalendarDays(90), source="PLN-05；90 日 P"),
        GradeControl(colour=Colour.ORANGE, plan=True, review=CalendarDays(180), source="PLN-05；180 日 P"),
        GradeControl(colour=Colour.YELLOW, review=CalendarDays(365), source="RSK-01；365 日 P"),
        GradeControl(colour=Colour.BLUE, review=CalendarDays(365), source="RSK-01；365 日 P"),
    )
    major_sources: tuple[str, ...] = ("B05-01",)
    """Codes of the catalogue that are major hazard sources (重大危险源), to be identified and declared (RSK-07)."""
    source: str = "RSK-03；P"

    def of(self, colour: Colour) -> GradeControl:
        return next(grade for grade in self.grades if grade.colour is colour)
