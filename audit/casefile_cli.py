"""``qingling show``, ``why``, ``what-if``, ``dossier`` and ``event-log``: the file of a hazard, printed or written.

Each answers its exit status. What proves the record is in ``audit/proofs_cli.py``.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import wraps
from pathlib import Path
from typing import IO, Any, ParamSpec

from rich.console import Console
from rich.progress import track

from audit import casefile, words
from audit.casefile import CaseFile, NoSuchHazard, opened, record
from audit.issuing import Dossiers, Issued
from audit.life import life
from audit.mining import ocel, write_xes
from audit.store import open_store
from audit.travel import Moment, NoSuchPoint
from audit.whatif import what_if
from documents.fonts import NoChineseFont
from domain.library import Rulebook
from domain.values import SHANGHAI, HazardId, end_of
from profiles.loader import changed_book
from profiles.mistakes import ProfileError
from service.temporal import connect
from settings import Settings, SettingsError
from storage import ledger
from storage.accesslog import Looked
from storage.database import Database
from storage.errors import StorageError

P = ParamSpec("P")


class BadInput(Exception):
    """One line that says what to do."""


def _answering(command: Callable[P, int]) -> Callable[P, int]:
    """Bad input is one line and status 2."""

    @wraps(command)
    def asked(*args: P.args, **kwargs: P.kwargs) -> int:
        try:
            return command(*args, **kwargs)
        except (NoSuchHazard, NoSuchPoint, StorageError, ProfileError, BadInput) as error:
            print(error, file=sys.stderr)
            return 2

    return asked


@_answering
def show_moment(settings: Settings, hazard: str, at: str | None, lang: str, as_json: bool) -> int:
    spoken = _lang(lang)
    with record(settings) as database:
        moment = opened(database, hazard, Looked.MOMENT).moment(at, datetime.now(UTC))
    if as_json:
        _print_json(_moment_json(moment))
    else:
        _print(words.moment_lines(moment, spoken))
    return 0


@_answering
def tell_why(settings: Settings, hazard: str, seq: int | None, lang: str, as_json: bool) -> int:
    spoken = _lang(lang)
    with record(settings) as database:
        case = opened(database, hazard, Looked.REASONS)
    account = case.account(seq)
    state = case.steps[-1].after
    book = case.library.rules(state.rules, state.calendar).book
    if as_json:
        _print_json(account.model_dump(mode="json"))
    else:
        _print(words.account_lines(account, book, spoken))
    return 0


@dataclass(frozen=True)
class Selection:
    """Which hazards: some by number, or all of a district that were reported in a period of days."""

    hazards: Sequence[str]
    profile: str
    since: str | None = None
    until: str | None = None

    def numbers(self, database: Database) -> list[HazardId]:
        if self.hazards:
            return [HazardId(hazard) for hazard in self.hazards]
        return database.read_now(
            casefile.numbers,
            self.profile,
            _day(self.since),
            _end(self.until),
        )


@_answering
def tell_what_if(settings: Settings, policy: Path, which: Selection, lang: str, as_json: bool) -> int:
    """Status 1 when anything would have been otherwise."""
    spoken = _lang(lang)
    books: dict[str, Rulebook] = {}
    told: list[dict[str, Any]] = []
    looked = differed = 0
    kinds: Counter[str] = Counter()
    with record(settings) as database:
        for number in _counted(which.numbers(database)):
            case = opened(database, number, Looked.WHAT_IF)
            digest = case.steps[0].event.rules
            if digest not in books:
                first = case.library.rules(digest, case.steps[0].event.calendar).book
                books[digest] = changed_book(first, policy)
            found = what_if(case.library, case.steps, books[digest], datetime.now(UTC)).differences
            looked += 1
            differed += bool(found)
            kinds.update(one.kind for one in found)
            if as_json:
                told.append({"hazard": number, "differences": [one.model_dump(mode="json") for one in found]})
            elif found:
                print(number)
                _print(f"  {one.zh if spoken == 'zh' else one.en}" for one in found)
    if as_json:
        _print_json({"hazards": looked, "differ": differed, "kinds": kinds, "items": told})
    else:
        print(words.what_if_total(looked, differed, kinds, spoken))
    return 1 if differed else 0


@_answering
def write_export(settings: Settings, format: str, out: Path, which: Selection) -> int:
    """An event log for process mining, whole or not at all."""
    if format not in ("ocel", "xes"):
        raise BadInput(f"没有格式“{format}”，请用 ocel 或 xes | no format {format!r}: ocel or xes")
    with record(settings) as database:
        numbers = which.numbers(database)
        casefile.log(database, numbers, Looked.EXPORT)
        lives = (life(database.read_now(ledger.events, number)) for number in _counted(numbers))
        with _written(out) as file:
            if format == "xes":
                write_xes(lives, file)
            else:
                file.write(json.dumps(ocel(lives), ensure_ascii=False, indent=1).encode())
    print(f"已导出 {len(numbers)} 件到 {out} | {len(numbers)} hazards exported to {out}")
    return 0


@_answering
def write_dossier(settings: Settings, hazard: str, out: Path) -> int:
    """A PDF, a zip, or both in a folder; status 1 when the record it was drawn from does not hold."""
    with record(settings) as database:
        case = opened(database, hazard, Looked.DOSSIER)
        try:
            made = asyncio.run(_issued(settings, database, case, packed=out.suffix != ".pdf"))
        except (NoChineseFont, SettingsError) as error:
            raise BadInput(str(error)) from None
    files: dict[Path, bytes] = {}
    if out.suffix != ".zip":
        files[out if out.suffix == ".pdf" else out / f"{case.hazard}.pdf"] = made.pdf
    if made.zip is not None:
        files[out if out.suffix == ".zip" else out / f"{case.hazard}.zip"] = made.zip
    if out.suffix not in (".pdf", ".zip"):
        _make_folder(out)
    for path, body in files.items():
        with _written(path) as file:
            file.write(body)
        print(path)
    statement = made.papers.statement
    for line in (*made.lacks, *(finding for check in statement.checks for finding in check.findings)):
        print(line, file=sys.stderr)
    return 0 if statement.holds else 1


async def _issued(settings: Settings, database: Database, case: CaseFile, *, packed: bool) -> Issued:
    client = await connect(settings, lazy=True)
    return await Dossiers(client, database, open_store(settings), settings).issue(case, packed=packed)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from None


@contextmanager
def _written(path: Path) -> Iterator[IO[bytes]]:
    """A file that is there when it is finished, and not before."""
    draft = path.with_name(f".{path.name}.draft")
    try:
        with draft.open("wb") as file:
            yield file
        draft.replace(path)
    except OSError as error:
        raise _unwritable(path, error) from None
    finally:
        draft.unlink(missing_ok=True)


def _unwritable(path: Path, error: OSError) -> BadInput:
    return BadInput(
        f"无法写入 {path}（{error.strerror}），请换一个位置 | cannot write {path} ({error.strerror}); choose another place"
    )


def _counted(numbers: Sequence[HazardId]) -> Iterator[HazardId]:
    """With a progress bar where somebody is looking."""
    console = Console(stderr=True)
    shown = len(numbers) > 20 and console.is_terminal
    yield from track(numbers, "", console=console, disable=not shown)


def _day(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise BadInput(
            f"“{text}”不是日期，请写成 2026-11-01 | {text!r} is no day; write 2026-11-01"
        ) from None
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


def _end(text: str | None) -> datetime | None:
    day = _day(text)
    return end_of(day.date()) if day else None


def _moment_json(moment: Moment) -> dict[str, Any]:
    return {
        "at": moment.at.isoformat(),
        "seq": moment.step.event.seq,
        "hash": moment.step.event.hash,
        "state": moment.state.model_dump(mode="json", exclude={"done"}),
        "deadlines": [one.explanation.model_dump(mode="json") for one in moment.deadlines],
        "readers": moment.readers.model_dump(mode="json"),
        "said": [one.model_dump(mode="json") for one in moment.said],
        "evidence": [one.model_dump(mode="json") for one in moment.evidence],
        "forecast": [one.model_dump(mode="json") for one in moment.foreseen],
    }


def _lang(lang: str) -> words.Lang:
    if lang not in ("zh", "en"):
        raise BadInput(f"没有语言“{lang}”，请用 zh 或 en | no language {lang!r}: zh or en")
    return "en" if lang == "en" else "zh"


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)


def _print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=1))
