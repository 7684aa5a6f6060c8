"""The file of a hazard to take away: ledger, history, rules, evidence list, dossier, and how to verify them.

Whoever receives it needs none of our software: ``recipe/README.md`` tells how with ``sha256sum`` and ``jq``,
``recipe/check.py`` does it in some thirty lines.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from audit.dossier import Papers, printed
from audit.life import evidence
from audit.words import when
from domain.library import canonical
from domain.values import local
from storage.ledger import StoredEvent

_RECIPE = Path(__file__).parent / "recipe"


def bundle(
    papers: Papers,
    entries: Sequence[StoredEvent],
    histories: Sequence[str] = (),
    proof: str | None = None,
    pdf: bytes | None = None,
    archived: Mapping[str, bytes] | None = None,
) -> bytes:
    """A zip of everything. ``histories`` are the engine's own, run by run, as JSON.

    ``archived`` are the objects that ``proof`` proves, as they lie in the archive (:mod:`audit.inclusion`).

    Raises :class:`documents.fonts.NoChineseFont`.
    """
    files = {
        "dossier.pdf": pdf if pdf is not None else printed(papers),
        "ledger.jsonl": "".join(_line(entry) for entry in entries).encode(),
        "evidence.json": _evidence(papers),
        "check.py": (_RECIPE / "check.py").read_bytes(),
        "README.md": _readme(papers, len(histories), proof is not None),
        **_rules(papers),
        **{f"history/{run:03}.json": history.encode() for run, history in enumerate(histories, start=1)},
        **{f"archive/{name}": body for name, body in (archived or {}).items()},
    }
    if proof is not None:
        files["proof.json"] = proof.encode()
    sums = "".join(f"{hashlib.sha256(body).hexdigest()}  {name}\n" for name, body in sorted(files.items()))
    files["SHA256SUMS"] = sums.encode()
    return _zipped(papers, files)


def _zipped(papers: Papers, files: dict[str, bytes]) -> bytes:
    made, moment = io.BytesIO(), local(papers.made_at)
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            info = zipfile.ZipInfo(f"{papers.hazard}/{name}", moment.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, body)
    return made.getvalue()


def _line(entry: StoredEvent) -> str:
    said = {"seq": entry.seq, "prev": entry.prev, "hash": entry.hash, "body": entry.body}
    return json.dumps(said, ensure_ascii=False) + "\n"


def _evidence(papers: Papers) -> bytes:
    pieces = [piece.model_dump(mode="json") for piece in evidence(papers.steps)]
    return json.dumps(pieces, ensure_ascii=False, indent=1).encode()


def _rules(papers: Papers) -> dict[str, bytes]:
    """Every rulebook and calendar that an event or a clock rests on, as the text its digest is made of."""
    pairs = {(step.event.rules, step.event.calendar) for step in papers.steps}
    pairs |= {(clock.rules, clock.calendar) for step in papers.steps for clock in step.after.clocks.values()}
    files: dict[str, bytes] = {}
    for book, calendar in sorted(pairs):
        rules = papers.library.rules(book, calendar)
        files[f"rulebooks/{book}.json"] = canonical(rules.book).encode()
        files[f"calendars/{calendar}.json"] = canonical(rules.calendar).encode()
    return files


def _readme(papers: Papers, runs: int, proven: bool) -> bytes:
    state = papers.steps[-1].after
    book = papers.library.rules(state.rules, state.calendar).book
    return (
        (_RECIPE / "README.md")
        .read_text(encoding="utf-8")
        .format(
            number=state.id,
            district=book.name,
            district_en=book.en,
            history=f"{runs} 段 runs" if runs else "制作时无法取得 could not be had when this was made",
            proof="有 included" if proven else "未附 not included",
            made_at=when(papers.made_at),
            entries=papers.statement.entries,
            head=papers.statement.head,
        )
        .encode()
    )
