"""How the API says no: RFC 9457 problem details for every error, in Chinese and English.

A refusal of the core keeps its code and its requirement. What we did not foresee says nothing of itself.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match

from api.faults import Fault, faults_of
from audit.travel import NoSuchPoint
from domain.library import UnknownRules
from domain.refusal import Refusal
from service.door import NotFound, NotRecorded, StandsStill
from service.identity import Unauthenticated
from storage.cursors import BadCursor
from storage.errors import StorageError, StorageUnavailable

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 2
"""What ``Retry-After`` says when something of ours is away: about as long as a restart takes."""

_API = "INT-01"
_TITLES = {
    400: ("请求无法读取", "Malformed request"),
    401: ("需要登录", "Not authenticated"),
    403: ("无权办理", "Not your right"),
    404: ("没有找到", "Not found"),
    405: ("不支持该方法", "Method not allowed"),
    409: ("当前不能办理", "Not possible in this state"),
    412: ("状态已变化", "Stale"),
    413: ("内容过大", "Too large"),
    415: ("不支持的内容类型", "Unsupported media type"),
    422: ("填写有误", "The form breaks a rule"),
    429: ("请求过于频繁", "Too many requests"),
    500: ("系统内部错误", "Internal error"),
    503: ("暂时无法办理", "Temporarily unavailable"),
}


class ProblemError(BaseModel):
    """One bad field: dotted path into the form, or the name of a parameter."""

    field: str
    message: str
    message_en: str


class ProblemDetails(BaseModel):
    """RFC 9457. ``title``, ``detail`` and ``message`` follow ``Accept-Language``, Chinese by default."""

    type: str
    title: str
    status: int
    detail: str
    detail_zh: str
    detail_en: str
    code: str
    """Stable, for machines: ``T19.plan-beyond-cap``."""
    requirement: str
    """Where the rule comes from: ``PLN-01``."""
    request_id: str
    errors: list[ProblemError] = []


@dataclass(eq=False)  # not frozen: an exception is given its traceback on the way
class Problem(Exception):
    """An error on its way to the caller."""

    status: int
    code: str
    zh: str
    en: str
    requirement: str = _API
    faults: Sequence[Fault] = ()
    headers: dict[str, str] = field(default_factory=dict)

    def response(self, language: str, request_id: str) -> Response:
        chinese = language == "zh"
        title = _TITLES.get(self.status, ("请求未能完成", "The request failed"))
        body: dict[str, Any] = {
            "type": f"urn:problem-type:qingling:{self.code}",
            "title": title[0] if chinese else title[1],
            "status": self.status,
            "detail": self.zh if chinese else self.en,
            "detail_zh": self.zh,
            "detail_en": self.en,
            "code": self.code,
            "requirement": self.requirement,
            "request_id": request_id,
        }
        if self.faults:
            body["errors"] = [
                {"field": one.field, "message": one.zh if chinese else one.en, "message_en": one.en}
                for one in self.faults
            ]
        return Response(
            json.dumps(body, ensure_ascii=False),
            status_code=self.status,
            media_type=MEDIA_TYPE,
            headers={**self.headers, "Content-Language": language, "Vary": "Accept-Language"},
        )


def answer(request: Request, problem: Problem) -> Response:
    return problem.response(
        language_of(request.headers.get("accept-language", "")), getattr(request.state, "request_id", "")
    )


def language_of(accepted: str) -> str:
    """``zh`` or ``en``, whichever ``Accept-Language`` likes better; Chinese when it does not say."""
    weights = {"zh": 0.0, "en": 0.0}
    for part in accepted.split(","):
        tag, _, parameters = part.strip().partition(";")
        language = tag.strip().lower().partition("-")[0]
        if language in weights:
            weights[language] = max(weights[language], _weight(parameters))
    return "en" if weights["en"] > weights["zh"] else "zh"


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0


# -- what each error says ----------------------------------------------------------------------------


def problem_of(error: Exception) -> Problem:
    """The problem an error is told as. Whatever is not foreseen is a 500 that says nothing of itself.

    Who asks is told to ask again; why nobody took it stands in the log, for whoever operates this.
    """
    if isinstance(error, NotRecorded):
        log.warning("not recorded", why=str(error))
    match error:
        case Problem():
            return error
        case Refusal():
            refused = error.refused
            said = tuple(Fault(one.field, one.message, one.message) for one in refused.errors)
            return Problem(refused.status, refused.code, refused.zh, refused.en, refused.requirement, said)
        case Unauthenticated():
            return Problem(401, error.code, error.zh, error.en, "SEC-03", headers=challenge(error.code))
        case NotFound():
            return Problem(
                404,
                "no-such-hazard",
                "没有这个隐患，或您无权查看",
                "there is no such hazard for you to see",
                "SEC-01",
            )
        case StandsStill():
            return unavailable(
                "stands-still",
                f"断电后 {error.hazard} 的流程少于台账，暂不能办理；请运维运行 qingling repair {error.hazard}，再用同一幂等键重试",
                f"after a power cut the workflow of {error.hazard} has less than its ledger, so nothing can be done "
                f"yet; an operator runs qingling repair {error.hazard}, then repeat it with the same Idempotency-Key",
            )
        case NotRecorded():
            return unavailable(
                "not-recorded",
                "暂未有人受理，请稍后用同一幂等键（Idempotency-Key）重试，不会重复办理",
                "nobody has taken it yet; repeat it with the same Idempotency-Key, it will happen once",
            )
        case StorageUnavailable():
            return unavailable("storage-unavailable", error.zh, error.en)
        case BadCursor():
            return Problem(
                400,
                "bad-cursor",
                "游标无效，请从第一页重新查询",
                "the cursor is not valid; start again from the first page",
            )
        case NoSuchPoint():
            return Problem(
                422, "no-such-point", error.zh, error.en, faults=(Fault("at", error.zh, error.en),)
            )
        case StorageError() | UnknownRules():
            return unavailable(
                "record-in-doubt",
                "记录有待管理员核查，请联系管理员",
                "the record needs an administrator; please tell yours",
            )
        case RequestValidationError():
            faults = faults_of(error.errors())
            names = list(dict.fromkeys(fault.field for fault in faults))
            return Problem(
                422,
                "bad-parameter",
                f"参数有误：{'、'.join(names)}",
                f"these parameters are not valid: {', '.join(names)}",
                faults=tuple(faults),
            )
        case HTTPException():
            return _of_http(error)
    return Problem(
        500,
        "internal",
        "系统内部错误，已记入日志；请稍后重试，仍不行请把请求编号告诉管理员",
        "something went wrong on our side and was logged; if it happens again give the administrator the request id",
    )


def unavailable(code: str, zh: str, en: str) -> Problem:
    return Problem(503, code, zh, en, headers={"Retry-After": str(RETRY_SECONDS)})


def challenge(code: str) -> dict[str, str]:
    """RFC 6750: why the token was not accepted; nothing when there was none."""
    because = "" if code == "token-missing" else ', error="invalid_token"'
    return {"WWW-Authenticate": f'Bearer realm="qingling"{because}'}


def _of_http(error: HTTPException) -> Problem:
    """Errors of the framework itself."""
    said = {
        404: ("no-such-path", "没有这个地址", "there is nothing at this address"),
        405: (
            "method-not-allowed",
            "该地址不支持这种请求方法",
            "this address does not answer to that method",
        ),
    }
    code, zh, en = said.get(error.status_code, ("malformed", "请求无法读取", "the request cannot be read"))
    return Problem(
        error.status_code,
        code,
        zh,
        en,
        headers={name.lower(): value for name, value in (error.headers or {}).items()},
    )


# -- the application's handlers ----------------------------------------------------------------------


def install(app: FastAPI) -> None:
    """Let every error of ``app`` be told as a problem."""

    async def handle(request: Request, error: Exception) -> Response:
        problem = problem_of(error)
        if problem.status == 405:
            problem.headers = {**problem.headers, "allow": ", ".join(sorted(_methods(request)))}
        return answer(request, problem)

    for kind in (
        Problem, Refusal, Unauthenticated, NotFound, NotRecorded, StorageError, UnknownRules, BadCursor,
        NoSuchPoint, RequestValidationError, HTTPException,
    ):  # fmt: skip
        app.add_exception_handler(kind, handle)


def _methods(request: Request) -> set[str]:
    """All that the address answers to; each route alone knows only its own."""
    found: set[str] = set()
    for route in request.app.routes:
        match, _ = route.matches(request.scope)
        if match is not Match.NONE:
            found |= set(getattr(route, "methods", None) or ())
    return found


DOCUMENTED: dict[int | str, dict[str, Any]] = {
    status: {
        "description": f"{zh} {en}",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}},
    }
    for status, (zh, en) in _TITLES.items()
}
"""The ``responses`` entry of each status, for the OpenAPI document."""


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {status: DOCUMENTED[status] for status in statuses}
