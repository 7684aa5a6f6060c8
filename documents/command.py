"""``qingling export`` and ``qingling bulletin``: files for whoever runs the command line."""

from __future__ import annotations

import asyncio
from pathlib import Path

from documents import sheets
from domain.library import LIBRARY
from service.reading import Reading
from service.rulebooks import Current
from settings import Settings
from storage.database import Database
from storage.readmodel import Filters, Order
from storage.scope import Principal


def export(settings: Settings, principal: Principal, file: Path, filters: Filters, lang: str) -> int:
    """Write a list to ``file``, xlsx or csv by its ending; how many rows. Raises ``ValueError``."""
    if file.suffix not in (".xlsx", ".csv"):
        raise ValueError(f"“{file.name}”应以 .xlsx 或 .csv 结尾 / {file.name!r} should end in .xlsx or .csv")
    return asyncio.run(_export(settings, principal, file, filters, lang))


async def _export(settings: Settings, principal: Principal, file: Path, filters: Filters, lang: str) -> int:
    database = Database.connect(settings.database_url.get_secret_value())
    try:
        reading = Reading(database, LIBRARY, Current(database, LIBRARY))
        organisation = (await reading.rules(principal)).book.organisation
        rows = sheets.rows(reading, principal, organisation, filters, Order.REPORTED, lang)
        if file.suffix == ".xlsx":
            return await sheets.write_xlsx(file, rows, lang=lang)
        written = 0

        async def counted() -> sheets.Rows:
            nonlocal written
            async for row in rows:
                written += 1
                yield row

        with file.open("wb") as out:
            async for some in sheets.as_csv(counted(), lang):
                out.write(some)
        return written
    finally:
        database.close()
