"""The processes that are measured: one server, the product's worker and API, and the floor's worker."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import sys
from pathlib import Path

import psutil

from bench import floor
from deployment import file_example_contacts, prepare_namespace, publish_shipped
from settings import Settings, load_settings
from up import Group, Part, Ports

ROOT = Path(__file__).parents[1]


class System(Group):
    """As ``qingling up`` starts it, with the floor's worker beside it on the same server."""

    # Histories of 800 events go on in a new run, so that a long life is measured over several.
    server_options = ("--dynamic-config-value", "limit.historyCount.suggestContinueAsNew=800")

    def __init__(self, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        super().__init__(
            load_settings(var_dir=folder, database_url=f"sqlite:///{folder}/qingling.db"),
            Ports(_free_port(), _free_port(), _free_port()),
        )
        self.folder = folder
        self._env["PYTHONPATH"] = os.pathsep.join((str(ROOT), os.environ.get("PYTHONPATH", "")))

    async def begin(self) -> Settings:
        """Server, database and namespace; no worker yet."""
        await asyncio.to_thread(self.start_server)
        here = self.settings_of_parts()
        publish_shipped(here)
        file_example_contacts(here)
        floor.create_table(self.folder)
        await prepare_namespace(here)
        return here

    def start_floor(self) -> None:
        self._start("floor", [sys.executable, "-m", "bench.floor"])

    def start_collecting_worker(self) -> None:
        self._start("worker", [sys.executable, "-m", "bench.memory"])

    def end(self, name: str) -> None:
        part = self._part(name)
        part.stop()
        self.parts.remove(part)

    def process(self, name: str) -> psutil.Process:
        running = self._part(name).process
        assert running is not None
        return psutil.Process(running.pid)

    def last_words_of_all(self) -> str:
        return "\n".join(f"{part.name}: {part.last_words(3)}" for part in self.parts)

    def _part(self, name: str) -> Part:
        return next(part for part in self.parts if part.name == name)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
