"""Prints what the government documents ask for, and what of it is built, into ``docs/requirements.md``.

``make requirements`` writes the page; ``--check`` only says whether it is up to date; ids (``MOD-07``) tell
those requirements with each test by name. The table is ``requirements.csv``; which tests show a requirement
is read from their marks, without running or importing them.
"""

from __future__ import annotations

import ast
import csv
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from docs.printing import Tell, bring_up_to_date, table

ROOT = Path(__file__).parents[1]
TABLE = Path(__file__).with_name("requirements.csv")
PAGE = Path(__file__).with_name("requirements.md")
SOURCES = Path(__file__).with_name("sources.csv")

DOCUMENTS = {
    "000": "普陀区动态隐患清零工作实施方案（2022-10-25）",
    "001": "青浦区动态隐患清零工作实施方案，青府办发〔2022〕44号（2022-09-25）",
    "002": "静安区关于加强城区运行安全的实施意见（2018-07-27）",
    "003": "普陀区平安城区建设“十四五”规划（2021-06-11）",
    "004": "平度市某镇开展排查安全隐患防范四类风险专项行动实施方案（2017）",
}
"""The documents by the number that a section begins with."""

AREAS = {
    "ACT": "机构与职责 · Actors and organisation",
    "FRM": "联络员填报表 · Contact form",
    "CLS": "范围与分类 · Scope and classification",
    "REG": "发现与登记 · Discovery and registration",
    "MOD": "整治方式与流转 · Modes and routing",
    "PLN": "一患一方案 · One hazard, one plan",
    "REM": "整治 · Remediation",
    "VER": "评估、认定、销号 · Clearance",
    "LBK": "回头看 · Look-back",
    "SUP": "督办与追责 · Supervision and accountability",
    "CAD": "周期 · Cadences",
    "RPT": "台账与统计 · Ledgers and figures",
    "RSK": "风险分级 · Risk grading",
    "COL": "会商、会诊、联治 · Joint handling",
    "SEC": "保密与权限 · Confidentiality and access",
    "PEN": "惩戒与激励 · Penalties and incentives",
    "INT": "对接 · Integration",
    "CTX": "背景 · Context",
}

STATUSES = {
    "built": "已建成 built",
    "part": "部分 in part",
    "open": "未建 not built",
    "context": "背景 context",
}


@dataclass(frozen=True)
class Requirement:
    """A row of the table. ``where`` are paths of the tree, separated by semicolons."""

    id: str
    level: str
    section: str
    phrase: str
    must: str
    where: str
    status: str
    still_to_come: str

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(path for path in self.where.split("; ") if path)


def requirements(table: Path = TABLE) -> list[Requirement]:
    with table.open(encoding="utf-8", newline="") as file:
        return [Requirement(**row) for row in csv.DictReader(file)]


def sources(table: Path = SOURCES) -> dict[str, tuple[str, str]]:
    """What a refusal may cite besides a requirement: a number of public material, with its source."""
    with table.open(encoding="utf-8", newline="") as file:
        return {row["id"]: (row["what"], row["source"]) for row in csv.DictReader(file)}


# ── which tests show it ──────────────────────────────────────────────────────────────────────────────

Shown = Mapping[str, tuple[str, ...]]
"""Of each id the tests that show it: ``tests/core/test_plan.py::test_…``, or a scenario file."""


def shown(root: Path = ROOT) -> Shown:
    found: dict[str, dict[str, None]] = {}
    for file in sorted((root / "tests").rglob("test_*.py")):
        for id, test in _marks(file, root):
            found.setdefault(id, {})[test] = None
    return {id: tuple(tests) for id, tests in sorted(found.items())}


def _marks(file: Path, root: Path) -> Iterator[tuple[str, str]]:
    module = ast.parse(file.read_text("utf-8"), str(file))
    name = file.relative_to(root).as_posix()
    tables: Tables = {
        target.id: node.value
        for node in module.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict | ast.List)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in module.body:
        yield from _marks_of(node, name, tables)


Tables = Mapping[str, ast.Dict | ast.List]
"""What a module says in a table of its own: scenarios with what they show, or the rows of parametrised tests."""


def _marks_of(node: ast.stmt, name: str, tables: Tables) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        name = f"{name}::{node.name}"
        places: list[ast.AST] = list(node.decorator_list)
        if isinstance(node, ast.ClassDef):
            for inner in node.body:
                yield from _marks_of(inner, name, tables)
    else:
        places = [node]
    for call in (part for place in places for part in ast.walk(place)):
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "pytest.mark.requirement":
            for argument in call.args:
                if isinstance(argument, ast.Constant):
                    yield from ((id, name) for id in _words(argument))
                elif isinstance(argument, ast.Subscript):
                    yield from ((id, name) for id in _of_rows(argument, places, tables))
                else:
                    yield from _of_scenarios(argument, tables)


def _of_rows(argument: ast.Subscript, places: list[ast.AST], tables: Tables) -> Iterator[str]:
    """``requirement(row[2])`` in a comprehension over a table: that column of each of its rows."""
    column = argument.slice.value if isinstance(argument.slice, ast.Constant) else None
    for loop in (part for place in places for part in ast.walk(place) if isinstance(part, ast.comprehension)):
        table = tables.get(ast.unparse(loop.iter))
        if ast.unparse(loop.target) == ast.unparse(argument.value) and isinstance(table, ast.List):
            for row in table.elts:
                if isinstance(row, ast.Tuple) and isinstance(column, int):
                    yield from _words(row.elts[column])


def _of_scenarios(argument: ast.expr, tables: Tables) -> Iterator[tuple[str, str]]:
    """Scenarios are marked from a table of the module that says which file shows what."""
    names = [part.id for part in ast.walk(argument) if isinstance(part, ast.Name)]
    for table in (table for name in names if isinstance(table := tables.get(name), ast.Dict)):
        for key, ids in zip(table.keys, table.values, strict=True):
            for scenario in _words(key):
                yield from ((id, f"scenarios/{scenario}.yaml") for id in _words(ids))


def _words(node: ast.expr | None) -> list[str]:
    constants = (part.value for part in ast.walk(node) if isinstance(part, ast.Constant)) if node else ()
    return [value for value in constants if isinstance(value, str)]


# ── the page ─────────────────────────────────────────────────────────────────────────────────────────


def page() -> str:
    rows, tests = requirements(), shown()
    parts = [
        "<!-- 本页由程序生成：make requirements | generated, do not edit -->",
        "# 要求 · Requirements",
        "五份文件提出的要求，逐条写明是否建成、在哪里、由哪些测试证明；没有建成的写明还差什么。"
        "引文中的人名和对人群的列举以“…”略去。`make requirements ARGS=MOD-07` 列出某一条的每个测试。",
        "What the five documents ask for, row by row: whether it is built, where, and which tests show it; where "
        "it is not, what is still to come. Names of persons and lists of groups are left out of the quotations (…). "
        "`make requirements ARGS=MOD-07` tells the tests of one row by name.",
        "\n".join(f"- **{number}** {title}" for number, title in DOCUMENTS.items()),
        _summary(rows),
    ]
    for area, of_area in groupby(rows, key=lambda row: row.id[:3]):
        parts += [f"## {area} · {AREAS[area]}", table(_HEAD, [_line(row, tests) for row in of_area])]
    parts += [
        "## 其他依据 · Other grounds",
        "答复中引用的、不出自五份方案的依据。What a refusal may cite that stands in none of the five documents.",
        table("编号 Id|内容 What|出处 Source", [(id, what, of) for id, (what, of) in sources().items()]),
    ]
    return "\n\n".join(parts) + "\n"


_HEAD = "编号 Id|级别 Level|出处与原文 Source|要求 What it asks for|状态 Status|何处 Where|测试 Tests|尚缺 Still to come"


def _summary(rows: list[Requirement]) -> str:
    counts = Counter((row.level, row.status) for row in rows)
    levels = [
        (
            level,
            *(str(counts[level, status] or "–") for status in STATUSES),
            str(sum(row.level == level for row in rows)),
        )
        for level in ("MUST", "SHOULD", "CTX")
    ]
    return table("|".join(("级别 Level", *STATUSES.values(), "合计 Total")), levels)


def _line(row: Requirement, tests: Shown) -> tuple[str, ...]:
    files = dict.fromkeys(test.partition("::")[0] for test in tests.get(row.id, ()))
    return (
        row.id,
        row.level,
        f"{row.section} {row.phrase}",
        row.must,
        STATUSES[row.status],
        _links(row.paths),
        _links(files),
        row.still_to_come,
    )


def _links(paths: Mapping[str, None] | tuple[str, ...]) -> str:
    return "<br>".join(f"[{path.removeprefix('tests/')}](../{path})" for path in paths)


# ── the command ──────────────────────────────────────────────────────────────────────────────────────


def main(arguments: list[str], *, file: Path = PAGE, tell: Tell = print) -> int:
    """Exit status: 0 when done, 1 when ``--check`` finds the page out of date, 2 for an id that there is not."""
    wanted = [argument for argument in arguments if argument != "--check"]
    if wanted:
        return _tell_rows(wanted, tell)
    check = "--check" in arguments
    return bring_up_to_date(page(), file, check=check, command="make requirements", tell=tell)


def _tell_rows(ids: list[str], tell: Tell) -> int:
    rows, tests = {row.id: row for row in requirements()}, shown()
    for id in ids:
        if id not in rows:
            tell(f"没有编号为 {id} 的要求 | there is no requirement {id}; docs/requirements.md lists them")
            return 2
        row = rows[id]
        tell(f"{row.id} {row.level} {STATUSES[row.status]}: {row.must}")
        tell(f"  {row.section} {row.phrase}")
        if row.still_to_come:
            tell(f"  尚缺 still to come: {row.still_to_come}")
        for line in (*row.paths, *tests.get(id, ())):
            tell(f"  {line}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
