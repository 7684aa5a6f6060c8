"""Routes of the figures by unit as sheets: of a month, and of a year as 年度考评表; for the office and auditors (CAD-09)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Literal

from fastapi import FastAPI, Request
from starlette.responses import Response

from api.context import rooms
from api.hazards import Caller
from api.sheets import add_sheet, csv_of, xlsx_of
from documents import assessment
from documents.bulletin import parse_month
from domain.figures import Period, year_of
from domain.organisation import ROLES_OF_THE_OFFICE, Role
from domain.refusal import Refusal, refuse
from domain.values import local
from storage.scope import Principal

ASSESSMENTS = "/v1/assessments/{year}"
FIGURES = "/v1/figures/{month}"
READERS = ROLES_OF_THE_OFFICE | {Role.AUDITOR}

Lang = Literal["zh", "en"]


def install(app: FastAPI) -> None:
    add_sheet(
        app, ASSESSMENTS, "assessment", "年度考评表（{}）：各单位一年的指标 a year's figures by unit as {}", as_csv, as_xlsx
    )  # fmt: skip
    add_sheet(
        app, FIGURES, "figures", "月度指标表（{}）：各单位一月的指标 a month's figures by unit as {}", month_csv, month_xlsx
    )  # fmt: skip


async def as_csv(request: Request, principal: Caller, year: int, lang: Lang = "zh") -> Response:
    rows = await _of_year(request, principal, year, lang)
    return await csv_of(rows, f"assessment-{year}", lang, assessment.COLUMNS)


async def as_xlsx(request: Request, principal: Caller, year: int, lang: Lang = "zh") -> Response:
    rows = await _of_year(request, principal, year, lang)
    return await xlsx_of(rows, f"assessment-{year}", f"{year}年考评", lang, assessment.COLUMNS)


async def month_csv(request: Request, principal: Caller, month: str, lang: Lang = "zh") -> Response:
    rows = await _of_month(request, principal, month, lang)
    return await csv_of(rows, f"figures-{month}", lang, assessment.COLUMNS)


async def month_xlsx(request: Request, principal: Caller, month: str, lang: Lang = "zh") -> Response:
    rows = await _of_month(request, principal, month, lang)
    return await xlsx_of(rows, f"figures-{month}", f"{month} 指标", lang, assessment.COLUMNS)


async def _of_year(request: Request, principal: Principal, year: int, lang: Lang) -> Any:
    """Raises :class:`domain.refusal.Refusal` 403 for other seats, 422 for a year that is not there yet."""
    last = local(datetime.now(UTC)).year

    def period() -> Period:
        if not assessment.FIRST_YEAR <= year <= last:
            raise refuse(
                422,
                "no-such-year",
                "CAD-09",
                f"请填 {assessment.FIRST_YEAR} 至 {last} 之间的年份",
                f"give a year from {assessment.FIRST_YEAR} to {last}",
            )
        return year_of(year)

    return await _rows(request, principal, period, lang)


async def _of_month(request: Request, principal: Principal, month: str, lang: Lang) -> Any:
    """The same for a month."""

    def period() -> Period:
        try:
            found = parse_month(month)
        except ValueError as error:
            raise _no_month(*str(error).split(" / ", 1)) from error
        if found.start > local(datetime.now(UTC)):
            raise _no_month(f"{found.zh}尚未到来", f"{found.en} has not come yet")
        return found

    return await _rows(request, principal, period, lang)


def _no_month(zh: str, en: str) -> Refusal:
    return refuse(422, "no-such-month", "CAD-03", zh, en)


async def _rows(request: Request, principal: Principal, period: Callable[[], Period], lang: Lang) -> Any:
    here, now = rooms(request), local(datetime.now(UTC))
    book = (await here.reading.rules(principal)).book
    if principal.actor.role not in READERS:
        raise refuse(
            403,
            "not-the-office",
            "CAD-09",
            book.said("各单位的指标表和年度考评表由清零办编制"),
            "sheets of figures by unit are made by the coordinating office",
        )
    return assessment.rows(here.counting, principal, book, period(), now, lang)
