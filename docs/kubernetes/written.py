"""The generated files of deploy/kubernetes, by path."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import yaml  # type: ignore[import-untyped]  # it has no types

from docs.kubernetes import compose, monitoring, processes, servers, workload
from docs.kubernetes.compose import Object
from shared.messaging.transport import Queue

SERVICES: Final = "deploy/kubernetes/base/services"
MONITORING: Final = "deploy/kubernetes/components/monitoring"
FOLDERS: Final = (SERVICES, MONITORING)
HEAD: Final = "# Written by `make docs` from {}: changes by hand are lost.\n"
OF_COMPOSE: Final = HEAD.format("the compose file and the subscriptions")
OF_PROMETHEUS: Final = HEAD.format("deploy/prometheus")


def files(root: Path, queues: Mapping[str, Queue]) -> dict[str, str]:
    """The content of each file by its path from the root. `queues`: what each service subscribes to."""
    written = {SERVICES: _services(root, queues), MONITORING: _monitoring(root / "deploy/prometheus")}
    return {f"{folder}/{name}": text for folder, texts in written.items() for name, text in texts.items()}


def _services(root: Path, queues: Mapping[str, Queue]) -> dict[str, str]:
    containers = compose.read(root / "docker-compose.yml")
    written = {"web.yaml": _documents(processes.api("web", containers["web"]))}
    for number, (name, queue) in enumerate(queues.items()):
        migrate, api, worker = (containers[f"{name}-{role}"] for role in ("migrate", "api", "worker"))
        written[f"{name}-api.yaml"] = _documents(processes.api(f"{name}-api", api))
        read = [name, *([f"{name}.commands"] if queue.commands else [])]
        due = workload.DUE.get(name)
        written[f"{name}-worker.yaml"] = _documents(processes.worker(f"{name}-worker", worker, read, due))
        database = [
            servers.database(name), servers.backup(name, number), *processes.migration(f"{name}-migrate", migrate)
        ]  # fmt: skip
        written[f"{name}-database.yaml"] = _documents(database)
    settings = (root / "deploy/rabbitmq/rabbitmq.conf").read_text()
    written["rabbitmq.yaml"] = _documents([servers.broker(list(queues), settings), processes.budget(servers.BROKER)])
    written["defaults.env"] = OF_COMPOSE + compose.defaults(containers)
    settings_map = [{"name": compose.SETTINGS, "envs": ["defaults.env"]}]
    written["kustomization.yaml"] = _kustomization("v1beta1", "Kustomization", written, configMapGenerator=settings_map)
    return written


def _monitoring(folder: Path) -> dict[str, str]:
    scrapes = yaml.safe_load((folder / "prometheus.yml").read_text())["scrape_configs"]
    written = {
        "monitors.yaml": _documents(monitoring.monitors(scrapes), OF_PROMETHEUS),
        "rules.yaml": _documents([monitoring.rules(sorted(folder.glob("alerts/*.yml")))], OF_PROMETHEUS),
    }
    written["kustomization.yaml"] = _kustomization("v1alpha1", "Component", written)
    return written


def _kustomization(version: str, kind: str, written: Iterable[str], **more: object) -> str:
    resources = sorted(name for name in written if name.endswith(".yaml"))
    head = OF_PROMETHEUS if kind == "Component" else OF_COMPOSE
    described = {"apiVersion": f"kustomize.config.k8s.io/{version}", "kind": kind, "resources": resources, **more}
    return _documents([described], head)


def _documents(objects: Iterable[Object], head: str = OF_COMPOSE) -> str:
    text: str = yaml.dump_all(objects, Dumper=_Dumper, sort_keys=False, width=110, allow_unicode=True)
    return head + text


class _Dumper(yaml.SafeDumper):  # type: ignore[misc]  # yaml has no types
    """Writes the innermost lists and mappings on one line, and each part in full instead of a reference to it."""

    def __init__(self, *arguments: object, **options: object) -> None:
        """As PyYAML makes it."""
        super().__init__(*arguments, **{**options, "default_flow_style": None})

    def represent_scalar(self, tag: str, value: str, style: str | None = None) -> yaml.Node:
        """Write a text of several lines as lines."""
        node: yaml.Node = super().represent_scalar(tag, value, style="|" if "\n" in value else style)
        return node

    def represent_mapping(self, tag: str, mapping: Mapping[str, object], flow_style: object = None) -> yaml.Node:
        """Write a mapping with such a text on several lines too."""
        has_lines = any(isinstance(value, str) and "\n" in value for value in mapping.values())
        node: yaml.Node = super().represent_mapping(tag, mapping, flow_style=False if has_lines else flow_style)
        return node

    def ignore_aliases(self, data: object) -> bool:
        """Repeat what occurs twice."""
        return data is not ...


def write(root: Path, queues: Mapping[str, Queue]) -> None:
    """Write all files; those of a service that is gone are deleted."""
    written = files(root, queues)
    for folder in FOLDERS:
        (root / folder).mkdir(parents=True, exist_ok=True)
        for path in (root / folder).glob("*"):
            if f"{folder}/{path.name}" not in written:
                path.unlink()
    for name, text in written.items():
        (root / name).write_text(text)
