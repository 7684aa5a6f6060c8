"""Does the archive hold what its manifests say, unchanged, and nothing else? For one who has only the archive."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from audit import manifest, objects
from audit.chains import Chains
from audit.findings import Finding, Part
from audit.keys import PublicKey
from audit.manifest import BadManifest
from audit.store import NotThere, Store
from domain.values import HazardId
from storage.anchors import Anchor
from storage.archive import Kept, Kind, Sealed
from storage.ledger import Link

_MANIFEST = re.compile(rf"{manifest.FOLDER}/(\d+)\.jsonl")


@dataclass
class Holdings:
    """What was read of an archive on the way: for comparing with the database."""

    manifests: int = 0
    objects: int = 0
    links: dict[HazardId, list[Link]] = field(default_factory=dict)
    """Archived entries by hazard, in order."""
    heads: dict[tuple[HazardId, int], str] = field(default_factory=dict)
    ends: set[Anchor] = field(default_factory=set)
    """Of the chains beside the ledger."""
    """Hashes that a manifest anchored, by hazard and ``seq``."""
    rules: set[str] = field(default_factory=set)


class Inspection:
    """Reads an archive through, once."""

    def __init__(
        self,
        store: Store,
        keys: Sequence[PublicKey],
        *,
        remembered: Mapping[int, Sealed] | None = None,
        pending: Mapping[str, Kept] | None = None,
    ) -> None:
        """``remembered`` are the manifests the database knows of; ``pending`` what no manifest lists yet."""
        self._store = store
        self._keys = keys
        self._remembered = remembered or {}
        self._pending = pending or {}
        self._names = set(store.names())
        self._listed: dict[str, Kept] = {}
        self.found = Holdings()

    @property
    def size(self) -> int:
        """How many objects there are to read."""
        return len(self._names)

    def findings(self, tell: Callable[[int], None] = lambda _: None) -> Iterator[Finding]:
        """Everything that is wrong with the archive itself. Raises ``StorageUnavailable``."""
        yield from self._manifests(tell)
        yield from self._unlisted()
        for kept in self._listed.values():
            yield from self._object(kept)
            tell(1)
        yield from self._chains()

    # -- manifests ------------------------------------------------------------------------------------

    def _manifests(self, tell: Callable[[int], None]) -> Iterator[Finding]:
        there = {int(match[1]) for name in self._names if (match := _MANIFEST.fullmatch(name))}
        previous: str | None = ""
        for number in range(1, max([0, *there, *self._remembered]) + 1):
            name = manifest.name_of(number)
            known = self._remembered.get(number)
            if number not in there:
                day = f"（{known.day}）" if known else ""
                yield _of_manifest(name, f"清单缺失{day}", "the manifest is missing")
                previous = known.digest if known else None
                continue
            file = self._store.get(name)
            tell(1)
            self.found.manifests += 1
            digest = manifest.digest_of(file)
            if known and digest != known.digest:
                yield _of_manifest(
                    name, f"不是{known.day}签署的那一份", f"is not the one that was sealed on {known.day}"
                )
            yield from self._manifest(name, number, previous, file)
            previous = digest

    def _manifest(self, name: str, number: int, previous: str | None, file: bytes) -> Iterator[Finding]:
        try:
            opened = manifest.opened(file, self._keys)
        except BadManifest as error:
            yield _of_manifest(name, error.zh, error.en)
            return
        if opened.number != number:
            yield _of_manifest(name, f"自称第{opened.number}份", f"says it is number {opened.number}")
        if previous is not None and opened.previous != previous:
            yield _of_manifest(name, "与前一份清单不相衔接", "does not follow the manifest before it")
        for kept in opened.entries:
            self._listed[kept.name] = kept

    def _unlisted(self) -> Iterator[Finding]:
        for name in sorted(self._names - self._listed.keys()):
            if not _MANIFEST.fullmatch(name):
                if name in self._pending:
                    yield from self._object(self._pending[name])
                else:
                    yield _of_object(name, "不在任何清单中，是后来加入的", "is in no manifest: it was added")

    # -- objects --------------------------------------------------------------------------------------

    def _object(self, kept: Kept) -> Iterator[Finding]:
        try:
            body = self._store.get(kept.name)
        except NotThere:
            yield _of_object(kept.name, "已不在归档中", "is gone from the archive")
            return
        self.found.objects += 1
        if objects.sha256(body) != kept.sha256:
            yield _of_object(
                kept.name,
                f"与{kept.at:%Y-%m-%d}归档的内容不符，已被替换或改动",
                f"is not what was archived on {kept.at:%Y-%m-%d}: replaced or altered",
            )
            return
        try:
            yield from self._content(kept, body)
        except (ValueError, KeyError, TypeError):
            yield _of_object(kept.name, "内容无法读取", "cannot be read")

    def _content(self, kept: Kept, body: bytes) -> Iterator[Finding]:
        if kept.kind is Kind.RULES:
            digest = kept.name.rpartition("/")[2].removesuffix(".json")
            self.found.rules.add(digest)
            if objects.sha256(body) != digest:
                yield _of_object(kept.name, "与其摘要不符", "is not the text its digest names")
        elif kept.kind is Kind.LEDGER and kept.hazard:
            self.found.links.setdefault(kept.hazard, []).extend(
                Link(
                    kept.hazard,
                    int(str(line["seq"])),
                    str(line["prev"]),
                    str(line["hash"]),
                    str(line["body"]),
                )
                for line in objects.lines_in(body)
            )
        elif kept.kind is Kind.HEADS:
            for line in objects.lines_in(body):
                seq, own = int(str(line["seq"])), str(line["hash"])
                if "record" in line:
                    self.found.ends.add(Anchor(str(line["record"]), seq, own))
                else:
                    self.found.heads[HazardId(str(line["hazard"])), seq] = own

    def _chains(self) -> Iterator[Finding]:
        """Archived ledgers hold by themselves, piece joined to piece."""
        for links in self.found.links.values():
            links.sort(key=lambda link: link.seq)
            for finding in Chains().check(links):
                yield finding.model_copy(update={"part": Part.ARCHIVE, "where": f"台账 {finding.where}"})


def _of_manifest(name: str, zh: str, en: str) -> Finding:
    return Finding(part=Part.MANIFEST, where=name, zh=zh, en=f"{name} {en}")


def _of_object(name: str, zh: str, en: str) -> Finding:
    return Finding(part=Part.ARCHIVE, where=name, zh=zh, en=f"{name} {en}")
