"""What a message says, made from codes when it goes out (I8); the words stand in ``texts.yaml``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from channels.message import Message
from domain.events import Notice
from domain.library import Rulebook
from domain.organisation import Role, joined
from domain.values import Confidentiality, HazardId, UnitId, last_day, local

TEXTS = Path(__file__).parent / "texts.yaml"
_SEATS_NAMED = 3
_ROLES = {role.value: role for role in Role}


@dataclass(frozen=True, slots=True)
class Told:
    """A notice with what of its hazard may be said. ``book`` names units and items.

    Notices that are ``armed`` alike are told in one line with all their addressees.
    """

    notice: Notice
    armed: str
    hazard: HazardId | None
    book: Rulebook
    confidentiality: Confidentiality
    owner: UnitId
    code: str | None
    subdistrict: UnitId | None
    window: str | None = None
    """Of a notice that is about no hazard: the window of the programme (``duty/label``)."""

    def subject(self, zh: bool) -> str:
        """What it is about: the hazard's number, or the duty by its name and the period."""
        if self.hazard is not None:
            return self.hazard
        key, _, label = (self.window or "").partition("/")
        duty = self.book.cadence.duty(key) if self.book.cadence else None
        name = (duty.name if zh else duty.en) if duty else key
        return f"{name} {label}".strip()

    @property
    def public(self) -> bool:
        return self.confidentiality is Confidentiality.PUBLIC


@cache
def texts() -> dict[str, Any]:
    found = yaml.safe_load(TEXTS.read_text("utf-8"))
    assert isinstance(found, dict)
    return found


def compose(id: str, profile: str, told: Sequence[Told], now: datetime, link: str = "") -> Message:
    """One message for one recipient: the gravest first, of the same gravity the most pressing."""
    words = texts()
    told = sorted(told, key=lambda one: (-_gravity(one), one.notice.due or now, one.subject(True)))
    alike: dict[str, list[Told]] = {}
    for one in told:
        alike.setdefault(one.armed, []).append(one)
    things = list(alike.values())
    if len(things) == 1:
        subject = words["subject"]["one"].format(
            document=told[0].notice.document, hazard=told[0].subject(True)
        )
    else:
        kinds = Counter(thing[0].notice.document for thing in things)
        subject = words["subject"]["many"].format(
            count=len(things), kinds="、".join(f"{name} {n}" for name, n in kinds.items())
        )
    lines = [subject, ""] if len(things) > 1 else []
    for thing in things:
        lines += [_line(thing, now, "zh"), _line(thing, now, "en")]
    foot = words["foot"]
    lines += ["", foot["link"].format(link=link) if link else foot["inbox"], foot["id"].format(id=id)]
    return Message(id, profile, subject, "\n".join(lines), tuple(_item(one) for one in told))


def document_en(document: str, book: Rulebook) -> str:
    """A document's English: ours, else that of the district's ladder, else a word that fits all."""
    words = texts()
    if document in words["documents"]:
        return str(words["documents"][document]["en"])
    ladder = {row.document: row.document_en for row in book.policy.ladder}
    return ladder.get(document, str(words["other"]["en"]))


def _line(alike: Sequence[Told], now: datetime, language: str) -> str:
    one = alike[0]
    words, notice = texts(), one.notice
    zh = language == "zh"
    document = notice.document if zh else document_en(notice.document, one.book)
    what = _about(one, zh)
    return str(
        words["line"][language].format(
            document=document,
            hazard=one.subject(zh),
            about=words["about"][language].format(what=what) if what else "",
            deadline=_deadline(one, now, language),
            ask=_document(notice.document).get("ask", {}).get(language, ""),
            seats=_seats(alike, zh),
        )
    )


def _about(one: Told, zh: bool) -> str:
    """The item of the catalogue, the sub-district and the owner: nothing that anybody wrote."""
    if not one.public or one.hazard is None:
        return ""
    item = one.book.catalogue.by_code.get(one.code or "")
    what = [(item.name if zh else f"item {item.code}") if item else ""]
    places = dict.fromkeys(unit for unit in (one.subdistrict, one.owner) if unit)
    where = ("、" if zh else ", ").join(_unit(one.book, unit, zh) for unit in places)
    what.append(f"（{where}）" if zh and where else f"({where})" if where else "")
    return ("" if zh else " ").join(part for part in what if part)


def _deadline(one: Told, now: datetime, language: str) -> str:
    notice = one.notice
    if notice.due is None:
        return ""
    due, day = local(notice.due), last_day(notice.due)
    moment = f"{due:%Y-%m-%d %H:%M}" if due.date() == day else f"{day} 24:00"
    form = texts()["deadline"]["passed" if notice.due <= now else "running"][language]
    clock = getattr(notice.clock, language) if notice.clock else texts()["no_clock"][language]
    if notice.subtask:  # whose part of a listed hazard it is about
        unit = _unit(one.book, notice.subtask, language == "zh")
        clock = f"{unit}的{clock}" if language == "zh" else f"{clock} of {unit}"
    return str(form.format(clock=clock, due=moment))


def _seats(alike: Sequence[Told], zh: bool) -> str:
    """The addressees, copies after the others; of many, the first few and how many there are."""
    named = [_seat(one, zh) for one in sorted(alike, key=lambda one: one.notice.kind != "to")]
    if len(named) <= _SEATS_NAMED:
        return ("、" if zh else "; ").join(named)
    some = ("、" if zh else "; ").join(named[:_SEATS_NAMED])
    return f"{some}等{len(named)}个席位" if zh else f"{some} and {len(named) - _SEATS_NAMED} more"


def _seat(one: Told, zh: bool) -> str:
    unit, copy = _unit(one.book, one.notice.unit, zh), ""
    if one.notice.kind == "cc":
        copy = texts()["copy"]["zh" if zh else "en"]
    role = _ROLES.get(one.notice.role)
    if role is None:
        return f"{unit}{copy}"
    return f"{joined(unit, one.book.said(role.zh))}{copy}" if zh else f"{unit}, {role.en}{copy}"


def _unit(book: Rulebook, unit: UnitId, zh: bool) -> str:
    found = book.organisation.by_id.get(unit)
    if found is None:
        return str(unit)
    return found.name if zh else found.en or found.name


def _document(name: str) -> dict[str, Any]:
    words = texts()
    found = words["documents"].get(name, words["other"])
    assert isinstance(found, dict)
    return found


def _gravity(one: Told) -> int:
    return one.notice.rung.step if one.notice.rung else 0


def _item(one: Told) -> dict[str, Any]:
    notice = one.notice
    said: dict[str, Any] = {
        "hazard": one.hazard,
        **({"window": one.window} if one.window else {}),
        "document": notice.document,
        "document_en": document_en(notice.document, one.book),
        "rung": notice.rung.value if notice.rung else None,
        "clock": notice.clock.value if notice.clock else None,
        **({"subtask": notice.subtask} if notice.subtask else {}),
        "due": local(notice.due).isoformat() if notice.due else None,
        "unit": notice.unit,
        "role": notice.role,
        "kind": notice.kind,
    }
    if one.public and one.hazard is not None:
        said |= {"code": one.code, "subdistrict": one.subdistrict, "owner": one.owner}
    return said
