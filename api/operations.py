"""For those who run it: alive, ready, figures. Open to anybody who reaches the port, and says nothing of anybody."""

from __future__ import annotations

from enum import Enum
from typing import Literal

from fastapi import FastAPI, Request
from pydantic import BaseModel
from starlette.responses import Response

from api.context import rooms
from api.metrics import MEDIA_TYPE, Metrics
from api.problems import documented

TAGS: list[str | Enum] = ["运行 operations"]


class Health(BaseModel):
    status: Literal["ok"] = "ok"


class Readiness(BaseModel):
    """``ready``: the record can be read. ``commands``: and Temporal can be reached, so that it can change."""

    ready: bool
    commands: bool


def install(app: FastAPI) -> None:
    app.add_api_route(
        "/v1/healthz",
        healthz,
        tags=TAGS,
        operation_id="healthz",
        summary="进程存活 alive",
        response_model=Health,
    )
    app.add_api_route(
        "/v1/readyz",
        readyz,
        tags=TAGS,
        operation_id="readyz",
        summary="可以服务 ready to serve",
        response_model=Readiness,
        responses=documented(503),
    )
    app.add_api_route("/metrics", metrics, include_in_schema=False)


async def healthz() -> Health:
    return Health()


async def readyz(request: Request) -> Readiness:
    here = rooms(request)
    await here.reading.ready()
    return Readiness(ready=True, commands=await here.door.reachable())


async def metrics(request: Request) -> Response:
    found = request.app.state.metrics
    assert isinstance(found, Metrics)
    return Response(found.text(), media_type=MEDIA_TYPE)
