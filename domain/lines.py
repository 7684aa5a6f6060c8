"""Lines (条线): which hazards a bureau leads without handling them, so that it reads and coordinates them.

A line stands beside the risk categories: it follows from what the plan of a district says of its bureaus
(普陀 四(二)…(六)). Its lead reads every hazard of it, guides, coordinates and convenes; it decides nothing.
"""

from __future__ import annotations

from domain.library import Rulebook
from domain.state import Hazard
from domain.values import UnitId


def leads_of(book: Rulebook, hazard: Hazard) -> tuple[UnitId, ...]:
    """The units that lead a line this hazard belongs to, in the order of the rulebook."""
    if not book.lines:
        return ()
    item = book.catalogue.by_code.get(hazard.code or "")
    petitioned = hazard.petition is not None
    return tuple(
        dict.fromkeys(
            line.lead
            for line in book.lines
            if hazard.channel in line.channels
            or (line.petitions and petitioned)
            or (item is not None and (item.code in line.codes or item.class_code in line.classes))
            or line.takes(hazard.category, hazard.sub_item)
        )
    )


def leads(book: Rulebook, hazard: Hazard, unit: UnitId) -> bool:
    """Whether ``unit`` leads a line of the hazard, or its risk category (the four lines of a town, ACT-20)."""
    category = book.category(hazard.category)
    return (category is not None and unit == category.lead) or unit in leads_of(book, hazard)
