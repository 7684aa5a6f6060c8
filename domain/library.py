"""Rulebooks and calendars by content address: what a hazard's decisions are made under (I5).

A hazard's state, and every event of it, names its rulebook and its calendar by digest. The texts
themselves stand once in the library of each process, so twenty thousand hazards share one rulebook,
and a changed word is another digest.
"""

from __future__ import annotations

import hashlib
import json
import re
from functools import cached_property
from typing import Self

from pydantic import BaseModel, ConfigDict

from domain.accountability import Accountability
from domain.cadence import Cadence
from domain.calendar import Calendar
from domain.catalogue import Catalogue
from domain.categories import KeyField, Line, RiskCategory
from domain.contacts import ContactDuty
from domain.organisation import Body, Organisation
from domain.policy import Policy
from domain.riskcontrol import RiskControl
from domain.values import Digest, Mode, Value


class UnknownRules(LookupError):
    """A digest that this process has no text for. Load it (``qingling migrate`` publishes profiles)."""


class Rulebook(Value):
    """A district's profile: number prefix, organisation, policy and catalogue as one immutable text."""

    model_config = ConfigDict(frozen=True)

    profile: str
    """Key of the profile, e.g. ``qingpu``."""
    name: str
    en: str = ""
    prefix: str
    """Prefix of hazard numbers, e.g. ``QP``."""
    version: str
    modes: tuple[Mode, ...] = (Mode.GENERAL,)
    """Modes of remediation this district has (A4)."""
    organisation: Organisation
    policy: Policy
    catalogue: Catalogue
    bodies: tuple[Body, ...] = ()
    """Leading groups, task forces and their offices, by posts (ACT-01…07)."""
    contact_duty: ContactDuty | None = None
    """Which units must have named their contacts before tasks may be dispatched to them (ACT-04, ACT-09)."""
    cadence: Cadence | None = None
    """Recurring duties: inspections, plans, summaries, circulars (CAD-01…09)."""
    categories: tuple[RiskCategory, ...] = ()
    """The four risk categories; a rulebook without them asks nothing particular of any."""
    lines: tuple[Line, ...] = ()
    """Lines of work whose leads read and coordinate hazards that others handle (ACT-11, ACT-15…17)."""
    key_fields: tuple[KeyField, ...] = ()
    """Fields of the district's campaigns, by whose names hazards are tagged (CLS-14)."""
    terms: dict[str, str] = {}
    """What this district calls things: phrase of the process → its own word, in Chinese text for people."""
    risk_control: RiskControl = RiskControl()
    """Who keeps the district's risk points, and what their colours ask for (RSK-01, RSK-03, PLN-05)."""
    accountability: Accountability | None = None
    """Where neglect is referred to; without it nothing can be referred."""

    def category(self, number: int | None) -> RiskCategory | None:
        return next((category for category in self.categories if category.number == number), None)

    def said(self, text: str) -> str:
        """Chinese text in the words of this district; the longest phrase that fits counts, and none twice."""
        return self._phrases.sub(lambda found: self.terms[found[0]], text) if self.terms else text

    @cached_property
    def _phrases(self) -> re.Pattern[str]:
        longest_first = sorted(self.terms, key=len, reverse=True)
        return re.compile("|".join(map(re.escape, longest_first)))

    @cached_property
    def digest(self) -> Digest:
        return digest_of(self)

    def __eq__(self, other: object) -> bool:
        """By their digests, as everywhere: so what follows from a rulebook alone can be kept by it."""
        return self is other or (isinstance(other, Rulebook) and self.digest == other.digest)

    def __hash__(self) -> int:
        return hash(self.digest)

    def __copy__(self) -> Self:
        """A copy may be given other fields, so it takes along nothing that was worked out from these."""
        copied = super().__copy__()
        for name in vars(copied).keys() - type(self).model_fields.keys():
            del vars(copied)[name]
        return copied


def canonical(value: BaseModel, *, exclude: set[str] | None = None) -> str:
    """The one text of a value: JSON, keys sorted, defaults left out, no ASCII escapes.

    Leaving defaults out keeps the text, and with it every hash, the same when a later version of the
    code gives the value a new field with a default.
    """
    return _TEXT.encode(value.model_dump(mode="json", exclude=exclude, exclude_defaults=True))


_TEXT = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest_of(value: BaseModel) -> Digest:
    return Digest(hashlib.sha256(canonical(value).encode()).hexdigest())


class Rules(Value):
    """The rulebook and the calendar that decisions are made under now."""

    book: Rulebook
    calendar: Calendar
    calendar_digest: Digest


class Library:
    """Every rulebook and calendar a process knows. Adding the same text twice changes nothing."""

    def __init__(self) -> None:
        self._books: dict[Digest, Rulebook] = {}
        self._calendars: dict[Digest, Calendar] = {}
        self._rules: dict[tuple[Digest, Digest], Rules] = {}

    def add_book(self, book: Rulebook) -> Digest:
        self._books.setdefault(book.digest, book)
        return book.digest

    def add_calendar(self, calendar: Calendar) -> Digest:
        digest = digest_of(calendar)
        self._calendars.setdefault(digest, calendar)
        return digest

    def book(self, digest: Digest) -> Rulebook:
        """Raises :class:`UnknownRules`."""
        try:
            return self._books[digest]
        except KeyError:
            raise UnknownRules(f"no rulebook {digest[:12]} in the library") from None

    def calendar(self, digest: Digest) -> Calendar:
        try:
            return self._calendars[digest]
        except KeyError:
            raise UnknownRules(f"no calendar {digest[:12]} in the library") from None

    def knows(self, digest: Digest) -> bool:
        return digest in self._books or digest in self._calendars

    def rules(self, book: Digest, calendar: Digest) -> Rules:
        """Raises :class:`UnknownRules` when either text is missing."""
        key = (book, calendar)
        if key not in self._rules:
            self._rules[key] = Rules(
                book=self.book(book), calendar=self.calendar(calendar), calendar_digest=calendar
            )
        return self._rules[key]

    @property
    def books(self) -> tuple[Rulebook, ...]:
        return tuple(self._books.values())

    @property
    def calendars(self) -> tuple[Calendar, ...]:
        return tuple(self._calendars.values())


LIBRARY = Library()
"""The library of this process. Content-addressed, so sharing it is safe even inside workflow code."""
