"""``qingling archive``, ``verify``, ``replay`` and ``repair``: the proofs of the record, told in lines or in JSON.

Each answers its exit status. The file of one hazard is in ``audit/casefile_cli.py``.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError

from activities.contract import Run
from audit.archive import CannotKeep, open_archive
from audit.compare import Outcome
from audit.keys import signer, trusted
from audit.progress import Bar
from audit.repair import CannotRepair, repair
from audit.replays import hazards_since, histories_of, replay_all
from audit.sources import NoHistory, Source
from audit.store import Folder, open_store
from audit.verify import Verified, verify, verify_archive
from domain.values import SHANGHAI, HazardId
from settings import Settings, SettingsError
from storage import readmodel
from storage.database import Database
from storage.errors import StorageError

GOOD, FINDING, BAD_INPUT = 0, 1, 2


def verify_record(
    settings: Settings, *, archive_only: bool, at: Path | None, trust: Sequence[str], jobs: int, as_json: bool
) -> int:
    """``qingling verify``. Raises ``SettingsError``."""
    keys = trusted(settings, trust)
    store = Folder(at) if at is not None else open_store(settings)

    def checked() -> int:
        with Bar(quiet=as_json) as bar:
            if archive_only or at is not None:
                found = verify_archive(store, keys, bar=bar)
            else:
                found = verify(settings.database_url.get_secret_value(), store, keys, jobs=jobs, bar=bar)
        _tell(found, as_json)
        return GOOD if found.sound else FINDING

    return _answered(checked, as_json)


def _tell(found: Verified, as_json: bool) -> None:
    if as_json:
        print(_json({"sound": found.sound, **found.model_dump(mode="json")}))
        return
    for finding in found.findings:
        print(finding.line)
    looked = (
        f"台账 {found.rows} 步（{found.hazards} 件），清单 {found.manifests} 份，归档对象 {found.objects} 个，{found.seconds:.1f} 秒"
        f" | {found.rows} entries of {found.hazards} hazards, {found.manifests} manifests, {found.objects} objects"
    )
    print(
        f"未发现问题：{looked}"
        if found.sound
        else f"发现 {len(found.findings)} 处问题 | {len(found.findings)} findings：{looked}"
    )


def replay_hazards(
    settings: Settings,
    *,
    hazards: Sequence[str],
    everything: bool,
    since: datetime | None,
    source: str,
    jobs: int,
    as_json: bool,
) -> int:
    """``qingling replay``."""

    def done() -> int:
        asked = _asked(settings, hazards, everything, since)
        outcomes: list[Outcome] = []
        with Bar(quiet=as_json) as bar:
            bar.begin("复演 replay", len(asked))
            for count, some in replay_all(settings, asked, source=Source(source), jobs=jobs):
                outcomes += some
                bar.move(count)
        outcomes.sort(key=lambda outcome: outcome.hazard)
        _tell_outcomes(outcomes, as_json, brief=len(hazards) != len(asked))
        return GOOD if all(outcome.identical for outcome in outcomes) else FINDING

    return _answered(done, as_json)


def _asked(
    settings: Settings, hazards: Sequence[str], everything: bool, since: datetime | None
) -> list[HazardId]:
    if not hazards and not everything and since is None:
        raise SettingsError("请给出隐患编号，或 --all，或 --since | name a hazard, or give --all or --since")
    database = Database.connect(settings.database_url.get_secret_value(), size=1)
    try:
        if hazards:
            for hazard in hazards:
                if database.read_now(readmodel.state_of, HazardId(hazard)) is None:
                    raise SettingsError(f"没有隐患 {hazard} | there is no hazard {hazard}")
            return [HazardId(hazard) for hazard in hazards]
        return database.read_now(hazards_since, since)
    finally:
        database.close()


def _tell_outcomes(outcomes: Sequence[Outcome], as_json: bool, brief: bool) -> None:
    same = sum(outcome.identical for outcome in outcomes)
    if as_json:
        print(
            _json(
                {
                    "replayed": len(outcomes),
                    "identical": same,
                    "outcomes": [outcome.model_dump(mode="json") for outcome in outcomes],
                }
            )
        )
        return
    for outcome in outcomes:
        if not outcome.identical or not brief:
            print(outcome.line)
        if outcome.difference:
            print(f"  台账 recorded  {outcome.difference.what}: {outcome.difference.recorded}")
            print(f"  复演 replayed  {outcome.difference.what}: {outcome.difference.replayed}")
    if brief:
        print(
            f"复演 {len(outcomes)} 件，一致 {same} 件，有问题 {len(outcomes) - same} 件"
            f" | {len(outcomes)} replayed, {same} identical, {len(outcomes) - same} not"
        )


def archive_now(settings: Settings, *, hazards: Sequence[str], as_json: bool) -> int:
    """``qingling archive``: tonight's sweep, now; with ``hazards`` their current runs too, open or not."""
    signer(settings)
    if hazards:
        _asked(settings, hazards, False, None)

    async def swept() -> int:
        database = Database.connect(settings.database_url.get_secret_value())
        try:
            client = await _client(settings)
            archive = open_archive(settings, client, database)
            problems = []
            kept = 0
            runs = [*await archive.finished(), *await archive.aging()]
            for hazard in hazards:
                described = await client.get_workflow_handle(hazard).describe()
                runs.append(Run(hazard=HazardId(hazard), run=described.run_id))
            runs = list(dict.fromkeys(runs))
            with Bar(quiet=as_json) as bar:
                bar.begin("归档 archive", len(runs))
                for run in runs:
                    try:
                        await archive.keep(run)
                        kept += 1
                    except CannotKeep as error:
                        problems.append(str(error))
                    bar.move()
            sealed = await archive.seal()
        finally:
            database.close()
        problems += sealed.missing
        if as_json:
            print(_json({"kept": kept, "manifest": sealed.manifest, "missing": problems}))
        else:
            for problem in problems:
                print(problem)
            number = f"清单第 {sealed.manifest} 份" if sealed.manifest else "没有新内容，未签新清单"
            print(
                f"归档 {kept} 段历史，{number} | {kept} runs archived, "
                + (f"manifest {sealed.manifest}" if sealed.manifest else "nothing new to seal")
            )
        return FINDING if problems else GOOD

    return _answered(lambda: _run(swept()), as_json)


def repair_hazard(settings: Settings, hazard: str, source: str) -> int:
    """``qingling repair``."""

    async def repaired() -> int:
        database = Database.connect(settings.database_url.get_secret_value())
        try:
            histories = await histories_of(settings, database, Source(source))
            client = None if source == Source.ARCHIVE else await _client(settings)
            try:
                mended = await repair(database, histories, HazardId(hazard), client)
            except (CannotRepair, NoHistory) as error:
                print(error)
                return FINDING
        finally:
            database.close()
        if mended.to_ledger:
            print(
                f"{hazard} 台账已按历史补记 {mended.to_ledger} 步"
                f" | {mended.to_ledger} entries appended to the ledger from the history"
            )
        elif mended.to_history:
            print(
                f"{hazard} 流程已按台账续上 {mended.to_history} 步"
                f" | the workflow caught up with {mended.to_history} entries of the ledger"
            )
        else:
            print(f"{hazard} 台账与历史一致，无须补记 | ledger and history agree, nothing to append")
        return GOOD

    return _answered(lambda: _run(repaired()), as_json=False)


def parsed_since(text: str) -> datetime:
    """A day or an instant, Asia/Shanghai when it does not say. Raises ``ValueError``."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)


async def _client(settings: Settings) -> Client:
    return await Client.connect(
        settings.temporal_address,
        namespace=settings.temporal_namespace,
        data_converter=pydantic_data_converter,
    )


def _run(coroutine: Coroutine[Any, Any, int]) -> int:
    return asyncio.run(coroutine)


def _answered(work: Callable[[], int], as_json: bool) -> int:
    """What cannot be reached is one line and status 2."""
    try:
        return work()
    except StorageError as error:
        problem = str(error)
    except (RPCError, RuntimeError) as error:
        if isinstance(error, RuntimeError) and "connect" not in str(error).lower():
            raise
        first = " ".join(str(error).split())[:120]
        problem = (
            f"Temporal 无法连接或拒绝了请求（{first}）；只用归档时加 --from archive"
            f" | Temporal cannot be reached or refused ({first}); to use the archive alone, give --from archive"
        )
    if as_json:
        print(_json({"error": problem}))
    print(problem, file=sys.stderr)
    return BAD_INPUT


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)
