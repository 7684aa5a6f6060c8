"""Verifies the file of a hazard. Needs Python 3 and nothing else; run it where it lies."""

import hashlib
import json
import sys
from pathlib import Path

here, bad = Path(__file__).resolve().parent, []
for line in (here / "SHA256SUMS").read_text("utf-8").splitlines():
    digest, name = line.split("  ", 1)
    if hashlib.sha256((here / name).read_bytes()).hexdigest() != digest:
        bad.append(f"altered: {name}")
head, rules = "", {path.stem for path in (*here.glob("rulebooks/*"), *here.glob("calendars/*"))}
bad += [
    f"altered: {d}"
    for d in rules
    if hashlib.sha256(next(here.glob(f"*s/{d}.json")).read_bytes()).hexdigest() != d
]
entries = [json.loads(line) for line in (here / "ledger.jsonl").read_text("utf-8").splitlines()]
for seq, entry in enumerate(entries, start=1):
    sealed = hashlib.sha256(f"{entry['prev']}\n{entry['body']}".encode()).hexdigest()
    if (entry["seq"], entry["prev"], entry["hash"]) != (seq, head, sealed):
        bad.append(f"the chain breaks at entry {seq}")
    if not {json.loads(entry["body"])["rules"], json.loads(entry["body"])["calendar"]} <= rules:
        bad.append(f"the rules of entry {seq} are missing")
    head = entry["hash"]
print("\n".join(bad) or f"{len(entries)} entries, last hash {head}: all is well")
sys.exit(bool(bad))
