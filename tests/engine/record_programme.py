"""Records the golden history of a programme: ``python -m tests.engine.record_programme``, once and never again."""

from __future__ import annotations

import asyncio
import json
import tempfile
from datetime import timedelta
from pathlib import Path

from domain.library import LIBRARY, canonical
from domain.organisation import Role
from domain.values import local
from storage import programme as record
from tests.engine.test_programme import TOWN, Year, note
from tests.engine.test_programme_golden import FOLDER, NAME
from tests.server import district, temporal
from workflows.programme import GIVE, Answer


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with temporal() as client, district(client, Path(folder)) as at:
            year = Year(at)
            await year.start()
            begun = await year.now()
            await year.handle.execute_update(GIVE, note(), result_type=Answer)
            plan = {"industries": ["餐饮"], "groups": "流动人口"}
            await year.give("paichusuo", Role.LIAISON, "key", f"{local(begun):%Y-%m}", **plan)
            await year.forward_to(begun + timedelta(days=50))
            history = (await year.handle.fetch_history()).to_json()
            stored = at.database.read_now(record.record, TOWN)
            FOLDER.mkdir(exist_ok=True)
            (FOLDER / f"{NAME}.history.json").write_text(
                json.dumps(json.loads(history), ensure_ascii=False, indent=0), encoding="utf-8"
            )
            lines = [
                json.dumps({"body": one.body, "prev": one.prev, "hash": one.hash}, ensure_ascii=False)
                for one in stored
            ]
            (FOLDER / f"{NAME}.record.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
            for happening in (one.happening for one in stored):
                book, calendar = LIBRARY.book(happening.rules), LIBRARY.calendar(happening.calendar)
                for digest, text, kind in (
                    (happening.rules, canonical(book), "book"),
                    (happening.calendar, canonical(calendar), "calendar"),
                ):
                    (FOLDER / f"{digest[:12]}.{kind}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(main())
