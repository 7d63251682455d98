"""The objects of Kubernetes as they stand in their files, and as Kustomize builds them."""

import json
import re
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml  # type: ignore[import-untyped]  # it has no types

import services
from docs import generate
from docs.kubernetes import compose

FOLDER = generate.ROOT / "deploy/kubernetes"
NO_OBJECTS = {FOLDER / "base/names.yaml"}
"""What only Kustomize reads."""
FILES = sorted({*FOLDER.rglob("*.yaml"), *generate.ROOT.glob("deploy/*/kustomization.yaml")} - NO_OBJECTS)
COMPOSE = compose.read(generate.ROOT / "docker-compose.yml")
NETWORKS: dict[str, Any] = yaml.safe_load((generate.ROOT / "docker-compose.yml").read_text())["networks"]
BROKER: dict[str, Any] = json.loads((generate.ROOT / "deploy/rabbitmq/definitions.json").read_text())
SERVICES = services.definitions()
PROCESSES = [f"{name}-{role}" for name in SERVICES for role in ("api", "worker", "migrate")] + ["web"]
SETTINGS_FILES = ("base/services/defaults.env", "overlays/production/settings.env")
OF_OPERATORS = {
    *("Cluster", "ScheduledBackup", "RabbitmqCluster", "ScaledObject", "TriggerAuthentication"),
    *("PodMonitor", "PrometheusRule", "Kustomization", "Component"),
}
"""Kinds without a schema of Kubernetes itself."""
NEWEST = "1.37"
SECRET = re.compile(r"_(PASSWORD|PASSPHRASE|KEYS)$")
Object = dict[str, Any]


@cache
def objects() -> Sequence[Object]:
    return [each for path in FILES for each in yaml.safe_load_all(path.read_text())]


def of(kind: str) -> dict[str, Object]:
    return {each["metadata"]["name"]: each for each in objects() if each["kind"] == kind}


WORKLOADS = {**of("Deployment"), **of("Job")}


def pod(name: str) -> Object:
    template: Object = WORKLOADS[name]["spec"]["template"]
    return template


def container(name: str) -> Object:
    [only] = pod(name)["spec"]["containers"]
    assert isinstance(only, dict)
    return only


def variables(name: str) -> dict[str, Object]:
    return {entry["name"]: entry for entry in container(name)["env"]}


needs_kubectl = pytest.mark.skipif(
    not shutil.which("kubectl"), reason="kubectl, which builds overlays, is not installed"
)


def built(folder: Path) -> list[Object]:
    done = subprocess.run(["kubectl", "kustomize", str(folder)], capture_output=True, text=True, check=False)  # noqa: S603, S607
    assert done.returncode == 0, done.stderr
    return list(yaml.safe_load_all(done.stdout))


def validate(each: Object) -> None:
    """Compare an object with the schema of its kind, if it is one of Kubernetes itself."""
    if each["kind"] not in OF_OPERATORS:
        kubernetes_validate.validate(each, NEWEST, strict=True)
