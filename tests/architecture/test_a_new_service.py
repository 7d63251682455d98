"""A folder in services/ is found by the Makefile, the documents and the tests; the other places must name it too."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

import services

ROOT = Path(__file__).parents[2]
SERVICES = services.names()
PLACES: Mapping[str, tuple[str, ...]] = {
    "docker-compose.yml": (
        r"(?m)^  {name}-migrate:$",
        r"(?m)^  {name}-api:$",
        r"(?m)^  {name}-worker:$",
        r"(?m)^      {name}-api: \*healthy$",
    ),
    "deploy/compose/{name}.yml": (
        r"(?m)^  migrate:$",
        r"(?m)^  api:$",
        r"(?m)^  worker:$",
    ),
    "deploy/compose/servers.yml": (
        r"(?m)^      {NAME}_DATABASE_PASSWORD:",
        r"(?m)^      {NAME}_DATABASE_OWNER_PASSWORD:",
        r"(?m)^      {NAME}_BROKER_PASSWORD:",
    ),
    "deploy/development.env": (
        r"(?m)^PARCOURSPRO_{NAME}_DATABASE_PASSWORD=",
        r"(?m)^PARCOURSPRO_{NAME}_DATABASE_OWNER_PASSWORD=",
        r"(?m)^PARCOURSPRO_{NAME}_BROKER_PASSWORD=",
    ),
    "deploy/gateway/Caddyfile": (r"path_regexp service \^/api/\((\w+\|)*{name}(\|\w+)*\)/v1/",),
    "deploy/kubernetes/overlays/production/kustomization.yaml": (r"name: parcourspro/{name}, newName",),
    "deploy/prometheus/prometheus.yml": (
        r"names: \[{name}-api\], type: A, port: 8000",
        r"names: \[{name}-worker\], type: A, port: 8000",
    ),
    "deploy/rabbitmq/definitions.json": (r'"user": "{name}"',),
    "requirements/{name}.in": ("",),
    "requirements/{name}.txt": ("",),
    "README.md": (r'{name}\[\("<b>{name}</b>',),
}


def missing(service: str) -> Iterator[str]:
    """The places that do not name a service, as file and pattern."""
    names = {"name": service, "NAME": service.upper()}
    for place, patterns in PLACES.items():
        file = ROOT / place.format(**names)
        text = file.read_text() if file.exists() else None
        for pattern in patterns:
            if text is None or not re.search(pattern.format(**names), text):
                yield f"{file.relative_to(ROOT)}: {pattern.format(**names)}"


@pytest.mark.parametrize("service", SERVICES)
def test_every_place_that_lists_the_services_names_this_one(service: str) -> None:
    assert list(missing(service)) == []


def test_the_places_that_a_new_service_must_be_added_to_are_named() -> None:
    named = list(missing("billing"))
    assert len(named) == sum(len(patterns) for patterns in PLACES.values())
    assert "requirements/billing.txt: " in named


def test_no_other_file_lists_them() -> None:
    """A list of all services in one line: such a place must be derived from the folders, or be in PLACES."""
    anything = r"[\"'\s,|()]{1,4}"
    lists = re.compile(rf"(?<!\w)catalogue{anything}enrollment{anything}(identity{anything})?notifier(?!\w)")
    folders = ("deploy", "docs", "shared", "services", "tests/support", "tests/e2e", "bench", "Makefile")
    files = [path for folder in folders for path in [ROOT / folder, *(ROOT / folder).rglob("*")] if path.is_file()]
    found = {
        path.relative_to(ROOT).as_posix()
        for path in files
        if path.suffix not in {".json", ".pyc", ".md"} and lists.search(path.read_text(errors="ignore").lower())
    }
    assert found <= set(PLACES)
