"""Files that the page of units offers: bulletins, figures by unit, the yearly assessment, the units' load."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal, cast

from starlette.responses import Response

from api import assessments, bulletins, loads
from documents.bulletin import Kind
from domain.figures import Period, month_of
from web.visit import Visit, nothing

_KINDS = ("summary", "circular")
_ENDINGS = ("docx", "pdf")


def months(visit: Visit) -> tuple[Period, Period]:
    """The month before, which is due to be reported on, and this one so far."""
    this = month_of(visit.today)
    return month_of(this.start.date() - timedelta(days=1)), this


def _lang(visit: Visit) -> Literal["zh", "en"]:
    return "en" if visit.language.code == "en" else "zh"


async def bulletin(visit: Visit) -> Response:
    asked = visit.request.path_params
    if asked["kind"] not in _KINDS or asked["ending"] not in _ENDINGS:
        raise nothing()
    return await bulletins.file(
        visit.request,
        asked["month"],
        cast(Kind, asked["kind"]),
        cast(Literal["docx", "pdf"], asked["ending"]),
        visit.principal,
        _lang(visit),
    )


async def figures_csv(visit: Visit) -> Response:
    month = visit.request.path_params["month"]
    return await assessments.month_csv(visit.request, visit.principal, month, _lang(visit))


async def figures_xlsx(visit: Visit) -> Response:
    month = visit.request.path_params["month"]
    return await assessments.month_xlsx(visit.request, visit.principal, month, _lang(visit))


async def assessment_csv(visit: Visit) -> Response:
    return await assessments.as_csv(visit.request, visit.principal, _year(visit), _lang(visit))


async def assessment_xlsx(visit: Visit) -> Response:
    return await assessments.as_xlsx(visit.request, visit.principal, _year(visit), _lang(visit))


def _year(visit: Visit) -> int:
    year = visit.request.path_params["year"]
    if not (year.isascii() and year.isdigit()):
        raise nothing()
    return int(year)


async def load_csv(visit: Visit) -> Response:
    return await loads.as_csv(visit.request, visit.principal, _lang(visit))


async def load_xlsx(visit: Visit) -> Response:
    return await loads.as_xlsx(visit.request, visit.principal, _lang(visit))
