"""Acting from a page: a form filled in, handed to the same door as the API's, and answered beside its fields."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from starlette.responses import Response

from api import forms
from api.problems import Problem, problem_of
from domain.commands import Report
from domain.refusal import Refusal
from service.door import NotRecorded, Pending
from storage.errors import StorageUnavailable
from web import one
from web.drafts import Draft
from web.fields import fields_of, read
from web.tasks import form_fields
from web.typed import one as first
from web.typed import typed_in
from web.visit import Visit, nothing

KEY, SEEN, MORE = "_key", "_seq", "_more"
"""Hidden in each form: its idempotency key, and the step the reader saw; and the press for more rows."""
SAID_BESIDE = (Problem, Refusal, NotRecorded, StorageUnavailable)
"""What is told beside the form that was sent, with what was typed kept."""


def _command(visit: Visit) -> str:
    name: str = visit.request.path_params["command"]
    if name not in forms.GIVEN:
        raise nothing()
    return name


async def form(visit: Visit) -> Response:
    """The hazard's page with the form of one command open."""
    return await one.page(visit, visit.request.path_params["number"], Draft(_command(visit)))


async def give(visit: Visit) -> Response:
    """Carry out a command; on refusal the page comes back with what was typed and what was wrong."""
    command = _command(visit)
    reading = visit.rooms.reading
    hazard = reading.number(visit.request.path_params["number"])
    typed = await typed_in(visit.request)
    key = first(typed, KEY) or uuid4().hex
    seen = first(typed, SEEN)
    state = (await reading.hazard(visit.principal, hazard)).opened.state
    data = read(form_fields(command, state), typed)
    if first(typed, MORE):
        return await one.page(visit, hazard, Draft(command, data, key, more=first(typed, MORE)))
    try:
        try:
            order = forms.parsed(command, data)
        except Problem:
            await reading.check_command(visit.principal, hazard, command)  # no right goes before a bad form
            raise
        expected = int(seen) if seen.isdecimal() else None
        await visit.rooms.door.give(visit.principal, hazard, order, key, expected)
    except Pending:
        return visit.go(f"/hazards/{hazard}", taken=command)
    except SAID_BESIDE as error:
        return await one.page(visit, hazard, Draft(command, data, key, problem_of(error)))
    return visit.go(f"/hazards/{hazard}", done=command)


# -- a new hazard ------------------------------------------------------------------------------------


async def report_form(visit: Visit) -> Response:
    await visit.rooms.reading.check_report(visit.principal)
    return _report_page(visit, Draft("report", key=uuid4().hex))


async def report(visit: Visit) -> Response:
    """Register a hazard, and go on to its page."""
    typed = await typed_in(visit.request)
    key = first(typed, KEY) or uuid4().hex
    data = read(fields_of("report"), typed)
    if first(typed, MORE):
        return _report_page(visit, Draft("report", data, key, more=first(typed, MORE)))
    try:
        filled: Any = forms.parsed("report", data)
        assert isinstance(filled, Report)
        receipt = await visit.rooms.door.report(visit.principal, filled, key)
    except Pending as pending:
        return visit.go(f"/hazards/{pending.hazard}", taken="report")
    except SAID_BESIDE as error:
        return _report_page(visit, Draft("report", data, key, problem_of(error)))
    return visit.go(f"/hazards/{receipt.hazard}", done="report")


_FIRST = (
    "channel", "place", "title", "description", "code", "category", "urgency", "subdistrict", "evidence",
    "external_source", "external_number",
)  # fmt: skip
"""What a duty officer fills in while somebody is on the telephone; the rest is folded away until it is needed."""


def _report_page(visit: Visit, draft: Draft) -> Response:
    fields = fields_of("report")
    rest = [one for one in fields if one.name not in _FIRST]
    touched = {path.split(".")[0] for path in (*draft.data, *draft.faults, draft.more)}
    return visit.page(
        "report",
        draft.problem.status if draft.problem else 200,
        draft=draft,
        fields=[one for one in fields if one.name in _FIRST],
        rest=rest,
        rest_open=any(one.name in touched for one in rest),
        lists={"streets", "items", "grids", "fields"},
        key=draft.key,
    )
