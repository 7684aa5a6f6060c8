"""The OpenAPI document: it tells all, it needs nobody, and what it promises holds."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import count
from typing import Any

import httpx2
import jsonschema
import pytest
import schemathesis
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, Phase, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks
from schemathesis.specs.openapi.definitions import OPENAPI_31
from starlette.routing import BaseRoute

from api.app import bare_app
from api.docs import parameters
from api.forms import GIVEN
from domain.commands import COMMANDS
from domain.transitions import BY_COMMAND
from storage.scope import Principal
from tests import seats
from tests.api.conftest import Api

# -- what it tells -----------------------------------------------------------------------------------


@pytest.mark.requirement("INT-01")
@pytest.mark.parametrize("name", GIVEN)
def test_every_command_has_its_route_its_form_and_its_terms(document: dict[str, Any], name: str) -> None:
    operation = document["paths"][f"/v1/hazards/{{hazard_id}}/commands/{name}"]["post"]
    row, form = BY_COMMAND[name], COMMANDS[name]
    assert operation["operationId"] == name
    assert operation["summary"].startswith(form.zh) and row.id in operation["summary"]
    assert all(guard.zh in operation["description"] for guard in row.guards)
    assert row.who[0].zh in operation["description"] and row.requirement in operation["description"]
    schema = document["components"]["schemas"][form.__name__]
    assert operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].endswith(
        f"/{form.__name__}"
    )
    assert "do" not in schema["properties"] and set(schema["properties"]) == set(form.model_fields) - {"do"}
    assert schema["additionalProperties"] is False
    assert {"200", "202", "400", "401", "403", "404", "409", "412", "422", "429", "503"} <= set(
        operation["responses"]
    )


def test_an_address_takes_the_parameters_that_its_document_names(document: dict[str, Any]) -> None:
    routes = {
        (route.path, method.lower()): route
        for route in _routes(bare_app().routes)
        for method in route.methods
    }
    operations = {
        (path, method): operation
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }
    assert {place: parameters(routes[place]) for place in operations} == {
        place: {one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"}
        for place, operation in operations.items()
    }


def _routes(some: Iterable[BaseRoute]) -> Iterator[APIRoute]:
    for route in some:
        if isinstance(route, APIRoute):
            yield route
        else:
            yield from _routes(getattr(route, "routes", None) or ())


CHINESE = re.compile("[\u4e00-\u9fff]")


def test_every_field_parameter_and_value_is_named_in_chinese_and_english(document: dict[str, Any]) -> None:
    """A new one gets its name in ``domain/labels.py`` when a form has it, in ``api/labels.py`` otherwise."""
    nameless = []
    for name, schema in document["components"]["schemas"].items():
        for model in (schema, *schema.get("anyOf", ())):
            nameless += [
                f"{name}.{field}"
                for field, inner in model.get("properties", {}).items()
                if not CHINESE.search(inner.get("title", "")) or not inner.get("description")
            ]
        if "enum" in schema and not CHINESE.search(schema.get("description", "")):
            nameless.append(name)
    for path, operations in document["paths"].items():
        nameless += [
            f"{path}?{one['name']}"
            for operation in operations.values()
            for one in operation.get("parameters", ())
            if not CHINESE.search(one.get("description", "") + one["schema"].get("description", ""))
        ]
    assert nameless == []


def test_a_field_is_called_as_on_the_pages_and_on_paper(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    said = {
        "SubmitPlan.responsible_unit": "责任部门",
        "Report.channel": "发现渠道",
        "PlannedGoal.check": "可验证条件",
        "SetConfidentiality.level": "密级",
        "HazardView.level": "督办级别",
        "Contact.liaison_mobile": "联络员手机",
    }
    for path, zh in said.items():
        name, _, field = path.partition(".")
        models = [schemas[name], *schemas[name].get("anyOf", ())]
        assert zh in [model["properties"][field]["title"] for model in models if "properties" in model], path
    assert "`hotline` 市民热线" in schemas["Channel"]["description"]


@pytest.mark.requirement("INT-01")
def test_the_document_is_valid_openapi_and_its_schemas_are_valid_json_schemas(
    document: dict[str, Any],
) -> None:
    """By the schema that the OpenAPI initiative publishes for 3.1, which comes with schemathesis."""
    assert document["openapi"].startswith("3.1")
    validator = jsonschema.Draft202012Validator(OPENAPI_31)
    assert [error.message for error in validator.iter_errors(document)] == []
    for schema in document["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)
    broken = {**document, "paths": {"v1/hazards": {}}}
    assert list(validator.iter_errors(broken)), "what is not one would be found"


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    text = json.dumps(document)
    named = set(re.findall(r"#/components/schemas/([A-Za-z0-9_]+)", text))
    assert named <= set(document["components"]["schemas"])
    assert "HTTPValidationError" not in text


def test_only_what_operators_ask_is_open(document: dict[str, Any]) -> None:
    for path, operations in document["paths"].items():
        for operation in operations.values():
            assert ("security" in operation) == (path not in ("/v1/healthz", "/v1/readyz")), path


def test_the_page_needs_nobody_else(api: Api) -> None:
    with api.anonymous() as client:
        page = client.get("/docs")
        policy = page.headers["content-security-policy"]
        assert "script-src 'self'" in policy and "default-src 'none'" in policy
        assert "//" not in re.sub(r"<!doctype html>", "", page.text), "nothing from anywhere else"
        assert "<script>" not in page.text
        for address in re.findall(r'(?:src|href)="([^"]+)"', page.text):
            assert client.get(f"/{address}").status_code == 200, address
        assert client.get("/docs/start.js").headers["content-type"].startswith("text/javascript")
        assert client.get("/docs/static/../../app.py").status_code == 404


# -- what it promises --------------------------------------------------------------------------------

SHAPES = (
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
)
READY = {
    "REPORTED": Api.reported,
    "REGISTERED": Api.registered,
    "UNDER_TRIAGE": Api.in_triage,
    "JURISDICTION_RULING": Api.to_be_ruled_on,
    "KEY_CONTROL": Api.under_key_control,
    "AWAITING_RECOGNITION": Api.to_be_recognised,
    "AWAITING_SIGNOFF": Api.assigned,
    "PLANNING": Api.planning,
    "REMEDIATING": Api.remediating,
    "SELF_ASSESSMENT": Api.completed,
    "CLEARED": Api.cleared,
    "LOOK_BACK": Api.looked_back_at,
}
turns = count()
SEATS = {
    "desk": seats.DESK,
    "office": seats.OFFICE,
    "assessor": seats.ASSESSOR,
    "handler": seats.HANDLER,
    "liaison": seats.LIAISON,
    "discoverer": seats.FINDER,
}

any_operation = schemathesis.openapi.from_dict(bare_app().openapi())


@pytest.fixture(scope="session")
def subjects(api: Api) -> Callable[[str], tuple[str, Principal]]:
    """For each operation a hazard of its own that it may be done to, and a seat that may do it."""

    @cache
    def of(operation: str) -> tuple[str, Principal]:
        row = BY_COMMAND.get(operation)
        if row is None or not row.sources:
            return api.remediating(), seats.DESK
        roles = {role for who in row.who for role in who.roles}
        # Where no way leads to the right state or seat here, the answer is a refusal that keeps its promise too.
        ready = next((way for state, way in reversed(READY.items()) if state in row.sources), Api.remediating)
        return ready(api), next((seat for role, seat in SEATS.items() if role in roles), seats.DESK)

    return of


@any_operation.parametrize()
@settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_no_request_made_from_the_document_breaks_its_promise(
    api: Api, subjects: Callable[[str], tuple[str, Principal]], case: Case
) -> None:
    if next(turns) % 3:
        return  # some forty a route are made up to cover the document: every third is enough for every day
    hazard, principal = subjects(case.operation.path.rpartition("/")[2])
    if "hazard_id" in (case.path_parameters or {}):
        case.path_parameters = {"hazard_id": hazard}
    for name in set(case.headers or ()) - {"Prefer", "If-Match"}:
        del case.headers[name]
    answer = case.call(base_url=api.url, headers={"Authorization": f"Bearer {api.identity.issue(principal)}"})
    case.validate_response(answer, checks=list(SHAPES))
    if answer.status_code >= 400:
        assert answer.headers["content-type"][0] == "application/problem+json"
        assert "Traceback" not in answer.text


def test_the_document_is_what_the_project_answers(document: dict[str, Any], api: Api) -> None:
    answer: httpx2.Response = api.get(seats.DESK, f"/v1/hazards/{api.reported()}")
    promised = document["components"]["schemas"]["HazardView"]["properties"]
    assert set(answer.json()) == set(promised)
