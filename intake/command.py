"""``qingling import``: a file in, hazards out, and what became of every row.

Exit status: 0 when all rows are in and recorded; 1 when some were refused or are not recorded yet; 2 when
nothing could be imported; 130 when it was interrupted, and running it again goes on where it was.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from domain.organisation import Actor, Role
from domain.refusal import Refusal
from domain.values import Channel, PersonId
from intake.forms import Reader
from intake.leftovers import leftovers_path, write_leftovers
from intake.mapping import columns, is_header
from intake.opening import opened
from intake.patience import Stopped
from intake.record import Record
from intake.references import References, reference_key
from intake.run import run_import
from intake.screen import Screen
from intake.sheets import SheetError, open_sheet
from intake.summary import Summary
from settings import Settings, SettingsError
from storage.errors import StorageError
from storage.scope import Principal

GOOD, FINDING, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130

IMPORTER = PersonId("import")
"""In the ledger the seat is the duty officer's, and the hand is this command's."""


def import_file(
    path: Path,
    *,
    profile: str,
    channel: str = "hotline",
    source: str | None = None,
    mapping: Sequence[str] = (),
    sheet: str | None = None,
    settings: Settings,
    as_json: bool = False,
) -> int:
    """Import a sheet and return the exit status. Progress goes to stderr, the summary to stdout.

    ``source`` names the system the numbers come from, by default the channel: each number is imported
    once for its source, whatever the file is called. ``mapping`` holds the user's ``列名=字段``.
    """
    summary = Summary(path.name)
    try:
        asyncio.run(_import(path, profile, channel, source, mapping, sheet, settings, summary, as_json))
        status = FINDING if summary.tally.refused or summary.tally.unrecorded else GOOD
    except (SheetError, SettingsError, Stopped, StorageError) as error:
        summary.error = str(error)
        status = BAD_INPUT
    except Refusal as refusal:
        summary.error = f"{refusal.refused.zh} | {refusal.refused.en}"
        status = BAD_INPUT
    except KeyboardInterrupt:
        summary.error = "已中断，已登记的都在，再次运行即可接着导入 | interrupted; what is in is in, run it again to go on"
        status = INTERRUPTED
    if as_json:
        print(summary.as_json(status))
    else:
        print(summary.as_text(), file=sys.stderr if status in (BAD_INPUT, INTERRUPTED) else sys.stdout)
    return status


async def _import(
    path: Path,
    profile: str,
    channel_said: str,
    source_said: str | None,
    mapping: Sequence[str],
    sheet_said: str | None,
    settings: Settings,
    summary: Summary,
    quiet: bool,
) -> None:
    channel = _channel(channel_said)
    source = _source(source_said, channel)
    sheet = open_sheet(path, sheet_said, is_header)
    summary.columns = columns(sheet.header, mapping)
    summary.rows, summary.source = sheet.count, source
    references = References(reference_key(settings.var_dir), source)
    reader = Reader(summary.columns, channel, source, references.of)
    watch = Screen(sheet.count, quiet)
    async with opened(settings, profile, watch) as ready:
        desk = Actor(unit=ready.book.organisation.desk, role=Role.DESK, person=IMPORTER)
        started = time.monotonic()
        with watch:
            await run_import(
                sheet.rows(),
                reader.read,
                door=ready.door,
                record=Record(ready.database),
                principal=Principal(profile=profile, actor=desk),
                watch=watch,
                tally=summary.tally,
            )
        summary.seconds = time.monotonic() - started
    leftovers = leftovers_path(settings.var_dir, path)
    summary.leftovers = write_leftovers(leftovers, sheet.header, summary.tally.refused)


def _channel(said: str) -> Channel:
    for channel in Channel:
        if said in (channel.value, channel.zh):
            return channel
    raise SheetError(
        f"没有发现渠道“{said}”，可用：{'、'.join(f'{item.value}（{item.zh}）' for item in Channel)}",
        f"there is no channel {said!r}: {', '.join(item.value for item in Channel)}",
    )


def _source(said: str | None, channel: Channel) -> str:
    source = channel.zh if said is None else " ".join(said.split())
    if not source or len(source) > 40 or not source.isprintable() or ":" in source:
        raise SheetError(
            "来源名称须为 1 至 40 个可打印字符，不含冒号",
            "the name of the source has 1 to 40 printable characters and no colon",
        )
    return source
