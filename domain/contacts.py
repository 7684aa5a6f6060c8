"""The contact form of a unit (F17 联络员填报表), and which units owe it before tasks may reach them.

Names and telephone numbers are the deployment's own: they never enter a hazard, its workflow or the
repository. What a profile says about contacts is only who owes them (:class:`ContactDuty`).
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field

from domain import labels
from domain.commands import Command
from domain.forms import Form
from domain.organisation import Organisation, Role, UnitType
from domain.refusal import Refusal, refuse
from domain.texts import OptionalLine, printable
from domain.values import UnitId, Value

_PHONE = r"^$|^\+?[0-9][0-9 ()转\-*#,]{4,38}$"
_EMAIL = r"^$|^[^@\s<>,;:\"]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$"

Phone = Annotated[str, Field(max_length=40, pattern=_PHONE), AfterValidator(printable)]
"""A number as people write it, extension included: ``021-6213 0000 转 8012``."""
Email = Annotated[str, Field(max_length=200, pattern=_EMAIL)]


class Contact(Form):
    """F17, one a unit: the fourteen fields of the form (FRM-01), and the 一把手 whom ACT-04 asks for besides.

    Nothing but the unit is required: a form that is half filled in is kept, and :func:`missing` says what
    it lacks.
    """

    unit: Annotated[str, Field(min_length=1, max_length=64, title="单位")]
    department: OptionalLine = ""
    deputy_name: OptionalLine = ""
    deputy_post: OptionalLine = ""
    deputy_phone: Phone = ""
    deputy_mobile: Phone = ""
    liaison_name: OptionalLine = ""
    liaison_post: OptionalLine = ""
    liaison_phone: Phone = ""
    liaison_mobile: Phone = ""
    fax: Phone = ""
    email: Email = ""
    filled_in_by: OptionalLine = ""
    filled_in_phone: Phone = ""
    principal_name: OptionalLine = ""
    principal_post: OptionalLine = ""
    principal_mobile: Phone = ""

    def mobile_of(self, role: Role) -> str:
        """Where a seat of the unit is reached by telephone, empty when the form does not say."""
        numbers = {
            Role.PRINCIPAL: (self.principal_mobile,),
            Role.DEPUTY_LEADER: (self.deputy_mobile, self.deputy_phone),
            Role.LIAISON: (self.liaison_mobile, self.liaison_phone),
        }
        return next((number for number in numbers.get(role, ()) if number), "")


SEED_FIELDS = tuple(Contact.model_fields)[:14]
"""The fields of the printed form, in its order (普陀区方案附件2)."""
LABELS: dict[str, str] = {
    name: field.title or labels.FIELDS[name].zh for name, field in Contact.model_fields.items()
}


class ContactDuty(Value):
    """Which kinds of unit must have named which seats before tasks may be dispatched to them."""

    types: tuple[UnitType, ...]
    seats: tuple[Role, ...] = (Role.PRINCIPAL, Role.DEPUTY_LEADER, Role.LIAISON)
    source: str

    def owed_by(self, kind: UnitType) -> bool:
        return kind in self.types


_NEEDED: dict[Role, tuple[tuple[str, ...], ...]] = {
    Role.PRINCIPAL: (("principal_name",),),
    Role.DEPUTY_LEADER: (("deputy_name",), ("deputy_mobile", "deputy_phone")),
    Role.LIAISON: (("liaison_name",), ("liaison_mobile", "liaison_phone")),
}
"""What a seat needs to be named: of each group one field at least."""
SEATS = frozenset(_NEEDED)
"""The seats that the form can name."""


def missing(duty: ContactDuty | None, kind: UnitType, contact: Contact | None) -> tuple[str, ...]:
    """Fields that a unit of this kind still owes, by name; of two numbers either will do, the first is named."""
    if duty is None or not duty.owed_by(kind):
        return ()
    filled: dict[str, Any] = contact.model_dump() if contact else {}
    return tuple(
        group[0]
        for seat in duty.seats
        for group in _NEEDED[seat]
        if not any(str(filled.get(name, "")).strip() for name in group)
    )


_TARGETS = ("target", "lead", "cooperating")
"""Fields of commands that name the units a task goes to."""


def dispatched_to(command: Command, organisation: Organisation) -> tuple[UnitId, ...]:
    """The units that a command sends a hazard to, as far as the district has them."""
    named: list[str] = []
    for field in _TARGETS:
        said = getattr(command, field, None)
        if isinstance(said, str):
            named.append(said)
        elif isinstance(said, tuple):
            named += [item for item in said if isinstance(item, str)]
    units = (organisation.find(name) for name in named)
    return tuple(dict.fromkeys(unit.id for unit in units if unit is not None))


def not_reachable(do: str, unit: str, fields: tuple[str, ...], source: str) -> Refusal:
    """The refusal of a task for a unit that has not named its contacts."""
    zh = "、".join(LABELS[name] for name in fields)
    return refuse(
        409,
        f"{do}.contacts-missing",
        source,
        f"“{unit}”的联络员填报表还缺{zh}，填报后才能转递任务",
        f"{unit} has not filled in its contact form ({', '.join(fields)}); tasks can be dispatched once it has",
    )
