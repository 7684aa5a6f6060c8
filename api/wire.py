"""What every exchange has, whatever it is about: an id, a size limit, safe headers, one line of log, a figure.

The log holds routes, not addresses, and seats, not persons: no names, no tokens, no texts.
"""

from __future__ import annotations

import re
import time
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.metrics import Metrics
from api.problems import Problem, language_of, problem_of

log = structlog.get_logger(__name__)

LARGEST_BODY = 2 * 1024 * 1024
REQUEST_ID = "X-Request-Id"

_SAFE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_QUIET = frozenset({"/v1/healthz", "/v1/readyz", "/metrics"})
"""Asked every few seconds: logged only when they fail."""

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Cache-Control": "no-store",
}


class Exchange:
    """The outermost layer of the application."""

    def __init__(self, app: ASGIApp, metrics: Metrics, largest_body: int = LARGEST_BODY) -> None:
        self._app = app
        self._metrics = metrics
        self._largest_body = largest_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        headers = Headers(scope=scope)
        request_id = _request_id(headers)
        state = scope.setdefault("state", {})
        state["request_id"] = request_id
        sent: list[int] = []

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent.append(message["status"])
                _make_safe(message, request_id, scope["scheme"])
            await send(message)

        try:
            if _announced(headers) > self._largest_body:
                raise self._too_large()
            if b"%00" in scope["query_string"] or "\0" in scope["path"]:
                raise Problem(400, "malformed", "地址中含空字符", "the address holds a null character")
            await self._app(scope, self._limited(receive), send_safely)
        except Exception as error:
            if not isinstance(error, Problem):
                log_unforeseen(error, request_id)
            if sent:  # half an answer is out: all that is left is to cut the line
                raise ConnectionAbortedError("the answer could not be finished") from None
            language = language_of(headers.get("accept-language", ""))
            await problem_of(error).response(language, request_id)(scope, receive, send_safely)
        finally:
            self._note(scope, state, sent[0] if sent else 499, time.perf_counter() - started)

    def _limited(self, receive: Receive) -> Receive:
        """Counts what comes in, for bodies that did not announce their size."""
        total = 0

        async def counted() -> Message:
            nonlocal total
            message = await receive()
            total += len(message.get("body", b""))
            if total > self._largest_body:
                raise self._too_large()
            return message

        return counted

    def _too_large(self) -> Problem:
        size = self._largest_body // 1024
        return Problem(413, "too-large", f"内容不得超过 {size} KB", f"the body must not exceed {size} KB")

    def _note(self, scope: Scope, state: MutableMapping[str, Any], status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "unmatched")
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        self._metrics.count(method, route, status, seconds)
        if route not in _QUIET or status >= 400:
            log.info(
                "request",
                method=method,
                route=route,
                status=status,
                ms=round(seconds * 1000, 1),
                request_id=state["request_id"],
                unit=state.get("unit"),
                role=state.get("role"),
            )


def _request_id(headers: Headers) -> str:
    given = headers.get(REQUEST_ID, "")
    return given if _SAFE_ID.fullmatch(given) else uuid4().hex


def _announced(headers: Headers) -> int:
    length = headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() else 0


def _make_safe(message: Message, request_id: str, scheme: str) -> None:
    headers = MutableHeaders(scope=message)
    for name, value in _HEADERS.items():
        headers.setdefault(name, value)
    if scheme == "https":
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    headers[REQUEST_ID] = request_id


def log_unforeseen(error: Exception, request_id: str) -> None:
    """Where it happened, not what was said: the text of an error may hold a form's."""
    frames = [
        f"{Path(frame.filename).name}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)[-8:]
    ]
    log.error("unforeseen", error=type(error).__name__, frames=frames, request_id=request_id)
