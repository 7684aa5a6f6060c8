"""``qingling export`` and ``qingling bulletin``: files for whoever runs the command line."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path

from documents import sheets, typeset
from documents.bulletin import Bulletin, Kind, Lang, bulletin
from domain.figures import Period
from domain.library import LIBRARY
from service.figures import Counting
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


def bulletin_files(
    settings: Settings,
    principal: Principal,
    period: Period,
    kind: Kind,
    lang: Lang,
    folder: Path,
    now: datetime,
) -> list[Path]:
    """Write the bulletin of a month as docx and PDF into ``folder``.

    Raises ``ValueError`` for a month to come, :class:`documents.fonts.NoChineseFont`, ``OSError``.
    """
    made = asyncio.run(_bulletin(settings, principal, period, kind, lang, now))
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{principal.profile}-{period.start:%Y-%m}-{kind}.{lang}"
    files = [folder / f"{name}.docx", folder / f"{name}.pdf"]
    files[0].write_bytes(typeset.docx(made))
    files[1].write_bytes(typeset.pdf(made))
    return files


async def _bulletin(
    settings: Settings, principal: Principal, period: Period, kind: Kind, lang: Lang, now: datetime
) -> Bulletin:
    database = Database.connect(settings.database_url.get_secret_value())
    try:
        reading = Reading(database, LIBRARY, Current(database, LIBRARY))
        return await bulletin(Counting(database, reading), reading, principal, period, kind, lang, now)
    finally:
        database.close()


async def _export(settings: Settings, principal: Principal, file: Path, filters: Filters, lang: str) -> int:
    database = Database.connect(settings.database_url.get_secret_value())
    try:
        reading = Reading(database, LIBRARY, Current(database, LIBRARY))
        book = (await reading.rules(principal)).book
        rows = sheets.rows(reading, principal, book, filters, Order.REPORTED, lang)
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
