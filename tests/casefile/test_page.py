"""The commands of ``docs/casefile.md``, as they stand there: each does its work on a hazard of that number."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import app
from settings import Settings
from storage import ledger
from storage.database import Database
from tests.casefile.test_dossier import needs_font
from tests.storage.stories import Story

PAGE = Path(__file__).parents[2] / "docs" / "casefile.md"
COMMANDS = re.findall(r"`qingling ([^`]+)`", PAGE.read_text(encoding="utf-8").replace("\n", " "))
SAYS = {
    "show": "截至第7步",
    "why": "T06",
    "what-if": "最终状态：原 CLOSED，将为 CLEARED",
    "dossier": "FILE.pdf",
    "event-log": "log.json",
}
"""By command, what it prints; of ``what-if`` the status is 1, for something differs."""


def test_the_page_names_every_command_of_the_file() -> None:
    assert {command.split()[0] for command in COMMANDS} == set(SAYS)


@needs_font
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_page_does_what_the_page_says(
    db: Database, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    story = Story("QP-2026-000005").report().closed()
    db.write_now(ledger.append, story.hazard, story.events)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("QINGLING_DATABASE_URL", settings.database_url.get_secret_value())
    monkeypatch.setenv("QINGLING_VAR_DIR", str(tmp_path))
    monkeypatch.setenv("QINGLING_TEMPORAL_ADDRESS", "127.0.0.1:1")
    Path("draft.yaml").write_text("lookbacks: {GENERAL: [CD 90]}", encoding="utf-8")
    name, *words = shlex.split(command)
    done = CliRunner().invoke(app, [name, *words])
    assert done.exit_code == (1 if name == "what-if" else 0), done.output
    assert SAYS[name] in done.output
