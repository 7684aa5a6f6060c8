"""Routes of the dossier of a hazard (档案): for auditors and the coordinating office."""

from __future__ import annotations

from fastapi import FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.auditing import TAGS, Caller
from api.context import rooms
from api.problems import Problem, documented
from audit.casefile import CaseFile
from audit.issuing import Issued
from audit.life import life
from documents.fonts import NoChineseFont
from domain.organisation import ROLES_OF_THE_OFFICE, Role
from domain.refusal import refuse
from storage.accesslog import Looked
from storage.scope import Principal

MAY_HAVE_ONE = ROLES_OF_THE_OFFICE | {Role.AUDITOR}


def install(app: FastAPI) -> None:
    for path, endpoint, media, summary in (
        ("dossier", dossier, "application/pdf", "档案（PDF/A） the dossier, as PDF/A"),
        (
            "dossier.zip",
            dossier_zip,
            "application/zip",
            "档案全卷，可自行核验 the dossier with ledger, history, rules and proofs, verifiable without us",
        ),
    ):
        app.add_api_route(
            f"/v1/hazards/{{hazard_id}}/{path}",
            endpoint,
            methods=["GET"],
            tags=TAGS,
            operation_id=endpoint.__name__,
            summary=summary,
            response_class=Response,
            responses={
                200: {"description": "文件 the file", "content": {media: {}}},
                **documented(401, 403, 404, 422, 429, 503),
            },
        )


async def dossier(request: Request, hazard_id: str, principal: Caller) -> Response:
    made = await _issued(request, hazard_id, principal, packed=False)
    return _file(made.pdf, "application/pdf", f"{made.papers.hazard}.pdf")


async def dossier_zip(request: Request, hazard_id: str, principal: Caller) -> Response:
    made = await _issued(request, hazard_id, principal, packed=True)
    assert made.zip is not None
    return _file(made.zip, "application/zip", f"{made.papers.hazard}.zip")


async def _issued(request: Request, hazard_id: str, principal: Principal, *, packed: bool) -> Issued:
    here = rooms(request)
    hazard = here.reading.number(hazard_id)
    if principal.actor.role not in MAY_HAVE_ONE:
        raise refuse(
            403,
            "dossier.not-your-right",
            "REG-08",
            (await here.reading.rules(principal)).book.said("档案只供审计员和清零办调取"),
            "only auditors and the coordinating office may have a dossier",
        )
    entries, sent = await here.reading.record(principal, hazard, Looked.DOSSIER)
    if here.dossiers is None:
        raise Problem(503, "no-archive", "本接口未配置归档", "this API has no archive set up")
    steps = await run_in_threadpool(life, entries)
    library = await here.reading.library_of([step.event for step in steps])
    case = CaseFile(hazard, library, tuple(entries), steps, tuple(sent))
    try:
        return await here.dossiers.issue(case, packed=packed)
    except NoChineseFont as error:
        raise Problem(503, "no-font", error.zh, error.en) from error


def _file(content: bytes, media: str, name: str) -> Response:
    disposition = f'attachment; filename="{name}"'
    return Response(content, media_type=media, headers={"Content-Disposition": disposition})
