"""The dossier and the file that goes with it: complete, printable, and verified without our software."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typst

from audit import bundle as bundles
from audit import casefile_cli
from audit.dossier import Papers, contents, printed
from audit.statement import state
from documents.fonts import NoChineseFont, pair
from domain.library import LIBRARY
from settings import Settings
from storage import ledger
from storage.database import Database
from tests.casefile import lives
from tests.storage.stories import Story

NOW = datetime(2027, 6, 1, 8, 30, tzinfo=UTC)


def papers(db: Database, story: Story) -> Papers:
    db.write_now(ledger.append, story.hazard, story.events)
    steps = lives.steps(story)
    return Papers(LIBRARY, steps, (), db.read_now(state, LIBRARY, steps, NOW), NOW)


def printable() -> bool:
    try:
        pair(typst.Fonts())
    except NoChineseFont:
        return False
    return True


needs_font = pytest.mark.skipif(not printable(), reason="no Chinese font: install fonts-noto-cjk")


@pytest.mark.requirement("RSK-04", "VER-05")
def test_everything_of_a_life_stands_in_the_dossier(db: Database) -> None:
    story = lives.closed()
    made = contents(papers(db, story))

    assert [entry["seq"] for entry in made["timeline"]] == [str(n + 1) for n in range(len(story.events))]
    assert [piece[4] for piece in made["evidence"]] == ["a" * 64, ""]
    assert made["plans"][0]["goals"] == [["G1", "隔断全部拆除", "–"]]
    assert [look[2] for look in made["lookbacks"]] == ["回头看到期", "回头看：巩固"]
    assert made["statement"]["head"] == story.hazard.head
    assert all(check["findings"] == [] for check in made["statement"]["checks"])


def test_a_record_that_does_not_hold_is_said_so_in_the_statement(db: Database) -> None:
    story = lives.closed()
    papers(db, story)
    with db._writer.begin() as connection:
        connection.exec_driver_sql("UPDATE hazards SET owner = 'nobody'")
    found = db.read_now(state, LIBRARY, lives.steps(story), NOW)
    assert not found.holds
    assert any("owner" in finding for check in found.checks for finding in check.findings)


@needs_font
@pytest.mark.parametrize("tell", [lives.closed, lives.late, lives.extended, lives.refused_without_waiting])
def test_it_prints_as_pdf_a(db: Database, tell) -> None:
    made = printed(papers(db, tell()))
    assert made.startswith(b"%PDF-")
    assert b"<pdfaid:part>2</pdfaid:part>" in made
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in made


def test_without_a_chinese_font_it_says_what_to_install(db: Database) -> None:
    bare = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)
    with pytest.raises(NoChineseFont, match="apt-get install fonts-noto-cjk"):
        printed(papers(db, lives.closed()), bare)


# -- the file that goes with it ----------------------------------------------------------------------


def unpacked(db: Database, folder: Path, story: Story | None = None) -> Path:
    story = story or lives.closed()
    made = bundles.bundle(papers(db, story), lives.entries(story.events), ['{"events": []}'], pdf=b"%PDF-")
    zipfile.ZipFile(io.BytesIO(made)).extractall(folder)
    return folder / story.number


def recipe(folder: Path) -> list[str]:
    return re.findall(r"```sh\n(.*?)```", (folder / "README.md").read_text(encoding="utf-8"), re.S)


def run(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-e", "-c", script], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.mark.skipif(shutil.which("jq") is None, reason="the recipe uses jq")
@pytest.mark.requirement("REG-08")
def test_the_recipe_verifies_an_untouched_file_in_silence(db: Database, tmp_path: Path) -> None:
    folder = unpacked(db, tmp_path)
    blocks = recipe(folder)
    assert len(blocks) == 5
    for block in blocks[:4]:
        done = run(block, folder)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert "all is well" in run(blocks[4], folder).stdout


@pytest.mark.skipif(shutil.which("jq") is None, reason="the recipe uses jq")
@pytest.mark.parametrize(
    ("change", "block", "said"),
    [
        ("byte", 2, "altered: 3"),
        ("removed", 2, "broken before: 4"),
        ("swapped", 2, "broken before: 4"),
        ("shortened", 2, "does not end where it should"),
        ("rulebook", 1, "altered: rulebooks/"),
        ("byte", 0, "ledger.jsonl"),
    ],
)
def test_the_recipe_finds_what_was_tampered_with(
    db, tmp_path: Path, change: str, block: int, said: str
) -> None:
    folder = unpacked(db, tmp_path)
    tamper(folder, change)
    done = run(recipe(folder)[block], folder)
    assert said in done.stdout + done.stderr
    assert run("python3 check.py", folder).returncode == 1


def tamper(folder: Path, change: str) -> None:
    ledger_file = folder / "ledger.jsonl"
    lines = ledger_file.read_text(encoding="utf-8").splitlines(keepends=True)
    match change:
        case "byte":
            entry = json.loads(lines[2])
            lines[2] = json.dumps({**entry, "body": entry["body"] + " "}, ensure_ascii=False) + "\n"
        case "removed":
            del lines[2]
        case "swapped":
            lines[2], lines[3] = lines[3], lines[2]
        case "shortened":
            del lines[-1]
        case "rulebook":
            book = next(folder.glob("rulebooks/*.json"))
            book.write_text(book.read_text(encoding="utf-8").replace("WD 5", "WD 9"), encoding="utf-8")
    ledger_file.write_text("".join(lines), encoding="utf-8")


# -- the command -------------------------------------------------------------------------------------


@needs_font
def test_one_command_makes_both(db: Database, settings: Settings, tmp_path: Path, capsys) -> None:
    story = lives.closed()
    papers(db, story)
    away = settings.model_copy(update={"temporal_address": "127.0.0.1:1"})
    out = tmp_path / "file"

    assert casefile_cli.write_dossier(away, story.number, out) == 0
    assert {path.name for path in out.iterdir()} == {f"{story.number}.pdf", f"{story.number}.zip"}
    names = zipfile.ZipFile(out / f"{story.number}.zip").namelist()
    assert {name.partition("/")[2].partition("/")[0] for name in names} == {
        "dossier.pdf", "ledger.jsonl", "evidence.json", "check.py", "README.md", "rulebooks", "calendars", "SHA256SUMS",
    }  # fmt: skip
    assert casefile_cli.write_dossier(away, story.number, tmp_path / "gone" / "x.pdf") == 2
    assert "cannot write" in capsys.readouterr().err


def test_an_event_log_is_written_whole_or_not_at_all(db, settings, tmp_path: Path, capsys) -> None:
    papers(db, lives.closed())
    which = casefile_cli.Selection((), "qingpu")
    for format in ("ocel", "xes"):
        assert casefile_cli.write_export(settings, format, tmp_path / f"log.{format}", which) == 0
    assert json.loads((tmp_path / "log.ocel").read_text(encoding="utf-8"))["events"]
    assert (tmp_path / "log.xes").read_text(encoding="utf-8").endswith("</log>")
    assert casefile_cli.write_export(settings, "csv", tmp_path / "x", which) == 2
    assert casefile_cli.write_export(settings, "ocel", tmp_path / "no" / "x", which) == 2
    assert sorted(path.name for path in tmp_path.glob("*log*")) == ["log.ocel", "log.xes"]
