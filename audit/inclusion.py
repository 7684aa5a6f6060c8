"""Proof that a hazard's archived objects stand under signed manifests: for each a Merkle path to the root.

The manifests themselves are not handed out, for they list other hazards: whoever holds a copy of the archive, or of
the manifest, compares the root.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from audit import manifest, merkle, objects
from audit.keys import PublicKey
from audit.manifest import BadManifest
from audit.store import NotThere, Store
from domain.values import Digest, HazardId
from storage import archive as index
from storage.archive import Kept
from storage.database import Database


@dataclass
class Inclusion:
    """What of a hazard is archived, as it lies there, and the proof of it."""

    objects: dict[str, bytes] = field(default_factory=dict)
    """Each archived object by its name, byte for byte."""
    proof: str | None = None
    """``{"manifests": [{number, day, key, sha256, root}], "objects": [{manifest, entry, path}]}`` as JSON;
    ``entry`` is the text of the leaf, ``path`` the ``[side, hash]`` of its neighbours from the leaf up."""
    lacks: tuple[str, ...] = ()
    """What could not be proven and why, one sentence each."""


def inclusion(
    database: Database, store: Store, keys: Sequence[PublicKey], hazard: HazardId, rules: Collection[Digest]
) -> Inclusion:
    """Of a hazard, and of the rulebooks and calendars ``rules``. Raises ``StorageUnavailable``.

    Nothing goes in that does not hold: not an object that is not what was archived, not one whose manifest is
    not what was signed.
    """
    found, manifests, leaves, lacks = Inclusion(), [], [], []
    for number, entries in sorted(database.read_now(_sealed, hazard, sorted(rules)).items()):
        name = manifest.name_of(number)
        try:
            file = store.get(name)
            opened = manifest.opened(file, keys)
        except NotThere:
            lacks.append(f"{name} 已不在归档中 | {name} is gone from the archive")
            continue
        except BadManifest as error:
            lacks.append(f"{name} {error.zh} | {name} {error.en}")
            continue
        lines = [entry.line.encode() for entry in opened.entries]
        for kept in entries:
            body = _intact(store, kept)
            if body is None or kept.line.encode() not in lines:
                lacks.append(
                    f"{kept.name} 与归档时的内容不符 | {kept.name} is not what was archived: replaced, altered or gone"
                )
                continue
            found.objects[kept.name] = body
            path = merkle.proof(lines, lines.index(kept.line.encode()))
            leaves.append(
                {"manifest": number, "entry": kept.line, "path": [[side, next.hex()] for side, next in path]}
            )
        manifests.append(
            {
                "number": number,
                "day": opened.day,
                "key": opened.key,
                "sha256": manifest.digest_of(file),
                "root": opened.root,
            }
        )
    if leaves:
        found.proof = json.dumps({"manifests": manifests, "objects": leaves}, ensure_ascii=False, indent=1)
    found.lacks = tuple(lacks)
    return found


def holds(proof: str, bodies: dict[str, bytes]) -> bool:
    """Whether every object of a proof is what was archived and leads to the root of its manifest."""
    said: dict[str, Any] = json.loads(proof)
    roots = {one["number"]: bytes.fromhex(one["root"]) for one in said["manifests"]}
    return all(
        objects.sha256(bodies[(entry := json.loads(one["entry"]))["name"]]) == entry["sha256"]
        and merkle.proven(one["entry"].encode(), [(side, bytes.fromhex(next)) for side, next in one["path"]])
        == roots[one["manifest"]]
        for one in said["objects"]
    )


def _sealed(connection: Connection, hazard: HazardId, rules: Sequence[Digest]) -> dict[int, list[Kept]]:
    return index.by_manifest(connection, hazard, [objects.rules_name(digest) for digest in rules])


def _intact(store: Store, kept: Kept) -> bytes | None:
    try:
        body = store.get(kept.name)
    except NotThere:
        return None
    return body if objects.sha256(body) == kept.sha256 else None
