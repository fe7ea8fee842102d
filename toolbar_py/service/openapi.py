"""The OpenAPI description, with every error as the problem it is."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode

from toolbar_py.service.problems import PROBLEM_TYPE
from toolbar_py.wire.actions import CtiReport
from toolbar_py.wire.contacts import ImportedContact
from toolbar_py.wire.errors import Problem

_ERROR = 400
_REFERENCE = "#/components/schemas/{model}"


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Give the ``responses`` of a route: the problems it can answer besides those every route can."""
    return {status: {"description": HTTPStatus(status).phrase} for status in sorted({*statuses, 413, 422, 500, 503})}


def describe(app: FastAPI) -> dict[str, Any]:
    """Give the OpenAPI description of an app whose errors are all problems."""
    document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    _add(schemas, Problem, "serialization")
    _add(schemas, ImportedContact, "validation")
    _add(schemas, CtiReport, "validation")
    content = {PROBLEM_TYPE: {"schema": reference(Problem)}}
    for responses in _responses(document):
        for status, response in responses.items():
            if int(status) >= _ERROR:
                response["content"] = content
    return document


def reference(model: type[BaseModel]) -> dict[str, str]:
    """Give the schema that points to a model's."""
    return {"$ref": _REFERENCE.format(model=model.__name__)}


def _add(schemas: dict[str, Any], model: type[BaseModel], mode: JsonSchemaMode) -> None:
    """Add the schema of a model that no route names to FastAPI."""
    schema = model.model_json_schema(mode=mode, ref_template=_REFERENCE)
    for name, part in {**schema.pop("$defs", {}), model.__name__: schema}.items():
        schemas.setdefault(name, part)


def _responses(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document.get("paths", {}).values():
        for operation in path.values():
            yield operation["responses"]
