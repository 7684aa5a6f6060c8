"""Puts the application together: doors in, routes out."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from fastapi import FastAPI

from api import (
    assessments,
    auditing,
    bulletins,
    contacts,
    docs,
    dossiers,
    hazards,
    loads,
    notices,
    obligations,
    operations,
    penalties,
    problems,
    programme,
    reference,
    riskpoints,
    sheets,
)
from api.context import Rooms
from api.limits import DEFAULT_RATE, Limiter, Rate
from api.metrics import Metrics
from api.wire import Exchange
from domain.library import Library
from service.contacts import Directory
from service.door import Door
from service.figures import Counting
from service.identity import Identity
from service.notices import Notices
from service.programme import ProgrammeRoom
from service.reading import Reading
from service.riskpoints import RiskRegister
from service.rulebooks import Current
from service.views import Views
from storage.database import Database

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def create_app(
    door: Door,
    database: Database,
    library: Library,
    current: Current,
    identity: Identity,
    *,
    rate: Rate = DEFAULT_RATE,
) -> FastAPI:
    """The application over doors that exist already; whoever made them closes them."""
    app = bare_app()
    reading = Reading(database, library, current)
    app.state.rooms = Rooms(
        door,
        reading,
        Counting(database, reading),
        Directory(database, library, current),
        identity,
        Notices(database, library, current),
        ProgrammeRoom(door.client, database, library, current),
        Views(database),
        RiskRegister(database, library, current),
        Limiter(rate),
    )
    return app


def bare_app(lifespan: Lifespan | None = None) -> FastAPI:
    """All routes, and no doors yet: ``lifespan`` opens them and sets ``app.state.rooms``."""
    app = FastAPI(
        title=docs.TITLE,
        version=docs.VERSION,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        redirect_slashes=False,
        lifespan=lifespan,
    )
    app.state.metrics = Metrics()
    app.add_middleware(Exchange, metrics=app.state.metrics)
    problems.install(app)
    sheets.install(app)
    hazards.install(app)
    obligations.install(app)
    penalties.install(app)
    notices.install(app)
    reference.install(app)
    contacts.install(app)
    programme.install(app)
    riskpoints.install(app)
    auditing.install(app)
    dossiers.install(app)
    bulletins.install(app)
    loads.install(app)
    assessments.install(app)
    operations.install(app)
    docs.install(app)
    return app
