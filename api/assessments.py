"""Routes of the yearly assessment (年度考评表), for the office and for auditors (CAD-09)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal

from fastapi import FastAPI, Request
from starlette.responses import Response

from api.context import rooms
from api.hazards import Caller
from api.sheets import add_sheet, csv_of, xlsx_of
from documents import assessment
from domain.organisation import ROLES_OF_THE_OFFICE, Role
from domain.refusal import refuse
from domain.values import local
from storage.scope import Principal

ASSESSMENTS = "/v1/assessments/{year}"
READERS = ROLES_OF_THE_OFFICE | {Role.AUDITOR}

Lang = Literal["zh", "en"]


def install(app: FastAPI) -> None:
    add_sheet(
        app, ASSESSMENTS, "assessment", "年度考评表（{}）：各单位一年的指标 a year's figures by unit as {}", as_csv, as_xlsx
    )  # fmt: skip


async def as_csv(request: Request, principal: Caller, year: int, lang: Lang = "zh") -> Response:
    rows = await _rows(request, principal, year, lang)
    return csv_of(rows, f"assessment-{year}", lang, assessment.COLUMNS)


async def as_xlsx(request: Request, principal: Caller, year: int, lang: Lang = "zh") -> Response:
    rows = await _rows(request, principal, year, lang)
    return await xlsx_of(rows, f"assessment-{year}", f"{year}年考评", lang, assessment.COLUMNS)


async def _rows(request: Request, principal: Principal, year: int, lang: Lang) -> Any:
    """Raises :class:`domain.refusal.Refusal` 403 for other seats, 422 for a year that is not there yet."""
    here, now = rooms(request), local(datetime.now(UTC))
    book = (await here.reading.rules(principal)).book
    if principal.actor.role not in READERS:
        raise refuse(
            403,
            "not-the-office",
            "CAD-09",
            book.said("年度考评表由清零办编制"),
            "the yearly assessment is made by the coordinating office",
        )
    if not assessment.FIRST_YEAR <= year <= now.year:
        raise refuse(
            422,
            "no-such-year",
            "CAD-09",
            f"请填 {assessment.FIRST_YEAR} 至 {now.year} 之间的年份",
            f"give a year from {assessment.FIRST_YEAR} to {now.year}",
        )
    return assessment.rows(here.counting, principal, book, year, now, lang)
