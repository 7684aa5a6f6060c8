"""The ends of the chains beside the ledger stand in the signed manifests: nobody takes the last entries away unseen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from audit.findings import Part
from audit.store import Folder
from audit.verify import Verified, verify
from domain.values import Confidentiality, HazardId
from storage import accesslog, anchors
from storage.accesslog import Access, Looked
from storage.database import Database
from tests import seats
from tests.audit.conftest import SIGNER, Past, sweep
from tests.audit.test_replay import spoil

pytestmark = pytest.mark.requirement("SEC-01")


@dataclass(frozen=True)
class Sealed:
    """A record whose access log was read from three times, and sealed in a manifest."""

    database: Database
    url: str
    store: Folder

    def verified(self) -> Verified:
        return verify(self.url, self.store, [SIGNER.public])

    def ends(self) -> list[tuple[str, str]]:
        found = self.verified().findings
        return [(one.where, one.en) for one in found if one.part is Part.ACCESS_LOG and "manifest" in one.en]


@pytest_asyncio.fixture(loop_scope="session")
async def sealed(past: Past, tmp_path: Path) -> AsyncIterator[Sealed]:
    url = past.copy(tmp_path)
    database = Database.connect(url)
    access = Access(
        hazard=past.open,
        profile="qingpu",
        confidentiality=Confidentiality.INTERNAL,
        actor=seats.AUDITOR.actor,
        looked=Looked.HAZARD,
        at=datetime(2026, 11, 24, 9, tzinfo=UTC),
    )
    database.write_now(accesslog.record, [access, access, access])
    store = Folder(tmp_path / "archive")
    await sweep(past.archive(database, store))
    yield Sealed(database, url, store)
    database.close()


async def test_an_untouched_log_is_where_it_was_anchored(sealed: Sealed) -> None:
    assert [end.record for end in sealed.database.read_now(anchors.ends_since, None)] == ["access_log"]
    assert sealed.ends() == []
    assert not [one for one in sealed.verified().findings if one.part is Part.ACCESS_LOG]


@pytest.mark.parametrize("taken", ["n = 3", "n > 0"])
async def test_a_log_whose_end_was_cut_off_is_found_though_its_chain_holds(
    sealed: Sealed, taken: str
) -> None:
    spoil(sealed.database, f"DELETE FROM access_log WHERE {taken}")
    assert sealed.database.read_now(accesslog.verify) == [], "the chain alone does not show it"
    assert sealed.ends() == [
        ("access_log 第3条", "access_log 3: is anchored in a manifest and gone: the end was cut off")
    ]


async def test_a_log_that_was_written_anew_is_found_though_its_chain_holds(sealed: Sealed) -> None:
    logged = sealed.database.read_now(accesslog.verify)
    assert logged == []
    spoil(sealed.database, "DELETE FROM access_log")
    access = Access(
        hazard=HazardId("QP-2026-000001"),
        profile="qingpu",
        confidentiality=Confidentiality.INTERNAL,
        actor=seats.OFFICE.actor,
        looked=Looked.LIST,
        at=datetime(2026, 11, 24, 9, tzinfo=UTC),
    )
    sealed.database.write_now(accesslog.record, [access, access, access])
    assert sealed.database.read_now(accesslog.verify) == []
    assert sealed.ends() == [("access_log 第3条", "access_log 3: is not the entry that a manifest anchors")]
