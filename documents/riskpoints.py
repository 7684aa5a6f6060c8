"""风险点台账 as a sheet: one row a risk point, the worst colour first (RSK-01, RSK-03)."""

from __future__ import annotations

from collections.abc import Callable

from documents.sheets import Cell, Column, Rows, Unit, cells, every_part, naming
from domain.library import Rulebook
from service.riskpoints import RiskRegister, Seen
from storage.readmodel import LONGEST_PAGE
from storage.riskpoints import Sought
from storage.scope import Principal

__all__ = ["COLUMNS", "Cell", "rows"]


def _unit(name: str) -> Callable[[Seen, Unit], str]:
    return lambda row, unit: unit(getattr(row.point.described, name))


COLUMNS: tuple[Column[[Seen, Unit]], ...] = (
    Column("编号", "number", 14, lambda row, _: row.point.number),
    Column("名称", "name", 28, lambda row, _: row.point.described.name),
    Column("种类", "kind", 14, lambda row, _: row.point.described.kind),
    Column("风险等级", "colour", 9, lambda row, _: row.point.colour),
    Column("地点", "place", 36, lambda row, _: row.point.described.place),
    Column("所在街镇", "sub-district", 14, _unit("subdistrict")),
    Column("部/事件编号", "catalogue code", 11, lambda row, _: row.point.described.code),
    Column("四类风险", "risk category", 9, lambda row, _: row.point.described.category),
    Column("责任部门", "department", 18, _unit("department")),
    Column("责任单位", "enterprise in charge", 24, lambda row, _: row.point.described.accountable),
    Column("管控措施", "measures", 40, lambda row, _: row.point.assessment.measures),
    Column("评估日期", "assessed on", 11, lambda row, _: row.point.assessment.assessed_on),
    Column("复评日期", "review by", 11, lambda row, _: row.point.assessment.review_on),
    Column("逾期未复评", "review late", 11, lambda row, _: row.review_due),
    Column("未清零隐患", "open hazards", 11, lambda row, _: row.linked.open),
    Column("已清零隐患", "cleared hazards", 11, lambda row, _: row.linked.cleared),
    Column("回潮隐患", "relapsed hazards", 11, lambda row, _: row.linked.relapsed),
    Column("建议等级", "colour proposed", 9, lambda row, _: row.proposal),
    Column("登记时间", "registered at", 17, lambda row, _: row.point.registered_at),
    Column("注销时间", "retired at", 17, lambda row, _: row.point.retired_at),
)


async def rows(
    register: RiskRegister, principal: Principal, book: Rulebook, sought: Sought, lang: str = "zh"
) -> Rows:
    """The rows of a list that ``principal`` may see, read page by page."""
    unit = naming(book.organisation, lang)
    async for found in every_part(lambda cursor: register.find(principal, sought, cursor, LONGEST_PAGE)):
        for seen in found:
            yield cells(COLUMNS, book, lang, seen, unit)
