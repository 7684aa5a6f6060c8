"""Which column is which field of the report: by the names such columns go by, or as the user says.

One table holds every field that can be imported with the names its column is known by, most telling first.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from intake import cells
from intake.sheets import Cell, Cells, SheetError


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the report that a column can fill. ``read`` raises :class:`intake.cells.Unreadable`."""

    name: str
    zh: str
    names: tuple[str, ...]
    read: Callable[[Cell], Any]


# fmt: off
FIELDS: tuple[Field, ...] = (
    Field("external_number", "编号", (
        "留言编号", "工单编号", "工单号", "受理编号", "诉求编号", "来电编号", "案件编号", "案件号", "事项编号",
        "任务编号", "任务号", "信访编号", "信访件编号", "流水号", "编号", "单号"), cells.identifier),
    Field("title", "标题", (
        "留言主题", "留言标题", "工单标题", "诉求标题", "事件标题", "案件标题", "标题", "主题"), cells.line),
    Field("description", "内容", (
        "留言详情", "留言内容", "诉求内容", "工单内容", "反映内容", "来电内容", "投诉内容", "来信内容", "案件描述",
        "问题描述", "隐患描述", "事件描述", "诉求描述", "内容描述", "内容", "详情", "描述"), cells.text),
    Field("occurred_at", "时间", (
        "留言时间", "来电时间", "反映时间", "诉求时间", "投诉时间", "来信时间", "发现时间", "发生时间", "上报时间",
        "受理时间", "登记时间", "创建时间", "时间", "日期"), cells.moment),
    Field("place", "地点", (
        "事发地点", "事发地址", "发生地点", "发生地址", "隐患地点", "隐患地址", "问题地点", "问题地址", "诉求地址",
        "案发地址", "详细地址", "具体位置", "地点", "地址", "位置"), cells.line),
    Field("subdistrict", "街镇", (
        "街镇", "所属街镇", "街道乡镇", "所属街道", "街道", "乡镇"), cells.line),
    Field("reporter_ref", "反映人", (
        "留言用户", "用户编号", "来电号码", "来电电话", "联系电话", "联系方式", "手机号码", "手机号", "手机", "电话",
        "来电人", "反映人", "诉求人", "投诉人", "来信人", "报告人", "联系人"), cells.writer),
    Field("code", "分类编号", (
        "部事件编号", "部件编号", "事件编号", "编号大类", "隐患编码", "隐患代码", "分类编号", "目录编号"), cells.code),
    Field("category", "风险类别", ("风险类别", "四类风险类别"), cells.whole),
    Field("urgency", "紧急程度", ("紧急程度", "紧急度"), cells.urgency),
    Field("grid", "网格", ("网格", "网格编号", "网格号", "所属网格"), cells.line),
    Field("longitude", "经度", ("经度",), cells.number),
    Field("latitude", "纬度", ("纬度",), cells.number),
    Field("persons_affected", "涉及人数", ("涉及人数", "影响人数"), cells.whole),
    Field("enterprise", "统一社会信用代码", ("统一社会信用代码", "社会信用代码"), cells.code),
)
# fmt: on

BY_NAME = {field.name: field for field in FIELDS}

ANSWERS = ("答复意见", "答复时间", "答复单位", "答复内容", "办理结果", "办结时间")
"""What another system did with the message. Our hazard has a life of its own: these are not imported."""

OURS = ("行号", "原因", "代码")
"""Columns of the workbook of what was not taken; they do no harm when it is mended and imported again."""

_IGNORE = ("忽略", "ignore")
_REMARK = re.compile(r"\(.*?\)|[*:]")


@dataclass(frozen=True)
class Columns:
    """The columns of one sheet that are understood."""

    header: tuple[str, ...]
    of: Mapping[str, int]
    """Field → index of its column."""

    def values(self, cells_of_row: Cells) -> dict[str, Any]:
        """The row's values by field, blank ones left out. Raises :class:`CellUnreadable`."""
        values: dict[str, Any] = {}
        for name, index in self.of.items():
            if index < len(cells_of_row):
                try:
                    value = BY_NAME[name].read(cells_of_row[index])
                except cells.Unreadable as unreadable:
                    raise CellUnreadable(self.header[index], unreadable) from None
                if value is not None:
                    values[name] = value
        return values

    def taken(self) -> Iterable[tuple[str, Field]]:
        """Column names with the field each fills, in the order of the sheet."""
        for name, index in sorted(self.of.items(), key=lambda item: item[1]):
            yield self.header[index], BY_NAME[name]

    def left(self) -> Iterable[str]:
        """Names of columns that are not imported."""
        used = set(self.of.values())
        return (name for index, name in enumerate(self.header) if name and index not in used)


class CellUnreadable(Exception):
    """One cell of a row has no value for us."""

    def __init__(self, column: str, why: cells.Unreadable) -> None:
        super().__init__(f"{column}: {why}")
        self.column = column
        self.why = why


def is_header(names: Sequence[str]) -> bool:
    """Whether a row of the sheet looks like its header: two names or more are known."""
    return len({_plain(name) for name in names} & _KNOWN) > 1


def columns(header: Sequence[str], said: Sequence[str] = ()) -> Columns:
    """The columns of a sheet with this header; ``said`` are the user's ``列名=字段``, which go first.

    Raises :class:`intake.sheets.SheetError` for a column or field that does not exist, and when neither
    a title nor a text can be found.
    """
    chosen, ignored = _said(header, said)
    places: dict[str, int] = {}
    for index, name in enumerate(header):
        places.setdefault(_plain(name), index)
    taken = {*chosen.values(), *ignored}
    for field in FIELDS:
        if field.name in chosen:
            continue
        found = (places[name] for name in _names(field) if name in places and places[name] not in taken)
        if (first := next(found, None)) is not None:
            chosen[field.name] = first
            taken.add(first)
    if not {"title", "description"} & chosen.keys():
        raise SheetError(
            f"认不出哪一列是内容，现有列：{'、'.join(filter(None, header))}；请用 --map 列名=内容 指明",
            "no column holds the text of the message; say which with --map COLUMN=description",
        )
    return Columns(header=tuple(header), of=chosen)


def _said(header: Sequence[str], said: Sequence[str]) -> tuple[dict[str, int], set[int]]:
    chosen: dict[str, int] = {}
    ignored: set[int] = set()
    for entry in said:
        column, equals, wanted = entry.rpartition("=")
        if not equals or not column.strip():
            raise SheetError(
                f"--map {entry} 应写成 列名=字段，如 --map 事由=内容",
                f"--map {entry} should read COLUMN=FIELD, e.g. --map 事由=description",
            )
        index = _column_called(header, column)
        if _plain(wanted) in _IGNORE:
            ignored.add(index)
            continue
        field = _FIELD_CALLED.get(_plain(wanted))
        if field is None:
            raise SheetError(
                f"没有字段“{wanted.strip()}”，可用：{'、'.join(f'{f.zh}（{f.name}）' for f in FIELDS)}、忽略（ignore）",
                f"there is no field {wanted.strip()!r}: {', '.join(BY_NAME)} or ignore",
            )
        if field.name in chosen or index in chosen.values():
            raise SheetError(
                f"--map {entry} 与前面的 --map 重复，一列对一个字段",
                f"--map {entry} repeats another --map: one column for one field",
            )
        chosen[field.name] = index
    return chosen, ignored


def _column_called(header: Sequence[str], wanted: str) -> int:
    exact = [index for index, name in enumerate(header) if name == wanted.strip()]
    found = exact or [index for index, name in enumerate(header) if _plain(name) == _plain(wanted)]
    if not found:
        raise SheetError(
            f"表中没有“{wanted.strip()}”这一列，现有：{'、'.join(filter(None, header))}",
            f"the sheet has no column {wanted.strip()!r}; it has {', '.join(filter(None, header))}",
        )
    if len(found) > 1:
        raise SheetError(
            f"表中有{len(found)}列都叫“{wanted.strip()}”，请先改名",
            f"{len(found)} columns are called {wanted.strip()!r}; rename them first",
        )
    return found[0]


def _plain(name: str) -> str:
    """A name without what people decorate it with: spaces, stars, remarks in brackets, full-width forms."""
    return _REMARK.sub("", "".join(unicodedata.normalize("NFKC", name).split())).casefold()


def _names(field: Field) -> tuple[str, ...]:
    return (*field.names, field.name)


_KNOWN = frozenset(
    [_plain(name) for field in FIELDS for name in _names(field)] + [_plain(name) for name in ANSWERS]
)
_FIELD_CALLED = {_plain(name): field for field in FIELDS for name in (*_names(field), field.zh)}
assert max(Counter(name for field in FIELDS for name in _names(field)).values()) == 1
