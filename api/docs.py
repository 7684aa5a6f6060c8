"""The OpenAPI document and a page to read and try it, with nothing fetched from anywhere else."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from fastapi import FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles

from api import forms, labels
from api.problems import ProblemDetails

TITLE = "清零 Qingling"
VERSION = "0.1.0"
DESCRIPTION = """\
隐患从发现到销号的全流程接口。每项命令注明办理人、前提状态、依据和可能的拒绝；拒绝一律为 RFC 9457 问题详情，
附稳定代码与依据编号，中英双语。时间均带时区；“24:00”记为次日 00:00。

Hazards from discovery to striking off. Every command says who may give it, in which state, on what ground and how
it may be refused; refusals are RFC 9457 problem details with a stable code and the rule's id, in Chinese and English.
"""

# The page's own script starts Swagger UI, so that no inline script need be allowed; its styles are inline.
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
_PAGE = f"""<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{TITLE} API</title>
<link rel="icon" href="docs/static/favicon.png">
<link rel="stylesheet" href="docs/static/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<noscript>本页需要 JavaScript；接口定义见 <a href="openapi.json">openapi.json</a>。</noscript>
<script src="docs/static/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""
_START = """\
SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  validatorUrl: null,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
});
"""
_OPEN = frozenset({"/v1/healthz", "/v1/readyz"})


def install(app: FastAPI) -> None:
    app.openapi = lambda: _document(app)  # type: ignore[method-assign]  # FastAPI's own way to extend it
    app.add_api_route("/docs", page, include_in_schema=False)
    app.add_api_route("/docs/start.js", script, include_in_schema=False)
    # The assets of Swagger UI come inside a package; its own pages need inline scripts, so only those are used.
    app.mount("/docs/static", _Assets(directory=str(files("fastapi_offline") / "static")), name="assets")


class _Assets(StaticFiles):
    """Files that change only with their package: worth keeping for a day."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "public, max-age=86400"
        return response


async def page(_request: Request) -> HTMLResponse:
    return HTMLResponse(_PAGE, headers={"Content-Security-Policy": _PAGE_POLICY})


async def script(_request: Request) -> Response:
    return Response(_START, media_type="text/javascript")


def parameters(route: APIRoute) -> frozenset[str]:
    """The names that an address knows in its query string: those that the document gives, and a test compares.

    They are not read there: whoever is first to filter a list would wait half a second for the whole document.
    """
    return _names(route.dependant)


def _names(dependant: Dependant) -> frozenset[str]:
    found = [_names(beneath) for beneath in dependant.dependencies]
    for field in dependant.query_params:
        kind = field.field_info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            found.append(frozenset(info.alias or name for name, info in kind.model_fields.items()))
        else:
            found.append(frozenset((field.alias,)))
    return frozenset().union(*found)


def _document(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        document = get_openapi(
            title=TITLE, version=VERSION, description=DESCRIPTION, routes=app.routes, tags=_TAGS
        )
        components = document.setdefault("components", {})
        components["schemas"] = {
            **_without_unused(components.get("schemas", {})),
            **forms.schemas(),
            **_of_problems(),
        }
        labels.name_answers(components["schemas"])
        components["securitySchemes"] = {
            "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": _BEARER}
        }
        for path, operations in document["paths"].items():
            for operation in operations.values():
                labels.name_parameters(operation)
                if path not in _OPEN:
                    operation["security"] = [{"bearer": []}]
        app.openapi_schema = document
    return app.openapi_schema


_TAGS = [
    {"name": "命令 commands", "description": "改变隐患的事 what changes a hazard"},
    {"name": "隐患 hazards", "description": "查看隐患 reading hazards"},
    {
        "name": "基础数据 reference",
        "description": "目录、单位、配置、日历 catalogue, units, profile, calendar",
    },
    {"name": "运行 operations", "description": "运行状态 for operators"},
]
_BEARER = "用 `qingling token` 签发，或由区统一身份平台签发。Issued by `qingling token` or the district's identity provider."


def _without_unused(schemas: dict[str, Any]) -> dict[str, Any]:
    """FastAPI documents its own validation error, which we never send."""
    return {
        name: schema
        for name, schema in schemas.items()
        if name not in ("HTTPValidationError", "ValidationError")
    }


def _of_problems() -> dict[str, Any]:
    schema = ProblemDetails.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**schema.pop("$defs"), "ProblemDetails": schema}
