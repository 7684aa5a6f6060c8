"""The file of an archived hazard: its history without the server, and the proof that what it holds was archived."""

from __future__ import annotations

import io
import json
import re
import shutil
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from audit.bundle import bundle
from audit.casefile import opened
from audit.inclusion import Inclusion, holds, inclusion
from audit.issuing import Dossiers
from audit.keys import Signer
from audit.store import Folder
from domain.library import LIBRARY
from domain.values import Digest
from service.temporal import connect
from settings import load_settings
from storage import rulebooks
from storage.accesslog import Looked
from storage.database import Database
from tests.audit.conftest import SIGNER, Past, sweep
from tests.casefile.test_dossier import needs_font, recipe, run


@pytest.fixture
def database(past: Past, tmp_path: Path):
    database = Database.connect(past.copy(tmp_path))
    database.read_now(rulebooks.load_into, LIBRARY)
    yield database
    database.close()


@pytest_asyncio.fixture
async def kept(past: Past, database: Database, tmp_path: Path) -> Folder:
    folder = Folder(tmp_path / "archive")
    await sweep(past.archive(database, folder))
    return folder


def proven(past: Past, database: Database, kept: Folder) -> Inclusion:
    return inclusion(database, kept, [SIGNER.public], past.long, _rules(past, database))


def _rules(past: Past, database: Database) -> set[Digest]:
    steps = opened(database, past.long, Looked.DOSSIER).steps
    return {digest for step in steps for digest in (step.event.rules, step.event.calendar)}


@pytest.mark.requirement("REG-08")
async def test_every_archived_object_of_a_hazard_is_proven(
    past: Past, database: Database, kept: Folder
) -> None:
    found = proven(past, database, kept)
    assert found.lacks == () and found.proof is not None
    kinds = [json.loads(one["entry"])["kind"] for one in json.loads(found.proof)["objects"]]
    assert kinds.count("history") > 1 and {"ledger", "rules"} <= set(kinds)
    assert holds(found.proof, found.objects)
    assert past.closed not in found.proof, "of another hazard nothing is told"
    name = next(iter(found.objects))
    assert not holds(found.proof, found.objects | {name: b"another"})
    root = json.loads(found.proof)["manifests"][0]["root"]
    assert not holds(found.proof.replace(root, "00" * 32), found.objects)


async def test_what_is_not_what_was_archived_is_left_out_and_said(
    past: Past, database: Database, kept: Folder, tmp_path: Path
) -> None:
    victim = next((tmp_path / "archive").glob(f"hazards/{past.long}/ledger-*"))
    victim.chmod(0o600)
    victim.write_bytes(b"another")
    found = proven(past, database, kept)
    assert len(found.lacks) == 1 and victim.name in found.lacks[0]
    assert not any(victim.name in name for name in found.objects)
    nobody = inclusion(database, kept, [Signer(bytes(32)).public], past.long, ())
    assert nobody.proof is None and "not trusted" in nobody.lacks[0]


@needs_font
@pytest.mark.requirement("REG-08")
@pytest.mark.skipif(shutil.which("jq") is None, reason="the recipe uses jq")
async def test_the_file_has_history_and_proof_without_the_server(
    past: Past, database: Database, kept: Folder, tmp_path: Path
) -> None:
    (tmp_path / "archive.pub").write_text(SIGNER.public.text)
    settings = load_settings(var_dir=tmp_path, temporal_address="127.0.0.1:1")
    dossiers = Dossiers(await connect(settings, lazy=True), database, kept, settings)
    made = await dossiers.issue(opened(database, past.long, Looked.DOSSIER), packed=True)
    assert made.lacks == () and made.zip is not None
    folder = unpacked(made.zip, tmp_path / "file")
    assert len(list((folder / "history").iterdir())) > 1

    blocks = recipe(folder)
    for block in (blocks[0], blocks[1], blocks[3]):  # the ledger, entry by entry: tests/casefile
        done = run(block, folder)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), block
    assert "all is well" in run(blocks[4], folder).stdout

    ledger = next(folder.glob("archive/hazards/*/ledger-*"))
    ledger.write_bytes(ledger.read_bytes() + b"x")
    assert f"altered: archive/hazards/{past.long}/ledger-" in run(blocks[3], folder).stdout
    assert run(blocks[4], folder).returncode == 1


@pytest.mark.skipif(shutil.which("jq") is None, reason="the recipe uses jq")
async def test_a_forged_entry_of_a_proof_leads_to_another_root(
    past: Past, database: Database, kept: Folder, tmp_path: Path
) -> None:
    found = proven(past, database, kept)
    assert found.proof is not None
    forged = re.sub(r'(\\"status\\":\\")COMPLETED', r"\1TERMINATED", found.proof)
    assert forged != found.proof
    case = opened(database, past.long, Looked.DOSSIER)
    papers = case.papers(database, datetime.now(UTC))
    packed = bundle(papers, case.entries, [], forged, b"%PDF-", found.objects)
    folder = unpacked(packed, tmp_path / "file")
    blocks = recipe(folder)
    assert "not in manifest: hazards/" in run(blocks[3], folder).stdout
    assert "not in manifest 1: hazards/" in run(blocks[4], folder).stdout


def unpacked(packed: bytes, folder: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        archive.extractall(folder)
    (inside,) = folder.iterdir()
    return inside
