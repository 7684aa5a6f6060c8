"""Prints the forms F01–F21, field by field, as the code holds them into ``docs/forms.md``, Chinese beside English.

``python -m docs.forms`` writes the page, ``--check`` only says whether it is up to date. The table is
``domain/papers.py``; whether a field must be filled in is read from the commands' own models and guards.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from docs.printing import Tell, bring_up_to_date, table
from domain.cadence import Filing
from domain.commands import COMMANDS
from domain.contacts import Contact
from domain.events import Event, Notice
from domain.figures import Figure
from domain.labels import Words, of_field
from domain.library import Rulebook
from domain.papers import FILED_ELSEWHERE, PAPERS, ROOTS, Entry, Paper
from domain.policy import Policy
from domain.state import Hazard, Obligation
from domain.transitions import TRANSITIONS
from domain.values import ClockKey

PAGE = Path(__file__).with_name("forms.md")
ROOT = PAGE.parents[1]
_MODELS: dict[str, type[BaseModel]] = {
    "event": Event,
    "hazard": Hazard,
    "notice": Notice,
    "obligation": Obligation,
    "rulebook": Rulebook,
    "policy": Policy,
    "contact": Contact,
    "filing": Filing,
}
_GUARDS = {f"{row.id}.{guard.code}": guard for row in TRANSITIONS for guard in row.guards}

Filled = Literal["must", "when", "may", "kept", "lacking"]
"""How a field comes about: filled in always, on a condition, or freely; kept by the system; has no place yet."""

_FILLED: dict[Filled, Words] = {
    "must": Words("必填", "required"),
    "when": Words("按条件必填", "required when"),
    "may": Words("可填", "may be filled in"),
    "kept": Words("系统记载", "kept by the system"),
    "lacking": Words("未建", "not built"),
}


# ── what a path leads to ─────────────────────────────────────────────────────────────────────────────


def named(path: str) -> Words:
    """What a path of a form leads to, in words. Raises ``LookupError`` where it leads nowhere."""
    root, _, rest = path.partition(".")
    if root in COMMANDS:
        return _named_field(root, rest)
    if root == "clock":
        key = next((key for key in ClockKey if key.value == rest), None)
        if key is not None:
            return Words(key.zh, key.en)
    elif root == "figure":
        figure = next((figure for figure in Figure if figure.value == rest), None)
        if figure is not None:
            return Words(figure.zh, figure.en)
    elif root == "file":
        if (ROOT / rest).is_file():
            return Words(*ROOTS[root])
    elif root in _MODELS and rest in _MODELS[root].model_fields:
        return Words(*ROOTS[root])
    raise LookupError(path)


def field_of(path: str) -> FieldInfo | None:
    """The field of a command's form that a path names; ``None`` when it names something else."""
    root, *steps = path.split(".")
    if root not in COMMANDS:
        return None
    model: type[BaseModel] = COMMANDS[root]
    for step in steps[:-1]:
        model = _model_in(model.model_fields[step].annotation)
    return model.model_fields[steps[-1]]


def _model_in(annotation: Any) -> type[BaseModel]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_model_in(part) for part in get_args(annotation) if part is not Ellipsis)
    return next(found)


def _named_field(command: str, field: str) -> Words:
    field_of(f"{command}.{field}")  # raises KeyError, a LookupError
    words = of_field(field.rpartition(".")[2], command)
    if words is None:
        raise LookupError(f"{command}.{field}")
    return words


def filled(entry: Entry) -> Filled:
    if entry.lacking:
        return "lacking"
    fields = [field for path in entry.kept if (field := field_of(path)) is not None]
    if entry.guard:
        return "when"
    if not fields:
        return "kept"
    return "must" if all(field.is_required() for field in fields) else "may"


# ── the page ─────────────────────────────────────────────────────────────────────────────────────────


def page() -> str:
    parts = [
        "<!-- 本页由程序生成：python -m docs.forms | generated, do not edit -->",
        "# 表单 · Forms",
        "F01–F21 的每个字段：出自方案（S）还是由项目补充（D），存在何处，是否必填。"
        "＊该命令必填；“按条件必填”注明不填时的答复，条件见 [process.md](process.md)。字段名称与页面、接口一致，出自 `domain/labels.py`。",
        "Every field of F01–F21: whether the districts' documents ask for it (S) or the project derived it (D), where it "
        "is kept, and whether it must be filled in. ＊: that command requires it; “required when” names the answer to a form without it; its "
        "conditions stand in [process.md](process.md). Pages and API call the fields by the same names.",
    ]
    for paper in PAPERS:
        parts += [f"## {paper.id} {paper.zh} · {paper.en}", *_filed(paper), _entries(paper)]
    parts += [
        "## 不另成表的命令 · Commands without a form of their own",
        table(
            "命令 Command|名称 Name|说明 What it is",
            [
                (f"`{name}`", f"{COMMANDS[name].zh} {COMMANDS[name].en}", what)
                for name, what in FILED_ELSEWHERE.items()
            ],
        ),
    ]
    return "\n\n".join(parts) + "\n"


def _filed(paper: Paper) -> Iterable[str]:
    if paper.commands:
        yield "命令 Commands：" + "、".join(
            f"`{name}` {COMMANDS[name].zh} {COMMANDS[name].en}" for name in paper.commands
        )


def _entries(paper: Paper) -> str:
    return table(
        "字段 Field|出处 From|存于 Kept as|填写 Filled in",
        [
            (
                f"{entry.zh}<br>{entry.en}",
                entry.source,
                "<br>".join(map(_kept, entry.kept)) or "–",
                _how(entry),
            )
            for entry in paper.entries
        ],
    )


def _kept(path: str) -> str:
    words = named(path)
    field = field_of(path)
    star = "＊" if field is not None and field.is_required() else ""
    return f"`{path.removeprefix('file.')}`{star} {words.zh} {words.en}"


def _how(entry: Entry) -> str:
    how = filled(entry)
    words = _FILLED[how]
    said = f"{words.zh} {words.en}"
    if how == "when":
        guard = _GUARDS[entry.guard]
        return f"{said}：`{entry.guard}` {guard.zh}"
    return f"{said}：{entry.lacking}" if how == "lacking" else said


# ── the command ──────────────────────────────────────────────────────────────────────────────────────


def main(arguments: list[str], *, file: Path = PAGE, tell: Tell = print) -> int:
    """Exit status: 0 when the page is (or has been brought) up to date, 1 when ``--check`` finds it is not."""
    command = "python -m docs.forms"
    return bring_up_to_date(page(), file, check="--check" in arguments, command=command, tell=tell)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
