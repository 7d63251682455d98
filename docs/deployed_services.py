# ruff: noqa: INP001 - a folder of documents with the programs that write them
"""What the files of a deployment say of each service: its own file of deploy/compose, and parts of other files."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from docs.marked import replaced
from shared.deployment import Deployment, Secret
from shared.process import ServiceDefinition
from shared.settings import PREFIX

PARTS: Final = "deploy/compose"
HEAD: Final = "# Written by `make docs`: changes by hand are lost.\n"
Services = Mapping[str, Deployment]


def files(root: Path, services: Mapping[str, ServiceDefinition[Any]]) -> dict[str, str]:
    """The content of each file by its path from the root."""
    deployed = {name: each.deployment for name, each in services.items()}
    version = tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"]
    marked = {
        "docker-compose.yml": {"services": _containers(deployed)},
        f"{PARTS}/servers.yml": {"databases": _databases(deployed), "users": _users(deployed)},
        "deploy/development.env": {"services": _development(deployed)},
        "deploy/gateway/Caddyfile": {"services": _routes(deployed)},
        "deploy/kubernetes/overlays/production/kustomization.yaml": {"images": _images(deployed, version)},
        "deploy/prometheus/prometheus.yml": {"services": _jobs(deployed)},
    }
    written = {f"{PARTS}/{name}.yml": _part(name, each) for name, each in deployed.items()}
    for path, parts in marked.items():
        written[path] = (root / path).read_text()
        for part, lines in parts.items():
            written[path] = replaced(written[path], part, lines)
    return written


def left_over(root: Path, written: Mapping[str, str]) -> list[Path]:
    """The files of deploy/compose of services that are gone."""
    parts = [path for path in (root / PARTS).glob("*.yml") if path.read_text().startswith(HEAD)]
    return [path for path in parts if f"{PARTS}/{path.name}" not in written]


def write(root: Path, services: Mapping[str, ServiceDefinition[Any]]) -> None:
    """Write all files; those of a service that is gone are deleted."""
    written = files(root, services)
    for path in left_over(root, written):
        path.unlink()
    for name, text in written.items():
        (root / name).write_text(text)


def _part(name: str, deployment: Deployment) -> str:
    own = f"{PREFIX}{name.upper()}"
    of_all = "".join(_secret(name, each, 8) for each in deployment.secrets if each.only is None)
    of_worker = "".join(_secret(name, each, 6) for each in deployment.secrets if each.only == "worker")
    return f"""{HEAD}# The image of {name}, the processes that it runs as, and their secrets.

services:
  migrate:
    extends: {{file: process.yml, service: process}}
    restart: "no"
    command: [migrate]
    image: &image parcourspro/{name}:${{PARCOURSPRO_VERSION:-latest}}
    build: &build
      args: {{SERVICE: {name}}}
    environment:
      <<: &secrets
        {own}_DATABASE_URL: "postgresql+asyncpg://{name}:\\
          ${{{own}_DATABASE_PASSWORD:?is not set}}@postgres/{name}"
{of_all}      {own}_MIGRATION_DATABASE_URL: "postgresql+asyncpg://{name}_owner:\\
        ${{{own}_DATABASE_OWNER_PASSWORD:?is not set}}@postgres/{name}"

  api:
    extends: {{file: process.yml, service: serving}}
    command: [api]
    image: *image
    build: *build
    environment: *secrets

  worker:
    extends: {{file: process.yml, service: serving}}
    command: [worker]
    image: *image
    build: *build
    environment:
      <<: *secrets
      {own}_AMQP_URL: "amqp://{name}:\\
        ${{{own}_BROKER_PASSWORD:?is not set}}@rabbitmq:5672/parcourspro"
{of_worker}"""


def _secret(name: str, secret: Secret, indent: int) -> str:
    absent = ":?is not set" if secret.is_required else ":-"
    variable = f"{PREFIX}{name}_{secret.setting}".upper()
    return f"{' ' * indent}{variable}: ${{{secret.variable}{absent}}}\n"


def _containers(services: Services) -> str:
    """What the gateway waits for, which is the end of its entry, and the containers of each service."""
    waits = "".join(f"      {name}-api: *healthy\n" for name in services)
    return waits + "".join(f"\n{_three(name, each)}" for name, each in services.items())


def _three(name: str, deployment: Deployment) -> str:
    networks = ", ".join(("database", "broker", *deployment.worker_networks))
    return f"""\
  # {name}: {deployment.summary}
  {name}-migrate:
    extends: {{file: {PARTS}/{name}.yml, service: migrate}}
    networks: [database]
    depends_on: {{postgres: *healthy}}
  {name}-api:
    extends: {{file: {PARTS}/{name}.yml, service: api}}
    networks: [front, database]
    depends_on: {{{name}-migrate: *done}}
  {name}-worker:
    extends: {{file: {PARTS}/{name}.yml, service: worker}}
    networks: [{networks}]
    depends_on: {{{name}-migrate: *done, rabbitmq: *healthy}}
"""


def _password(variable: str) -> str:
    return f"      {variable}: ${{{PREFIX}{variable}:?is not set}}\n"


def _databases(services: Services) -> str:
    roles = ("DATABASE_PASSWORD", "DATABASE_OWNER_PASSWORD")
    return "".join(_password(f"{name.upper()}_{role}") for name in services for role in roles)


def _users(services: Services) -> str:
    return "".join(_password(f"{name.upper()}_BROKER_PASSWORD") for name in services)


def _development(services: Services) -> str:
    def lines() -> Iterator[str]:
        for name in services:
            own = f"{PREFIX}{name.upper()}"
            yield f"{own}_DATABASE_OWNER_PASSWORD=development-{name}-owner\n"
            yield f"{own}_DATABASE_PASSWORD=development-{name}\n"
            yield f"{own}_BROKER_PASSWORD=development-{name}\n"

    return "".join(lines())


def _routes(services: Services) -> str:
    return f"\t@service path_regexp service ^/api/({'|'.join(services)})/v1/\n"


def _images(services: Services, version: str) -> str:
    names = [f"parcourspro/{name}" for name in (*services, "web")]
    return "".join(f"  - {{name: {name}, newName: registry.example/{name}, newTag: {version}}}\n" for name in names)


def _jobs(services: Services) -> str:
    asked = "dns_sd_configs: [{{names: [{0}], type: A, port: 8000, refresh_interval: 10s}}]"
    processes = [f"{name}-{role}" for name in services for role in ("api", "worker")]
    return "".join(f"  - job_name: {process}\n    {asked.format(process)}\n" for process in processes)
