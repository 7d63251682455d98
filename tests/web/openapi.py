"""What the services' OpenAPI documents say of the requests that the pages send."""

import json
import re
from functools import cache
from typing import Any

import httpx
from jsonschema_rs import Draft202012Validator

from tests.architecture.test_openapi_is_english import openapi

DOCUMENT = cache(openapi)


def faults(request: httpx.Request) -> list[str]:
    """What the service would refuse: the path, its names and values, those of the query, or the body."""
    call = f"{request.method} {request.url.path}"
    found = re.fullmatch(r"/api/(\w+)/v1/.*", request.url.path)
    operation = found and _operation(found[1], request.method.lower(), request.url.path)
    if not found or not operation:
        return [f"{call} does not exist"]
    service, query = found[1], request.url.params
    parameters = {each["name"]: each for each in operation.get("parameters", []) if each["in"] == "query"}
    wrong = [f"{call}: unknown parameter {name}" for name in query if name not in parameters]
    wrong += [
        f"{call}: {name} is missing" for name, each in parameters.items() if each["required"] and name not in query
    ]
    for name, parameter in parameters.items():
        values = query.get_list(name)
        for value in values:
            readings = (value, _read(value), values)
            wrong += [f"{call}: {name}: {each}" for each in _errors(service, parameter["schema"], *readings)]
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content:
        body = json.loads(request.content or b"null")
        wrong += [f"{call}: {each}" for each in _errors(service, content["schema"], body)]
    return wrong


def _operation(service: str, method: str, path: str) -> dict[str, Any] | None:
    """The operation of a path; a path without parameters comes before one that has them."""
    paths: dict[str, dict[str, Any]] = DOCUMENT(service)["paths"]
    for template in sorted(paths, key=lambda each: each.count("{")):
        if method in paths[template] and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path):
            operation: dict[str, Any] = paths[template][method]
            return operation
    return None


def _errors(service: str, schema: dict[str, Any], *readings: Any) -> list[str]:
    """The errors of a value that can be read in one or more ways; none if one of them is right."""
    document = {**schema, "components": DOCUMENT(service)["components"]}
    validator = Draft202012Validator(document, validate_formats=True)
    every = [[error.message for error in validator.iter_errors(reading)] for reading in readings]
    return [] if [] in every else every[0]


def _read(value: str) -> Any:
    """A value of a query as JSON: `true`, `3`."""
    try:
        return json.loads(value)
    except ValueError:
        return value
