"""The contact directory: who fills in a unit's form, who may read it, and what is still missing (F17, ACT-04)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from domain.commands import Command
from domain.contacts import SEATS, Contact, dispatched_to, missing, not_reachable
from domain.library import Library, Rulebook
from domain.organisation import ROLES_OF_THE_DESK, ROLES_OF_THE_OFFICE, SYSTEM, Role, Unit
from domain.refusal import Refusal, refuse
from domain.transitions import BY_COMMAND
from domain.values import UnitId
from service.rulebooks import Current
from storage import contacts
from storage.database import Database
from storage.scope import Principal

_READS_ALL = ROLES_OF_THE_OFFICE | ROLES_OF_THE_DESK
"""The office keeps the directory, the desk dispatches by it; every other unit sees its own form."""
_WRITES_ALL = ROLES_OF_THE_OFFICE
_OF_THE_UNIT = SEATS
"""Seats of a unit that read and fill in its form: those it names."""


@dataclass(frozen=True)
class Entry:
    """A unit, its form if it has filed one, and the fields it still owes."""

    unit: Unit
    contact: Contact | None
    missing: tuple[str, ...]


class Directory:
    """Contact forms on behalf of a principal. Raises :class:`Refusal` 403 and 404."""

    def __init__(self, database: Database, library: Library, current: Current) -> None:
        self._database = database
        self._library = library
        self._current = current

    async def entries(self, principal: Principal) -> list[Entry]:
        """Every unit that the principal may look up: all for the office and the desk, else his own."""
        book = await self._book(principal)
        if principal.actor.role not in _READS_ALL:
            return [await self.entry(principal, principal.actor.unit)]
        filed = await self._database.read(contacts.everyone, principal.profile)
        return [_entry(book, unit, filed.get(unit.id)) for unit in book.organisation.units]

    async def entry(self, principal: Principal, unit: str) -> Entry:
        book = await self._book(principal)
        found = _unit(book, unit)
        _check(book, principal, found, _READS_ALL)
        return _entry(book, found, await self._database.read(contacts.of_unit, principal.profile, found.id))

    async def file(self, principal: Principal, unit: str, form: Contact) -> Entry:
        """Keep the form of a unit, in place of the one it had."""
        book = await self._book(principal)
        found = _unit(book, unit)
        _check(book, principal, found, _WRITES_ALL)
        if _unit(book, form.unit).id != found.id:
            raise refuse(
                422,
                "F17.another-unit",
                "FRM-01",
                f"表内单位“{form.unit}”与地址中的“{found.name}”不一致",
                f"the form is of {form.unit}, the address says {found.id}",
            )
        form = form.model_copy(update={"unit": found.id})
        await self._database.write(
            contacts.put, principal.profile, {found.id: form}, principal.actor, datetime.now(UTC)
        )
        return _entry(book, found, form)

    async def check_dispatch(self, principal: Principal, command: Command) -> None:
        """Raises :class:`Refusal` 409 when a task would go to a unit that has not named its contacts (ACT-04)."""
        row = BY_COMMAND[command.do]
        if not any(principal.actor.role in who.roles for who in row.who):
            return  # who has no right to it is told so, and by the core
        book = await self._book(principal)
        duty = book.contact_duty
        if duty is None:
            return
        units = [book.organisation.by_id[unit] for unit in dispatched_to(command, book.organisation)]
        owing = [unit for unit in units if duty.owed_by(unit.type)]
        if not owing:
            return
        filed = await self._database.read(contacts.of_units, principal.profile, [unit.id for unit in owing])
        for unit in owing:
            fields = missing(duty, unit.type, filed.get(unit.id))
            if fields:
                raise not_reachable(command.do, unit.name, fields, duty.source)

    async def _book(self, principal: Principal) -> Rulebook:
        rules = await self._current.rules(principal.profile)
        return self._library.rules(*rules).book


def owing(book: Rulebook, filed: Mapping[UnitId, Contact]) -> list[Entry]:
    """Units that owe contacts and have not named them all."""
    entries = (_entry(book, unit, filed.get(unit.id)) for unit in book.organisation.units)
    return [entry for entry in entries if entry.missing]


def file_examples(database: Database, book: Rulebook) -> int:
    """Invented contacts for every unit that owes some and has filed nothing, for trials; how many they were."""
    duty = book.contact_duty
    filed = database.read_now(contacts.everyone, book.profile)
    forms = {
        unit.id: Contact(
            unit=unit.id,
            deputy_name="示例分管领导",
            deputy_mobile="000-0000-0001",
            liaison_name="示例联络员",
            liaison_mobile="000-0000-0002",
            principal_name="示例一把手",
        )
        for unit in book.organisation.units
        if duty and duty.owed_by(unit.type) and unit.id not in filed
    }
    database.write_now(contacts.put, book.profile, forms, SYSTEM, datetime.now(UTC))
    return len(forms)


def _entry(book: Rulebook, unit: Unit, contact: Contact | None) -> Entry:
    return Entry(unit, contact, missing(book.contact_duty, unit.type, contact))


def _unit(book: Rulebook, named: str) -> Unit:
    unit = book.organisation.find(named)
    if unit is None:
        raise refuse(
            404,
            "F17.no-such-unit",
            "FRM-01",
            f"本区没有单位“{named}”",
            f"this district has no unit {named}",
        )
    return unit


def _check(book: Rulebook, principal: Principal, unit: Unit, everywhere: frozenset[Role]) -> None:
    actor = principal.actor
    own = actor.unit == unit.id and actor.role in _OF_THE_UNIT
    if not own and actor.role not in everywhere:
        raise _not_yours(book)


def _not_yours(book: Rulebook) -> Refusal:
    return refuse(
        403,
        "F17.not-yours",
        "SEC-01",
        book.said("联络员填报表由本单位一把手、分管领导、联络员和清零办填报、查阅，城运中心可查阅"),
        "a contact form is kept by the unit's principal, deputy leader and liaison and by the office; the desk may read it",
    )
