"""Routes of the contact directory (F17): read and fill in the form of a unit, see who still owes one."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

from fastapi import Depends, FastAPI, Request
from pydantic import BaseModel
from starlette.responses import Response

from api.context import caller, rooms
from api.problems import documented
from api.views import View
from domain.contacts import LABELS, Contact
from domain.forms import Form
from service.contacts import Entry
from storage.scope import Principal

TAGS: list[str | Enum] = ["联络员 contacts"]
Caller = Annotated[Principal, Depends(caller)]


def install(app: FastAPI) -> None:
    for path, method, endpoint, model, summary in (
        (
            "/v1/contacts",
            "GET",
            contacts,
            ContactsView,
            "联络员填报表一览及缺项 contact forms and what is missing",
        ),
        ("/v1/contacts/{unit}", "GET", contact, ContactView, "一个单位的联络员填报表 the form of one unit"),
        ("/v1/contacts/{unit}", "PUT", file_contact, ContactView, "填报联络员 fill in the form (F17)"),
    ):
        app.add_api_route(
            path,
            endpoint,
            methods=[method],
            tags=TAGS,
            operation_id=endpoint.__name__,
            summary=summary,
            response_model=model,
            responses=documented(401, 403, 404, 422, 429, 503),
        )


class _Filled(Contact):
    """F17 as it is sent: the address names the unit."""

    unit: str = ""


async def contacts(request: Request, principal: Caller) -> Response:
    entries = await rooms(request).directory.entries(principal)
    view = ContactsView(
        items=[_view(entry) for entry in entries], owing=sum(1 for entry in entries if entry.missing)
    )
    return _json(view)


async def contact(request: Request, principal: Caller, unit: str) -> Response:
    return _json(_view(await rooms(request).directory.entry(principal, unit)))


async def file_contact(request: Request, principal: Caller, unit: str, form: _Filled) -> Response:
    filled = Contact.model_validate(form.model_dump() | {"unit": form.unit or unit})
    return _json(_view(await rooms(request).directory.file(principal, unit, filled)))


def _json(view: BaseModel) -> Response:
    return Response(view.model_dump_json(), media_type="application/json")


# -- answers -----------------------------------------------------------------------------------------


class FieldView(Form):
    """A field of the form, with its label on paper."""

    name: str
    label: str


class ContactView(View):
    """A unit's form, ``null`` when it has filed none, and the fields it owes before tasks may reach it."""

    unit: str
    name: str
    contact: Contact | None
    missing: list[FieldView]


class ContactsView(View):
    items: list[ContactView]
    owing: int
    """How many units still owe a field."""


def _view(entry: Entry) -> ContactView:
    return ContactView(
        unit=entry.unit.id,
        name=entry.unit.name,
        contact=entry.contact,
        missing=[FieldView(name=name, label=LABELS[name]) for name in entry.missing],
    )
