"""What answers to readings have in common: JSON, links to the rest of a list, periods of days or instants."""

from __future__ import annotations

from datetime import date, datetime
from urllib.parse import urlencode

from fastapi import Request
from pydantic import BaseModel
from starlette.responses import Response

from domain import values
from domain.values import SHANGHAI


def as_json(view: BaseModel, status: int = 200) -> Response:
    return Response(view.model_dump_json(), status, media_type="application/json")


def linked(answer: Response, request: Request, cursor: str | None) -> Response:
    """RFC 8288: where the list begins, and where it goes on."""
    asked = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
    path = request.url.path
    links = [f'<{path}{_query(asked)}>; rel="first"']
    if cursor is not None:
        links.append(f'<{path}{_query([*asked, ("cursor", cursor)])}>; rel="next"')
    answer.headers["Link"] = ", ".join(links)
    return answer


def _query(items: list[tuple[str, str]]) -> str:
    return f"?{urlencode(items)}" if items else ""


def start_of(moment: datetime | date | None) -> datetime | None:
    """Where a period begins: a day alone means its 00:00 in Asia/Shanghai."""
    if moment is None or isinstance(moment, datetime):
        return moment
    return datetime(moment.year, moment.month, moment.day, tzinfo=SHANGHAI)


def end_of(moment: datetime | date | None) -> datetime | None:
    """Where a period ends: a day alone means its 24:00."""
    return moment if moment is None or isinstance(moment, datetime) else values.end_of(moment)
