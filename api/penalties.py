"""Route of an enterprise's penalties across hazards: how often it was punished, by the counts of the policy (N50)."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import FastAPI, Path, Request
from starlette.responses import Response

from api.answers import as_json
from api.context import rooms
from api.hazards import HAZARDS, READ, Caller
from api.problems import documented
from api.views import Named, UnitView, View

Enterprise = Annotated[
    str,
    Path(
        pattern=r"^[0-9A-Z]{18}$",
        description="企业统一社会信用代码 unified social credit code of the enterprise",
    ),
]


class PenaltyView(View):
    """One penalty; ``hazard`` is ``null`` where the caller may not see it."""

    on: date
    unit: UnitView
    hazard: str | None
    href: str | None


class RepeatView(View):
    """One count of the policy: ``times`` within so many ``days`` back from the latest; ``found`` are there."""

    times: int
    days: int
    found: int
    reached: bool


class PenaltiesView(View):
    """What stands against an enterprise in this district. Enterprises only: nobody counts persons."""

    enterprise: str
    items: list[PenaltyView]
    repeats: list[RepeatView]


def install(app: FastAPI) -> None:
    app.add_api_route(
        "/v1/enterprises/{enterprise}/penalties",
        penalties,
        methods=["GET"],
        tags=READ,
        operation_id="penalties",
        summary="企业受罚记录与屡次计数 penalties of an enterprise and how often",
        response_model=PenaltiesView,
        responses=documented(401, 403, 422, 429, 503),
    )


async def penalties(request: Request, principal: Caller, enterprise: Enterprise) -> Response:
    reading = rooms(request).reading
    book = (await reading.rules(principal)).book
    found = await reading.penalties(principal, enterprise)
    named, days = Named(book), {one.on for one in found}
    counted = [(repeat, repeat.count(days)) for repeat in book.policy.repeat_offender]
    return as_json(
        PenaltiesView(
            enterprise=enterprise,
            items=[
                PenaltyView(
                    on=one.on,
                    unit=named.unit(one.unit),
                    hazard=one.hazard,
                    href=f"{HAZARDS}/{one.hazard}" if one.hazard else None,
                )
                for one in found
            ],
            repeats=[
                RepeatView(times=repeat.times, days=repeat.within.n, found=n, reached=n >= repeat.times)
                for repeat, n in counted
            ],
        )
    )
