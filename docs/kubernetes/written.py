"""The files of deploy/kubernetes/base/services, by name."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import yaml  # type: ignore[import-untyped]  # it has no types

from docs.kubernetes import compose, processes, servers
from docs.kubernetes.compose import Object
from shared.messaging.transport import Queue

FOLDER: Final = "deploy/kubernetes/base/services"
HEAD: Final = "# Written by `make docs` from the compose file and the subscriptions: changes by hand are lost.\n"


def files(root: Path, queues: Mapping[str, Queue]) -> dict[str, str]:
    """The content of each file. `queues`: what each service subscribes to."""
    containers = compose.read(root / "docker-compose.yml")
    written = {"web.yaml": _documents(processes.api("web", containers["web"]))}
    for name, queue in queues.items():
        migrate, api, worker = (containers[f"{name}-{role}"] for role in ("migrate", "api", "worker"))
        written[f"{name}-api.yaml"] = _documents(processes.api(f"{name}-api", api))
        read = [name, *([f"{name}.commands"] if queue.commands else [])]
        written[f"{name}-worker.yaml"] = _documents(processes.worker(f"{name}-worker", worker, read))
        database = [servers.database(name), *processes.migration(f"{name}-migrate", migrate)]
        written[f"{name}-database.yaml"] = _documents(database)
    settings = (root / "deploy/rabbitmq/rabbitmq.conf").read_text()
    written["rabbitmq.yaml"] = _documents([servers.broker(list(queues), settings)])
    written["defaults.env"] = HEAD + compose.defaults(containers)
    written["kustomization.yaml"] = _documents(
        [
            {
                "apiVersion": "kustomize.config.k8s.io/v1beta1",
                "kind": "Kustomization",
                "resources": sorted(name for name in written if name.endswith(".yaml")),
                "configMapGenerator": [{"name": compose.SETTINGS, "envs": ["defaults.env"]}],
            }
        ]
    )
    return written


def _documents(objects: Iterable[Object]) -> str:
    text: str = yaml.dump_all(objects, Dumper=_Dumper, sort_keys=False, width=110, allow_unicode=True)
    return HEAD + text


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
    folder = root / FOLDER
    written = files(root, queues)
    for path in folder.glob("*"):
        if path.name not in written:
            path.unlink()
    for name, text in written.items():
        (folder / name).write_text(text)
