"""Route of the units' load as a sheet, as the page of units shows it (RPT-07)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal

from fastapi import FastAPI, Request
from starlette.responses import Response

from api.context import rooms
from api.hazards import Caller
from api.sheets import add_sheet, csv_of, xlsx_of
from documents import units
from storage.scope import Principal

Lang = Literal["zh", "en"]


def install(app: FastAPI) -> None:
    add_sheet(app, "/v1/units/load", "load", "各单位负荷（{}） the units' load as {}", as_csv, as_xlsx)


async def as_csv(request: Request, principal: Caller, lang: Lang = "zh") -> Response:
    return await csv_of(await _rows(request, principal, lang), "units", lang, units.COLUMNS)


async def as_xlsx(request: Request, principal: Caller, lang: Lang = "zh") -> Response:
    return await xlsx_of(await _rows(request, principal, lang), "units", "各单位负荷", lang, units.COLUMNS)


async def _rows(request: Request, principal: Principal, lang: Lang) -> Any:
    here = rooms(request)
    book = (await here.reading.rules(principal)).book
    return units.rows(await here.counting.stock(principal, datetime.now(UTC)), book, lang)
