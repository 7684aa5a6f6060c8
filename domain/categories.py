"""The four risk categories (四类风险, CLS-09): their sub-items, who leads, who may answer, what they ask for.

A second axis beside the catalogue of 144 items. What differs between districts is data of the rulebook;
a rulebook without categories asks for nothing in particular.
"""

from __future__ import annotations

from domain.organisation import UnitType
from domain.values import Channel, Labelled, UnitId, Value


class Checklist(Labelled):
    """Lists that the report of completion of some categories goes through (REM-06, REM-07)."""

    HANDLING = "handling", "群众利益诉求办理情况", "how the people's concern was handled"
    SETTLEMENT = "settlement", "三到位一处理", "how the dispute was settled"


class SubItem(Value):
    """One kind of matter within a category (排查重点), named as a matter, never as a group of persons."""

    number: int
    name: str
    en: str


class RiskCategory(Value):
    """One of the four categories (CLS-10…13)."""

    number: int
    name: str
    en: str
    sub_items: tuple[SubItem, ...]
    lead: UnitId | None = None
    """The unit that leads this line (牵头单位, ACT-20); it reads and is told of every hazard of the category."""
    responsible: tuple[UnitType, ...] = ()
    """Kinds of unit that may answer for a hazard of it (责任单位, A12); none named: any that handles hazards."""
    consult_first: bool = False
    """A consultation (会商) comes before the plan, which is due from it (COL-02)."""
    assessed_by_lead: bool = False
    """The lead unit, not the owner, assesses the clearance and strikes the hazard off (销号)."""
    checklists: tuple[Checklist, ...] = ()


class Line(Value):
    """A line of work (条线) and the bureau that leads it (ACT-11, ACT-15…17). A hazard belongs to it by any of these."""

    key: str
    name: str
    en: str
    lead: UnitId
    source: str
    channels: tuple[Channel, ...] = ()
    """Hazards found through these channels."""
    petitions: bool = False
    """Hazards that a petition (信访件) is linked to."""
    classes: tuple[str, ...] = ()
    """Classes of the catalogue (大类), e.g. ``S03``."""
    codes: tuple[str, ...] = ()
    """Single items of the catalogue."""
    categories: dict[int, tuple[int, ...]] = {}
    """Sub-items by risk category; all of a category where none is named."""

    def takes(self, category: int | None, sub_item: int | None) -> bool:
        if category not in self.categories:
            return False
        named = self.categories[category]
        return not named or sub_item in named


class KeyField(Value):
    """A field of the campaigns (重点领域, “5+2”, CLS-14) and who leads it; hazards carry its name as a tag."""

    key: str
    name: str
    en: str
    lead: UnitId
    source: str
