"""Forms from the core's command models: which inputs a form has, and how what was typed becomes its data.

The models decide; here each of their types is given one kind of input. Nothing is checked here: what was
typed goes to the same validation as the API's JSON.
"""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import AwareDatetime, BaseModel, Tag
from pydantic.fields import FieldInfo

from domain.commands import COMMANDS
from domain.values import Labelled
from web import labels
from web.labels import Option, Words

Kind = Literal[
    "line", "text", "number", "choice", "yes_no", "day", "group", "rows", "many", "checks", "one_of", "fixed"
]
Known = tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
"""Inputs whose rows a hazard gives: name, and of each row key and text."""
_LINE = 500
"""Texts longer than this are written into an area, not a line."""
MISSING = object()


@dataclass(frozen=True, slots=True)
class Field:
    """One input, or a group, or rows of groups. ``list`` names the shared list of suggestions."""

    name: str
    label: Words
    kind: Kind
    required: bool = False
    options: tuple[Option, ...] = ()
    inner: tuple[Field, ...] = ()
    variants: tuple[Variant, ...] = ()
    longest: int | None = None
    least: float | None = None
    most: float | None = None
    whole: bool = False
    list: str = ""
    hint: Words | None = None
    rows: tuple[tuple[str, str], ...] = field(default=())
    """Of ``fixed``: the key and the text of each row, which are given and not to be typed."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One of the shapes a ``one_of`` may have."""

    tag: str
    label: Words
    inner: tuple[Field, ...]


@cache
def fields_of(command: str) -> tuple[Field, ...]:
    """The inputs of a command's form, in the form's own order."""
    return of_model(COMMANDS[command], command)


@cache
def lists_of(command: str) -> frozenset[str]:
    """The lists of suggestions that a command's form refers to."""
    return frozenset(_lists(fields_of(command))) - {""}


def _lists(fields: Iterable[Field]) -> Iterator[str]:
    for one in fields:
        yield one.list
        yield from _lists(one.inner)
        for variant in one.variants:
            yield from _lists(variant.inner)


def known_to(command: str, known: Known) -> Known:
    """The part of what a hazard knows that the form of a command asks for."""
    return tuple([one for one in known if one[0] in _fitting(command)])


@cache
def _fitting(command: str) -> frozenset[str]:
    return frozenset(one.name for one in fields_of(command) if one.kind in _FITTED)


def fitted(fields: Iterable[Field], known: Known) -> tuple[Field, ...]:
    """What the hazard already knows is chosen, not typed: goals to judge, milestones to tick, what is owed."""
    rows_of = dict(known)
    return tuple(
        replace(
            one,
            kind=_FITTED[one.kind],
            rows=rows,
            options=tuple(Option(key, Words(text, text)) for key, text in rows),
        )
        if (rows := rows_of.get(one.name)) and one.kind in _FITTED
        else one
        for one in fields
    )


_FITTED: dict[Kind, Kind] = {"many": "checks", "rows": "fixed", "line": "choice"}


# -- from what was typed to data ---------------------------------------------------------------------


def read(fields: Iterable[Field], typed: Mapping[str, Sequence[str]], prefix: str = "") -> dict[str, Any]:
    """The form's data. What was left blank is left out, so that the model's own defaults hold."""
    found = {one.name: _value(one, prefix + one.name, typed) for one in fields}
    return {name: value for name, value in found.items() if value is not MISSING}


def _value(one: Field, path: str, typed: Mapping[str, Sequence[str]]) -> Any:
    match one.kind:
        case "group":
            return read(one.inner, typed, f"{path}.") or MISSING
        case "rows":
            rows = [read(one.inner, typed, f"{path}.{n}.") for n in _numbers(path, typed)]
            return [row for row in rows if _says_anything(one, row)] or MISSING
        case "fixed":
            rows = [read(one.inner[1:], typed, f"{path}.{n}.") for n in range(len(one.rows))]
            judged = [
                {one.inner[0].name: key, **row} for (key, _), row in zip(one.rows, rows, strict=True) if row
            ]
            return judged or MISSING
        case "many" | "checks":
            return [text.strip() for text in typed.get(path, ()) if text.strip()] or MISSING
        case "day":
            return _moment(_first(typed, f"{path}.day"), _first(typed, f"{path}.time"))
        case "one_of":
            for variant in one.variants:
                if variant.tag == _first(typed, f"{path}.method"):
                    return {"method": variant.tag, **read(variant.inner, typed, f"{path}.")}
            return MISSING
        case _:
            return _first(typed, path) or MISSING


def _says_anything(one: Field, row: Mapping[str, Any]) -> bool:
    """A choice that stands in every row by itself does not make the row a filled one."""
    preset = {inner.name for inner in one.inner if inner.kind == "choice" and inner.required}
    return bool(set(row) - preset)


def _numbers(path: str, typed: Mapping[str, Sequence[str]]) -> list[int]:
    begin = f"{path}."
    found = {
        int(number)
        for name in typed
        if name.startswith(begin) and (number := name[len(begin) :].partition(".")[0]).isdecimal()
    }
    return sorted(found)[:200]


def _first(typed: Mapping[str, Sequence[str]], path: str) -> str:
    text = next(iter(typed.get(path, ())), "").replace("\r\n", "\n")
    return text if text.strip() else ""


def _moment(day: str, time: str) -> Any:
    if not day:
        return MISSING
    return f"{day}T{time}+08:00" if time else day


# -- from models to inputs ---------------------------------------------------------------------------


def of_model(model: type[BaseModel], command: str) -> tuple[Field, ...]:
    skipped = {"do", "id"}  # the address says the command; items are numbered in order
    return tuple(
        _field(name, info, command) for name, info in model.model_fields.items() if name not in skipped
    )


def _field(name: str, info: FieldInfo, command: str) -> Field:
    required = info.is_required()
    built = _built(name, info.annotation, list(info.metadata), command)
    return replace(
        built, required=required, label=labels.of_field(name, command, info.title), hint=labels.hint(name)
    )


def _built(name: str, annotation: Any, metadata: list[Any], command: str) -> Field:
    base, metadata = _bare(annotation, metadata)
    blank = Field(name, Words(name, name), "line")
    if name in labels.SCALES and base is float:
        return replace(blank, kind="choice", options=labels.SCALES[name])
    if base is AwareDatetime or _holds(base, date):
        return replace(blank, kind="day")
    if _is_union(base):
        variants = tuple(_variant(part, command) for part in get_args(base))
        return replace(blank, kind="one_of", variants=variants)
    if get_origin(base) is tuple:
        return _list(blank, get_args(base)[0], command)
    options = _options(base)
    if options:
        return replace(blank, kind="choice", options=options)
    if isinstance(base, type):
        if issubclass(base, BaseModel):
            return replace(blank, kind="group", inner=of_model(base, command))
        if issubclass(base, bool):
            return replace(blank, kind="yes_no")
        if issubclass(base, int | float):
            least, most = _bound(metadata, "ge"), _bound(metadata, "le")
            return replace(blank, kind="number", least=least, most=most, whole=issubclass(base, int))
    longest = _bound(metadata, "max_length")
    area = longest is not None and longest > _LINE
    return replace(
        blank,
        kind="text" if area else "line",
        longest=int(longest) if longest else None,
        list=labels.SUGGESTED.get(name, ""),
    )


def _list(blank: Field, item: Any, command: str) -> Field:
    base, metadata = _bare(item, [])
    if isinstance(base, type) and issubclass(base, BaseModel):
        return replace(blank, kind="rows", inner=of_model(base, command))
    options = _options(base)
    if options:
        return replace(blank, kind="checks", options=options)
    longest = _bound(metadata, "max_length")
    return replace(
        blank,
        kind="many",
        longest=int(longest) if longest else None,
        list=labels.SUGGESTED.get(blank.name, ""),
    )


def _options(base: Any) -> tuple[Option, ...]:
    """What may be chosen, where a type is one of a few values."""
    if get_origin(base) is Literal:
        return labels.of_values(get_args(base))
    if isinstance(base, type) and issubclass(base, Labelled):
        return labels.of_values(tuple(base))
    return ()


def _variant(part: Any, command: str) -> Variant:
    model, metadata = part, []
    while get_origin(model) is Annotated:
        model, *more = get_args(model)
        metadata += more
    tag = next((mark.tag for mark in metadata if isinstance(mark, Tag)), model.__name__)
    inner = tuple(one for one in of_model(model, command) if one.name != "method")
    return Variant(tag, labels.of_values((tag,))[0].label, inner)


def _bare(annotation: Any, metadata: list[Any]) -> tuple[Any, list[Any]]:
    """The type itself, without ``Annotated`` and ``| None``, and all that was said about it."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation, *more = get_args(annotation)
            for mark in more:
                metadata += mark.metadata if isinstance(mark, FieldInfo) else [mark]
        elif _is_union(annotation) and type(None) in get_args(annotation):
            kept = [part for part in get_args(annotation) if part is not type(None)]
            annotation = kept[0] if len(kept) == 1 else Union[tuple(kept)]  # noqa: UP007  # built from a list
        else:
            return annotation, metadata


def _is_union(annotation: Any) -> bool:
    return get_origin(annotation) in (Union, types.UnionType)


def _holds(annotation: Any, kind: type) -> bool:
    return annotation is kind or (_is_union(annotation) and kind in get_args(annotation))


def _bound(metadata: Iterable[Any], name: str) -> float | None:
    return next((getattr(mark, name) for mark in metadata if getattr(mark, name, None) is not None), None)
