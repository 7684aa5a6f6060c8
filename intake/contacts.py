"""``qingling contacts``: the units' contact forms (F17) from a sheet, and the empty sheet to fill in.

The printed form repeats 职务, 固定电话 and 手机 for the deputy leader and for the liaison: a bare label belongs
to the name that stands before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import xlsxwriter
from pydantic import ValidationError

from domain.contacts import LABELS, SEED_FIELDS, Contact
from domain.library import LIBRARY, Rulebook
from domain.organisation import Actor, Role
from domain.values import PersonId, UnitId
from intake.cells import Unreadable, line
from intake.sheets import Row, SheetError, open_sheet
from service.contacts import Entry, owing
from settings import Settings
from storage import contacts, migrate, rulebooks
from storage.database import Database

_BY_LABEL = {label: name for name, label in LABELS.items()}
_NAMES = {"分管领导姓名": "分管领导", "联络员姓名": "联络员", "一把手姓名": "一把手"}
_BARE = ("职务", "固定电话", "手机")
_EXTRA = tuple(name for name in LABELS if name not in SEED_FIELDS)


@dataclass(frozen=True)
class Wrong:
    """A row that was not taken, and why."""

    row: int
    zh: str
    en: str


@dataclass(frozen=True)
class Outcome:
    """What became of a sheet: how many forms were kept, which rows were not, who still owes a field."""

    kept: int
    wrong: tuple[Wrong, ...]
    owing: tuple[Entry, ...]


def import_contacts(path: Path, profile: str, settings: Settings, sheet: str | None = None) -> Outcome:
    """Keep every form of the sheet that can be read; the others are named. Raises :class:`SheetError`."""
    with _Deployment(settings, profile) as (database, book):
        opened = open_sheet(path, sheet, lambda names: "单位" in names)
        fields = columns(opened.header)
        forms: dict[UnitId, Contact] = {}
        wrong: list[Wrong] = []
        for row in opened.rows():
            try:
                form = _form(row, fields, book)
                if form.unit in forms:
                    raise Unreadable(
                        "twice", "该单位前面已有一行，请只留一行", "the unit has a row above already"
                    )
                forms[UnitId(form.unit)] = form
            except Unreadable as unreadable:
                wrong.append(Wrong(row.number, unreadable.zh, unreadable.en))
        office = Actor(unit=book.organisation.office, role=Role.OFFICE, person=PersonId("import"))
        database.write_now(contacts.put, profile, forms, office, datetime.now(UTC))
        filed = database.read_now(contacts.everyone, profile)
        return Outcome(len(forms), tuple(wrong), tuple(owing(book, filed)))


def write_template(path: Path, profile: str, settings: Settings) -> int:
    """An empty form with a row for each unit that owes one; how many rows. Raises :class:`SheetError`."""
    with _Deployment(settings, profile) as (_, book):
        duty = book.contact_duty
        units = [unit for unit in book.organisation.units if duty is None or duty.owed_by(unit.type)]
    try:
        with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as file:
            bold = file.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1})
            text = file.add_format({"num_format": "@"})  # a telephone number is no number
            page = file.add_worksheet("联络员填报表")
            page.freeze_panes(1, 1)
            page.set_column(0, len(LABELS) - 1, 18, text)
            for column, name in enumerate((*SEED_FIELDS, *_EXTRA)):
                page.write_string(0, column, LABELS[name], bold)
            for row, unit in enumerate(units, start=1):
                page.write_string(row, 0, unit.name)
    except (OSError, xlsxwriter.exceptions.XlsxFileError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise SheetError(f"写不出 {path}（{why}）", f"{path} cannot be written: {why}") from None
    return len(units)


def columns(header: Sequence[str]) -> dict[int, str]:
    """Which column holds which field. Raises :class:`SheetError` for a column that is no field, or one given twice."""
    found: dict[int, str] = {}
    seat = ""
    for column, label in enumerate(header):
        if not label or label == "序号":
            continue
        seat = _NAMES.get(label, seat)
        name = _BY_LABEL.get(f"{seat}{label}" if label in _BARE else label)
        if name is None:
            raise SheetError(
                f"第{column + 1}列“{label}”不是联络员填报表的栏目，请改用模板",
                f"column {column + 1}, {label!r}, is no field of the contact form; use the template",
            )
        if name in found.values():
            raise SheetError(
                f"“{LABELS[name]}”有两列，请只留一列", f"two columns hold {name}; keep one of them"
            )
        found[column] = name
    if "unit" not in found.values():
        raise SheetError("缺少“单位”一列，请改用模板", "there is no column 单位; use the template")
    return found


def _form(row: Row, fields: dict[int, str], book: Rulebook) -> Contact:
    said = {name: line(row.cells[column]) or "" for column, name in fields.items() if column < len(row.cells)}
    unit = book.organisation.find(said.get("unit", ""))
    if unit is None:
        raise Unreadable(
            "no-such-unit",
            f"本区没有单位“{said.get('unit', '')}”，请核对名称",
            "this district has no such unit; check its name",
        )
    try:
        return Contact.model_validate({**said, "unit": unit.id})
    except ValidationError as invalid:
        bad = [str(error["loc"][0]) for error in invalid.errors()]
        raise Unreadable(
            "not-a-contact",
            f"{'、'.join(LABELS[name] for name in dict.fromkeys(bad))}填写有误",
            f"cannot be used: {', '.join(dict.fromkeys(bad))}",
        ) from None


class _Deployment:
    """The deployment's database and a profile's rules. Raises :class:`SheetError` when either is missing."""

    def __init__(self, settings: Settings, profile: str) -> None:
        self._url = settings.database_url.get_secret_value()
        self._profile = profile
        self._database: Database | None = None

    def __enter__(self) -> tuple[Database, Rulebook]:
        if migrate.pending(self._url):
            raise SheetError(
                "数据库尚未建立或版本较旧，请先运行 qingling migrate",
                "the database is missing or of an older version; run qingling migrate first",
            )
        self._database = database = Database.connect(self._url)
        database.read_now(rulebooks.load_into, LIBRARY)
        digest = database.read_now(rulebooks.current, self._profile)
        books = {book.digest: book for book in LIBRARY.books}
        if digest not in books:
            database.close()
            raise SheetError(
                f"没有已发布的区级配置“{self._profile}”", f"no profile {self._profile!r} is published"
            )
        return database, books[digest]

    def __exit__(self, *_about: object) -> None:
        if self._database:
            self._database.close()


def told(outcome: Outcome) -> Iterator[str]:
    """The outcome in lines for whoever ran the command; it names units and fields, never persons."""
    yield f"已保存 {outcome.kept} 个单位的联络员填报表 | {outcome.kept} contact forms are kept"
    for wrong in outcome.wrong:
        yield f"第{wrong.row}行未保存：{wrong.zh} | row {wrong.row} is not kept: {wrong.en}"
    for entry in outcome.owing:
        zh = "、".join(LABELS[name] for name in entry.missing)
        yield f"{entry.unit.name} 还缺：{zh} | {entry.unit.id} still owes: {', '.join(entry.missing)}"
