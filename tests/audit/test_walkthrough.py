"""The auditor's walk-through, as it stands in the documentation: every command run, every answer compared."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from temporalio.client import Client

from tests.engine.record import cleared_on_spot
from tests.server import district

pytestmark = pytest.mark.slow

PAGE = Path(__file__).parents[2] / "docs" / "auditing.md"
_BLOCK = re.compile(r"^```(sh|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_STATUS = re.compile(r"# status (\d)")


class Step(NamedTuple):
    """Commands of one block, the status they should end with, and lines they should say."""

    commands: str
    status: int
    says: list[str]


def steps() -> Iterator[Step]:
    blocks = _BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    for number, (kind, text) in enumerate(blocks):
        if kind == "sh":
            following = blocks[number + 1] if number + 1 < len(blocks) else ("", "")
            status = _STATUS.search(text)
            yield Step(
                text,
                int(status[1]) if status else 0,
                following[1].splitlines() if following[0] == "text" else [],
            )


def pattern(line: str) -> str:
    return ".*".join(re.escape(part) for part in line.split("…"))


@pytest.mark.requirement("REG-08")
async def test_every_command_of_the_page_does_what_the_page_says(client: Client, tmp_path: Path) -> None:
    async with district(client, tmp_path / "var") as at:
        hazard = await cleared_on_spot(at)
        assert hazard == "QP-2026-000001", "the page speaks of this one"
        await at.client.get_workflow_handle(hazard).result()
        while not [run async for run in at.client.list_workflows("ExecutionStatus = 'Completed'")]:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("QINGLING_")},
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(PAGE.parents[1]),
            "QINGLING_TEMPORAL_ADDRESS": at.client.service_client.config.target_host,
            "QINGLING_TEMPORAL_NAMESPACE": at.client.namespace,
            "TEMPORAL_ADDRESS": at.client.service_client.config.target_host,
            "TEMPORAL_NAMESPACE": at.client.namespace,
        }
        for step in steps():
            await run(step, tmp_path, environment)


async def run(step: Step, folder: Path, environment: dict[str, str]) -> None:
    process = await asyncio.create_subprocess_exec(
        *("bash", "-e", "-o", "pipefail", "-c", step.commands),
        cwd=folder,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await process.communicate()
    said = out.decode()
    assert process.returncode == step.status, f"{step.commands}\n{said}"
    for line in step.says:
        assert re.search(pattern(line), said), f"{step.commands}\nshould say: {line}\nsays: {said}"
