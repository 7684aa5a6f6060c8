"""The API as a process of its own: opens the doors, serves until it is told to stop."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import structlog
import uvicorn
from fastapi import FastAPI

from api.app import bare_app
from api.context import Rooms
from audit.issuing import Dossiers
from audit.replays import Replays
from audit.sources import Histories, Source
from audit.store import open_store
from domain.library import LIBRARY
from service import districts
from service.contacts import Directory
from service.door import Door, Doorway
from service.figures import Counting
from service.identity import LocalIdentity, signing_key
from service.notices import Notices
from service.programme import ProgrammeRoom
from service.reading import Reading
from service.riskpoints import RiskRegister
from service.rulebooks import Current
from service.temporal import connect
from service.views import Views
from settings import Settings, load_settings
from storage.database import Database

log = structlog.get_logger(__name__)

GRACE_SECONDS = 20
"""How long answers under way may take to finish after SIGTERM."""


Extension = Callable[[FastAPI, Settings], None]
"""What a room above adds to the application: the pages."""


def serve(settings: Settings, *extensions: Extension) -> None:
    """Run until SIGTERM or SIGINT."""
    uvicorn.run(
        production(settings, *extensions),
        host=settings.api_host,
        port=settings.api_port,
        log_config=None,  # the process has configured its log
        access_log=False,  # ours knows routes and seats, and no addresses
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def production(settings: Settings | None = None, *extensions: Extension) -> FastAPI:
    """The application on the deployment's own database, Temporal and key.

    Raises :class:`settings.SettingsError`. Neither database nor Temporal need be there at the start:
    until they are, the API answers 503, and without Temporal it still reads.
    """
    found = settings or load_settings()
    districts.use(found)
    identity = LocalIdentity(signing_key(found))

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        database = Database.connect(found.database_url.get_secret_value())
        try:
            current = Current(database, LIBRARY)
            # Lazy: the first command connects, and while it cannot, every command tries again.
            client = await connect(found, lazy=True)
            door = Door(client, database, LIBRARY, current, Doorway(found.task_queue))
            reading = Reading(database, LIBRARY, current)
            store = open_store(found)
            app.state.rooms = Rooms(
                door,
                reading,
                Counting(database, reading),
                Directory(database, LIBRARY, current),
                identity,
                Notices(database, LIBRARY, current),
                ProgrammeRoom(client, database, LIBRARY, current),
                Views(database),
                RiskRegister(database, LIBRARY, current),
                replays=Replays(database, Histories(client, database, store, Source.AUTO)),
                dossiers=Dossiers(client, database, store, found),
            )
            log.info("api started", temporal=found.temporal_address, task_queue=found.task_queue)
            yield
        finally:
            database.close()
            log.info("api stopped")

    app = bare_app(lifespan)
    for extend in extensions:
        extend(app, found)
    return app
