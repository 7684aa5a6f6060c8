"""Verifies the file of a hazard. Needs Python 3 and nothing else; run it where it lies."""

import gzip
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

here, bad = Path(__file__).resolve().parent, []


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


for line in (here / "SHA256SUMS").read_text("utf-8").splitlines():
    digest, name = line.split("  ", 1)
    if sha256((here / name).read_bytes()) != digest:
        bad.append(f"altered: {name}")
head, rules = "", {path.stem for path in (*here.glob("rulebooks/*"), *here.glob("calendars/*"))}
bad += [f"altered: {d}" for d in rules if sha256(next(here.glob(f"[rc]*s/{d}.json")).read_bytes()) != d]
entries = [json.loads(line) for line in (here / "ledger.jsonl").read_text("utf-8").splitlines()]
for seq, entry in enumerate(entries, start=1):
    sealed = sha256(f"{entry['prev']}\n{entry['body']}".encode())
    if (entry["seq"], entry["prev"], entry["hash"]) != (seq, head, sealed):
        bad.append(f"the chain breaks at entry {seq}")
    if not {json.loads(entry["body"])["rules"], json.loads(entry["body"])["calendar"]} <= rules:
        bad.append(f"the rules of entry {seq} are missing")
    head = entry["hash"]
proof: dict[str, list[Any]] = {"manifests": [], "objects": []}
if (here / "proof.json").exists():
    proof = json.loads((here / "proof.json").read_text("utf-8"))
roots = {manifest["number"]: manifest["root"] for manifest in proof["manifests"]}
for one in proof["objects"]:
    said, node = json.loads(one["entry"]), sha256(b"\0" + one["entry"].encode())
    kept = (here / "archive" / said["name"]).read_bytes()
    for side, other in one["path"]:
        node = sha256(b"\1" + bytes.fromhex(other + node if side == "left" else node + other))
    if sha256(kept) != said["sha256"]:
        bad.append(f"altered: archive/{said['name']}")
    elif node != roots[one["manifest"]]:
        bad.append(f"not in manifest {one['manifest']}: {said['name']}")
    elif said["kind"] == "ledger":
        lines = [json.loads(line) for line in gzip.decompress(kept).decode().splitlines()]
        if lines != entries[said["first_seq"] - 1 : said["last_seq"]]:
            bad.append(f"the ledger is not the one that was archived as {said['name']}")
print("\n".join(bad) or f"{len(entries)} entries, last hash {head}: all is well")
sys.exit(bool(bad))
