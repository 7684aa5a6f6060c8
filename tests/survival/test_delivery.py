"""Workers die while they deliver, mail servers are away: no notice is lost, none arrives as two."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import select

from domain.values import HazardId
from storage import tables
from tests import seats
from tests.notices.conftest import Mailman, server
from tests.survival.conftest import Deployment
from tests.survival.test_processes import persist, persist_report

pytestmark = pytest.mark.slow

PATIENCE = 90.0


class SlowMailman(Mailman):
    """Takes a mail, and then lets the one who brought it wait."""

    def __init__(self) -> None:
        super().__init__()
        self.let_go = threading.Event()
        self.let_go.set()

    async def handle_DATA(self, session_server, session, envelope) -> str:  # type: ignore[no-untyped-def]
        reply = await super().handle_DATA(session_server, session, envelope)
        while not self.let_go.is_set():  # noqa: ASYNC110 - the flag belongs to another thread
            await asyncio.sleep(0.05)
        return reply


@pytest.fixture
def mailman(deployment: Deployment) -> Iterator[SlowMailman]:
    mailman = SlowMailman()
    mailman.open()
    file: Path = deployment.settings.channels_file
    said = {
        "timeout": 1,
        "mail": server(mailman),
        "endpoints": {"street": {"kind": "mail", "address": "street@example.org"}},
        "recipients": {"qingpu": [{"unit": seats.LIAISON.actor.unit, "to": ["street"]}]},
    }
    file.write_text(yaml.safe_dump(said, allow_unicode=True), "utf-8")
    yield mailman
    mailman.let_go.set()
    mailman.close()
    file.unlink()


def until(what: str, holds: Callable[[], Any]) -> Any:
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        found = holds()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"it did not come about that {what}")


async def assigned(deployment: Deployment, key: str) -> HazardId:
    """A flash hazard, whose assignment goes out at any hour."""
    hazard = await persist_report(deployment, f"{key}-0", urgency="FLASH")
    await persist(deployment, seats.LIAISON, hazard, "verify_confirm", f"{key}-1", {})
    await persist(deployment, seats.DESK, hazard, "assign", f"{key}-2", {"target": seats.STREET})
    return hazard


def states(deployment: Deployment, hazard: HazardId) -> list[str]:
    query = (
        select(tables.deliveries.c.state)
        .join(tables.outbox, tables.outbox.c.id == tables.deliveries.c.notice_id)
        .where(tables.outbox.c.hazard_id == hazard, tables.outbox.c.rung.is_(None))
    )
    return deployment.database.read_now(lambda c: list(c.scalars(query)))


def mails_about(mailman: Mailman, hazard: HazardId) -> list[str]:
    """Message-IDs of the mails that bring the assignment of a hazard."""
    return [
        mail["Message-ID"] for mail in mailman.mails if f"【转递（交办）单】{hazard}" in mail.get_content()
    ]


async def test_a_worker_killed_while_a_mail_is_under_way_is_followed_by_the_same_mail(
    deployment: Deployment, mailman: SlowMailman
) -> None:
    mailman.let_go.clear()
    hazard = await assigned(deployment, "mail-killed")
    until("the mail server has it", lambda: mails_about(mailman, hazard))
    deployment.kill("worker")
    assert states(deployment, hazard) == ["sending"], "nobody knows yet whether it arrived"
    mailman.let_go.set()

    deployment.group.start_worker()
    until("it is delivered", lambda: states(deployment, hazard) == ["sent"])

    ids = mails_about(mailman, hazard)
    assert len(ids) == 2 and len(set(ids)) == 1, "twice at most, and for a mail system the same"


async def test_what_is_written_while_nobody_can_deliver_arrives_once(
    deployment: Deployment, mailman: SlowMailman
) -> None:
    mailman.close()
    hazards = [await assigned(deployment, f"mail-away-{n}") for n in range(3)]
    until("it was tried", lambda: all(states(deployment, hazard) == ["waiting"] for hazard in hazards))
    deployment.restart("worker")
    mailman.open()

    until("all are delivered", lambda: all(states(deployment, hazard) == ["sent"] for hazard in hazards))

    for hazard in hazards:
        assert len(mails_about(mailman, hazard)) == 1
