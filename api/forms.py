"""Bodies of commands: read into the core's forms, and documented as JSON schemas for OpenAPI."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from pydantic import ValidationError
from pydantic.json_schema import models_json_schema
from pydantic_core import from_json

from api import labels
from api.faults import Fault, faults_of
from api.problems import Problem
from domain.commands import COMMANDS, Command
from domain.forms import CommandForm
from domain.transitions import BY_COMMAND, Transition
from domain.values import State

GIVEN = tuple(name for name in BY_COMMAND if name not in ("report", "load_calendar"))
"""Commands with a route of their own: all but the report, which opens a hazard, and administration."""


async def read(request: Request, name: str) -> Command:
    """The form in a request's body. Raises :class:`Problem` 400, 415 or 422."""
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        raise Problem(
            415,
            "not-json",
            "请用 application/json 提交",
            "send application/json",
            headers={"Accept": "application/json"},
        )
    body = await request.body()
    try:
        data = from_json(body, allow_inf_nan=False) if body.strip() else {}
    except ValueError:
        raise Problem(
            400, "malformed", "请求内容不是正确的 JSON（UTF-8）", "the body is not valid JSON in UTF-8"
        ) from None
    return parsed(name, data)


def parsed(name: str, data: Any) -> Command:
    """``data`` as the form of a command. Raises :class:`Problem` 422 with one entry per bad field."""
    form = COMMANDS[name]
    if not isinstance(data, dict):
        raise Problem(422, f"{name}.form", "表单应为一个对象", "the form must be an object")
    try:
        if "do" in data:  # the path says it; here it would be one more way to contradict oneself
            raise _refused(
                form, name, (Fault("do", "没有这个字段，命令由地址指明", "the path names the command"),)
            )
        return form.model_validate(data)  # type: ignore[return-value]  # COMMANDS are the union's members
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        raise _refused(form, name, faults_of(details, data)) from None


def _refused(form: type[CommandForm], name: str, faults: tuple[Fault, ...]) -> Problem:
    names = list(dict.fromkeys(fault.field for fault in faults if fault.field))
    return Problem(
        422,
        f"{name}.form",
        f"“{form.zh}”表单有误：{'、'.join(names) or '整体'}",
        f"the form to {form.en} is incomplete or malformed: {', '.join(names) or 'as a whole'}",
        BY_COMMAND[name].requirement,
        faults,
    )


# -- for the OpenAPI document ------------------------------------------------------------------------


def schemas() -> dict[str, Any]:
    """JSON schemas of all forms and their parts, by name."""
    _, document = models_json_schema(
        [(COMMANDS[name], "validation") for name in ("report", *GIVEN)],
        ref_template="#/components/schemas/{model}",
    )
    found: dict[str, Any] = document["$defs"]
    for name in ("report", *GIVEN):
        form = found[COMMANDS[name].__name__]
        form["properties"].pop("do")
        form["title"] = f"{COMMANDS[name].zh} {COMMANDS[name].en}"
    labels.name_forms(found, ("report", *GIVEN))
    _allow_short_forms(found)
    return found


def _allow_short_forms(found: dict[str, Any]) -> None:
    """What the forms' own validators take besides: a bare reference for a person, a sentence for a goal or a defence."""
    found["Defence"] = {"anyOf": [{"type": "string", "minLength": 1, "maxLength": 10_000}, found["Defence"]]}
    staff = found["SubmitPlan"]["properties"]["responsible_staff"]
    many = {name: staff.pop(name) for name in ("type", "items", "minItems")}
    staff["anyOf"] = [{"type": "string", "minLength": 1, "maxLength": 200}, many]
    found["PersonRef"] = {"anyOf": [{"type": "string"}, found["PersonRef"]]}
    found["PlannedGoal"] = {
        "anyOf": [{"type": "string", "minLength": 1, "maxLength": 10_000}, found["PlannedGoal"]]
    }
    for item in (found["PlannedNode"], found["PlannedGoal"]["anyOf"][1]):
        item["required"].remove("id")  # numbered in order when it is left out


def body_of(name: str) -> dict[str, Any]:
    """The ``requestBody`` of a command; a form that asks for nothing may be left out."""
    form = COMMANDS[name]
    needed = any(field.is_required() for field in form.model_fields.values())
    return {
        "requestBody": {
            "required": needed,
            "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{form.__name__}"}}},
        }
    }


def summary_of(row: Transition) -> str:
    form = COMMANDS[row.command or ""]
    return f"{form.zh} {form.en} ({row.id})"


def description_of(row: Transition) -> str:
    """Who may, from which states, on what terms: Chinese first."""
    sources = [state for state in State if state in row.sources]
    lines = [
        f"**办理人** {'，或'.join(who.zh for who in row.who)}。",
        f"**状态** {'、'.join(state.zh for state in sources)}。" if sources else "",
        f"**依据** {row.requirement}。",
        *(
            f"- {guard.zh}（{guard.status} `{row.id}.{guard.code}`，{guard.requirement}）"
            for guard in row.guards
        ),
        "",
        f"**Who** {', or '.join(who.en for who in row.who)}. "
        + (f"**State** {', '.join(sources)}. " if sources else "")
        + f"**Source** {row.requirement}.",
        *(
            f"- {guard.en} ({guard.status} `{row.id}.{guard.code}`, {guard.requirement})"
            for guard in row.guards
        ),
    ]
    return "\n\n".join(line for line in lines if line)
