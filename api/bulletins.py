"""Routes of bulletins, for the office that issues them (CAD-03)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from fastapi import FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.context import rooms
from api.hazards import READ, Caller
from api.problems import documented
from documents import typeset
from documents.bulletin import Kind, Lang, bulletin, parse_month
from documents.fonts import NoChineseFont
from domain.organisation import ROLES_OF_THE_OFFICE
from domain.refusal import refuse
from storage.errors import StorageUnavailable

_MEDIA = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}


def install(app: FastAPI) -> None:
    app.add_api_route(
        "/v1/bulletins/{month}/{kind}.{ending}",
        file,
        methods=["GET"],
        tags=READ,
        operation_id="bulletin",
        summary="每月汇总、通报 monthly summary and circular, docx or PDF",
        response_class=Response,
        responses={
            200: {
                "description": "文件 the file",
                "content": {media: {} for media in _MEDIA.values()},
            },
            **documented(401, 403, 422, 429, 503),
        },
    )


async def file(
    request: Request,
    month: str,
    kind: Kind,
    ending: Literal["docx", "pdf"],
    principal: Caller,
    lang: Lang = "zh",
) -> Response:
    here = rooms(request)
    if principal.actor.role not in ROLES_OF_THE_OFFICE:
        raise refuse(
            403,
            "not-the-office",
            "CAD-03",
            (await here.reading.rules(principal)).book.said("汇总和通报由清零办编制"),
            "bulletins are made by the coordinating office",
        )
    try:
        made = await bulletin(
            here.counting, here.reading, principal, parse_month(month), kind, lang,
            datetime.now(UTC),
        )  # fmt: skip
        content = await run_in_threadpool(typeset.docx if ending == "docx" else typeset.pdf, made)
    except NoChineseFont as error:
        raise StorageUnavailable(error.zh, error.en) from error
    except ValueError as error:
        zh, _, en = str(error).partition(" / ")
        raise refuse(422, "no-such-month", "CAD-03", zh, en) from error
    name = f"{principal.profile}-{month}-{kind}.{lang}.{ending}"
    return Response(
        content,
        media_type=_MEDIA[ending],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
