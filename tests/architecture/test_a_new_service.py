"""A folder in services/ and `make docs` are a new service: no other file lists the services by hand.

Beside it are only its requirements, its part of the pages, and its place in the README's diagram.
"""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # it has no types

import services
from docs import generate
from docs.kubernetes import compose
from tests.architecture import billing
from tests.architecture.tree import ROOT
from web.client.account import OWN_DATA
from web.client.deliveries import SERVICES as DELIVERIES

COPIED = ("services", "shared", "deploy", "docs", "web", "docker-compose.yml", "README.md", "pyproject.toml")
OVERLAY = "deploy/kubernetes/overlays/production/kustomization.yaml"
GENERATED_AND_COMPOSED = """
import asyncio
import runpy
from types import SimpleNamespace

import httpx

runpy.run_module("docs.generate", run_name="__main__")

from deploy.embedded import composition, pages

settings = composition.settings_of(
    SimpleNamespace(url=lambda service, role: f"postgresql+asyncpg://{role}@localhost/{service}"),
    "http://localhost", key_passphrase="secret", keeps_mails=True, staff=composition.staff_settings(demo=True),
)
shown = pages.pages("http://localhost", bool, [], staff_email="")
transport = httpx.ASGITransport(shown)
page = asyncio.run(httpx.AsyncClient(transport=transport, base_url="http://localhost").get("/api/docs"))
print(*composition.compose(settings))
print("Les factures des structures." in page.text)
"""
DATABASE_URL = "postgresql+asyncpg://billing:${PARCOURSPRO_BILLING_DATABASE_PASSWORD:?is not set}@postgres/billing"
OWNER_URL = (
    "postgresql+asyncpg://billing_owner:${PARCOURSPRO_BILLING_DATABASE_OWNER_PASSWORD:?is not set}@postgres/billing"
)
AMQP_URL = "amqp://billing:${PARCOURSPRO_BILLING_BROKER_PASSWORD:?is not set}@rabbitmq:5672/parcourspro"
API = {
    "PARCOURSPRO_BILLING_DATABASE_URL": DATABASE_URL,
    "PARCOURSPRO_BILLING_SEAL_KEYS": "${PARCOURSPRO_BILLING_SEAL_KEYS:?is not set}",
}
OWN_VARIABLES = {
    "billing-migrate": {**API, "PARCOURSPRO_BILLING_MIGRATION_DATABASE_URL": OWNER_URL},
    "billing-api": API,
    "billing-worker": {
        **API,
        "PARCOURSPRO_BILLING_AMQP_URL": AMQP_URL,
        "PARCOURSPRO_BILLING_BANK_PASSWORD": "${PARCOURSPRO_BANK_PASSWORD:-}",
    },
}
NETWORKS = {
    "billing-migrate": ["database"],
    "billing-api": ["front", "database"],
    "billing-worker": ["database", "broker", "mail"],
}
WAITS_FOR = {
    "billing-migrate": {"postgres": "service_healthy"},
    "billing-api": {"billing-migrate": "service_completed_successfully"},
    "billing-worker": {"billing-migrate": "service_completed_successfully", "rabbitmq": "service_healthy"},
}


def generated_and_composed(tree: Path) -> list[str]:
    """Run `make docs` in the copy and compose all services: one process for both, because the imports take seconds."""
    command = [sys.executable, "-c", GENERATED_AND_COMPOSED]
    done = subprocess.run(command, cwd=tree, check=False, capture_output=True, text=True)  # noqa: S603 - our command
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-2:]


def contents(tree: Path) -> dict[str, bytes]:
    """Every copied file by its path."""
    paths = [path for name in COPIED for path in [tree / name, *(tree / name).rglob("*")]]
    return {
        path.relative_to(tree).as_posix(): path.read_bytes()
        for path in paths
        if path.is_file() and "__pycache__" not in path.parts
    }


def check_containers(tree: Path) -> None:
    containers = compose.read(tree / "docker-compose.yml")
    assert {name for name in containers if name.startswith("billing")} == OWN_VARIABLES.keys()
    own = {
        name: {variable: value for variable, value in each["environment"].items() if "_BILLING_" in variable}
        for name, each in containers.items()
        if name not in {"prometheus", "grafana"}
    }
    assert {name: variables for name, variables in own.items() if variables} == OWN_VARIABLES
    for name, networks in NETWORKS.items():
        container = containers[name]
        assert container["networks"] == networks
        assert container["command"] == [name.removeprefix("billing-")]
        assert container["image"] == "parcourspro/billing:${PARCOURSPRO_VERSION:-latest}"
        assert container["build"]["args"]["SERVICE"] == "billing"
        waits_for = {awaited: each["condition"] for awaited, each in container["depends_on"].items()}
        assert waits_for == WAITS_FOR[name]
    assert containers["gateway"]["depends_on"]["billing-api"] == {"condition": "service_healthy"}


def check_servers(tree: Path) -> None:
    containers = compose.read(tree / "docker-compose.yml")
    passwords = {
        name: [variable for variable in containers[name]["environment"] if variable.startswith("BILLING_")]
        for name in ("postgres", "rabbitmq")
    }
    assert passwords == {
        "postgres": ["BILLING_DATABASE_PASSWORD", "BILLING_DATABASE_OWNER_PASSWORD"],
        "rabbitmq": ["BILLING_BROKER_PASSWORD"],
    }
    development = (tree / "deploy/development.env").read_text().splitlines()
    assert {line for line in development if "_BILLING_" in line} == {
        "PARCOURSPRO_BILLING_DATABASE_PASSWORD=development-billing",
        "PARCOURSPRO_BILLING_DATABASE_OWNER_PASSWORD=development-billing-owner",
        "PARCOURSPRO_BILLING_BROKER_PASSWORD=development-billing",
    }
    definitions = json.loads((tree / "deploy/rabbitmq/definitions.json").read_text())
    assert "billing" in {each["user"] for each in definitions["permissions"]}
    assert ("billing", "identity.account_registered.v1") in {
        (each["destination"], each["routing_key"]) for each in definitions["bindings"]
    }


def check_ways_in(tree: Path) -> None:
    [pattern] = re.findall(r"path_regexp service (\S+)", (tree / "deploy/gateway/Caddyfile").read_text())
    routed = {path: re.search(pattern, path) for path in ("/api/billing/v1/invoices", "/api/identity/v1/me")}
    assert {path: found and found[1] for path, found in routed.items()} == {
        "/api/billing/v1/invoices": "billing",
        "/api/identity/v1/me": "identity",
    }
    scraped = yaml.safe_load((tree / "deploy/prometheus/prometheus.yml").read_text())["scrape_configs"]
    names = {each["job_name"]: each["dns_sd_configs"][0]["names"] for each in scraped}
    assert (names["billing-api"], names["billing-worker"]) == (["billing-api"], ["billing-worker"])


def check_kubernetes(tree: Path) -> None:
    folder = tree / "deploy/kubernetes/base/services"
    files = [folder / name for name in yaml.safe_load((folder / "kustomization.yaml").read_text())["resources"]]
    objects: list[Mapping[str, Any]] = [each for file in files for each in yaml.safe_load_all(file.read_text())]
    named = {(each["kind"], each["metadata"]["name"]): each for each in objects}
    assert {
        ("Deployment", "billing-api"),
        ("Service", "billing-api"),
        ("Deployment", "billing-worker"),
        ("ScaledObject", "billing-worker"),
        ("Job", "billing-migrate"),
        ("Cluster", "billing-database"),
        ("ScheduledBackup", "billing-database"),
    } <= named.keys()
    pod = named["Deployment", "billing-worker"]["spec"]["template"]
    variables = {each["name"]: each.get("valueFrom") for each in pod["spec"]["containers"][0]["env"]}
    assert pod["metadata"]["labels"]["parcourspro.network/mail"] == "member"
    assert variables["PARCOURSPRO_BILLING_BANK_PASSWORD"] == {
        "secretKeyRef": {"name": "bank", "key": "password", "optional": True}
    }
    images = {each["name"] for each in yaml.safe_load((tree / OVERLAY).read_text())["images"]}
    assert {"parcourspro/billing", "parcourspro/web"} <= images
    assert "billing-worker" in (tree / "deploy/kubernetes/components/monitoring/monitors.yaml").read_text()


def check_documents(tree: Path) -> None:
    assert "| `SEAL_KEYS` | billing |" in (tree / "README.md").read_text()
    [registered] = [
        line for line in (tree / "docs/messages.md").read_text().splitlines() if "`AccountRegistered`" in line
    ]
    assert {"billing", "notifier"} <= set(re.findall(r"\w+", registered.rpartition(". |")[2]))


def test_a_fifth_service_is_in_every_file_after_make_docs_and_in_none_after_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in COPIED:
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, tmp_path / name)
    before = contents(tmp_path)
    folder = billing.add(tmp_path)
    names, is_described = generated_and_composed(tmp_path)
    assert sorted(names.split()) == sorted([*services.names(), "billing"])
    assert is_described == "True"
    check_containers(tmp_path)
    check_servers(tmp_path)
    check_ways_in(tmp_path)
    check_kubernetes(tmp_path)
    check_documents(tmp_path)
    shutil.rmtree(folder)
    monkeypatch.setattr(generate, "ROOT", tmp_path)
    generate.write_services()
    after = contents(tmp_path)
    assert {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)} == set()


@pytest.mark.parametrize("service", services.names())
def test_what_is_written_by_hand_for_each_service_is_there(service: str) -> None:
    assert (ROOT / f"requirements/{service}.in").exists()
    assert f'{service}[("<b>{service}</b>' in (ROOT / "README.md").read_text()


def test_the_pages_ask_every_service_for_ones_own_data_and_for_the_messages_that_failed() -> None:
    assert sorted(each.service for each in OWN_DATA.values()) == services.names()
    assert sorted(DELIVERIES) == services.names()


def test_no_other_file_lists_them() -> None:
    """All names in a few lines: such a place is written by `make docs`, or it is the pages' own (the test above)."""
    folders = ("deploy", "docs", "shared", "web", "tests/support", "tests/e2e", "bench", "requirements", ".ci")
    paths = [path for folder in folders for path in (ROOT / folder).rglob("*")]
    paths += [ROOT / "Makefile", ROOT / "pyproject.toml", ROOT / ".dockerignore", *ROOT.glob("docker-compose*.yml")]
    files = [path for path in paths if path.is_file() and path.suffix not in {".json", ".md", ".pyc", ".txt"}]
    assert {ROOT / "Makefile", ROOT / "docker-compose.yml", ROOT / "deploy/gateway/Caddyfile"} <= set(files)
    found = {path.relative_to(ROOT).as_posix() for path in files if lists_all(path.read_text(errors="ignore"))}
    assert found == {
        "web/client/account.py",
        "web/client/deliveries.py",
        "web/pages/agency_deliveries/templates/_parts.html",
        "web/pages/agency_deliveries/views.py",
    }


def lists_all(text: str) -> bool:
    """Whether four lines in sequence, written by hand, name every service."""
    if text.startswith("# Written by `make docs`"):
        return False
    by_hand = re.sub(r"(?ms)^[^\n\w]*([\w ]+): written by `make docs`.*?end of \1\b", "", text)
    names = services.names()
    named = [set(re.findall("|".join(names), line.lower())) for line in by_hand.splitlines()]
    return any(len(set().union(*named[start : start + 4])) == len(names) for start in range(len(named)))
