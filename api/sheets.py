"""Routes of sheets: the list of hazards as a file, narrowed as the list is (RPT-01)."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from fastapi import FastAPI, Query, Request
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response, StreamingResponse

from api.context import rooms
from api.hazards import HAZARDS, READ, Caller, Search, filters_of
from api.problems import documented
from documents import sheets
from domain.values import local
from storage.readmodel import Order

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Sheet(Search):
    """The filters of the list; a sheet holds all of it."""

    lang: Literal["zh", "en"] = "zh"


def install(app: FastAPI) -> None:
    add_sheet(app, HAZARDS, "sheet", "台账（{}） the list as {}", as_csv, as_xlsx)


def add_sheet(
    app: FastAPI,
    path: str,
    operation: str,
    summary: str,
    csv: Callable[..., Awaitable[Response]],
    xlsx: Callable[..., Awaitable[Response]],
) -> None:
    """A list's two files beside it; ``summary`` has a place for the ending in each language."""
    for ending, endpoint, media in (("csv", csv, "text/csv"), ("xlsx", xlsx, XLSX)):
        app.add_api_route(
            f"{path}.{ending}",
            endpoint,
            methods=["GET"],
            tags=READ,
            operation_id=f"{operation}_{ending}",
            summary=summary.format(ending, ending),
            response_class=Response,
            responses={
                200: {"description": "整表 the whole list", "content": {media: {}}},
                **documented(400, 401, 403, 422, 429, 503),
            },
        )


async def as_csv(request: Request, principal: Caller, search: Annotated[Sheet, Query()]) -> Response:
    return await csv_of(await _rows(request, principal, search), "hazards", search.lang, sheets.COLUMNS)


async def as_xlsx(request: Request, principal: Caller, search: Annotated[Sheet, Query()]) -> Response:
    rows = await _rows(request, principal, search)
    return await xlsx_of(rows, "hazards", "台账", search.lang, sheets.COLUMNS)


async def csv_of(rows: sheets.Rows, name: str, lang: str, columns: Sequence[sheets.Heading]) -> Response:
    """What the first page is refused with is answered as such: nothing has been sent by then."""
    text = sheets.as_csv(await _begun(rows), lang, columns)
    return StreamingResponse(text, media_type="text/csv; charset=utf-8", headers=_named(name, "csv"))


async def _begun(rows: sheets.Rows) -> sheets.Rows:
    first = await anext(rows, None)

    async def whole() -> sheets.Rows:
        if first is not None:
            yield first
        async for row in rows:
            yield row

    return whole()


async def xlsx_of(
    rows: sheets.Rows, name: str, title: str, lang: str, columns: Sequence[sheets.Heading]
) -> Response:
    """``title`` names the sheet in Chinese, ``name`` the file, and the sheet in English."""
    folder = tempfile.TemporaryDirectory(prefix="sheet-")
    path = Path(folder.name) / "sheet.xlsx"
    try:
        await sheets.write_xlsx(path, rows, title if lang == "zh" else name, lang, columns)
    except BaseException:
        folder.cleanup()
        raise
    done = BackgroundTask(folder.cleanup)
    return FileResponse(path, media_type=XLSX, headers=_named(name, "xlsx"), background=done)


async def _rows(request: Request, principal: Caller, search: Sheet) -> AsyncIterator[list[sheets.Cell]]:
    reading = rooms(request).reading
    book = (await reading.rules(principal)).book
    filters = filters_of(search, book.organisation)
    order = Order[search.order.upper()]
    return sheets.rows(reading, principal, book, filters, order, search.lang)


def _named(name: str, ending: str) -> dict[str, str]:
    today = local(datetime.now(UTC))
    return {"Content-Disposition": f'attachment; filename="{name}-{today:%Y%m%d}.{ending}"'}
