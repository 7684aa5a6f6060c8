"""``python -m bench``: measure, show, and keep the figures in ``var/bench.json``."""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from bench.run import FULL, QUICK, run
from bench.show import show, write_docs
from settings import load_settings

DOCS = Path(__file__).parents[1] / "docs" / "performance.md"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="一分钟内看看能否运行 | in a minute, to see that it works"
    )
    parser.add_argument(
        "--write-docs", action="store_true", help="把表写入文档 | put the tables into the documentation"
    )
    parser.add_argument("--seconds", type=float, help="每次测量的秒数 | seconds of one measurement")
    parser.add_argument(
        "--callers", type=int, nargs="+", help="并发数，须含 16 | numbers of callers, 16 among them"
    )
    parser.add_argument("--keep", action="store_true", help="保留数据库和日志 | keep databases and logs")
    asked = parser.parse_args()
    size = QUICK if asked.quick else FULL
    if asked.seconds is not None:
        size = replace(size, seconds=asked.seconds)
    if asked.callers:
        size = replace(size, callers=tuple(asked.callers))
    var = load_settings().var_dir
    console = Console()
    folder = var / "bench"
    found = asyncio.run(run(size, folder.resolve(), lambda line: console.print(line, highlight=False)))
    (var / "bench.json").write_text(json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8")
    if not asked.keep:
        shutil.rmtree(folder, ignore_errors=True)
    show(found, console)
    console.print(f"{var / 'bench.json'}")
    if asked.write_docs:
        write_docs(found, DOCS)


if __name__ == "__main__":
    main()
