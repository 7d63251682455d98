"""What the compose file says of a process, in the words of Kubernetes."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import yaml  # type: ignore[import-untyped]  # it has no types

Object = dict[str, Any]

VARIABLE: Final = re.compile(r"\$\{(\w+):([?-])(.*?)\}")
SECRET: Final = re.compile(r"_(PASSWORD|PASSPHRASE|KEYS)$")
SETTINGS: Final = "parcourspro"
"""The ConfigMap with the variables that are not secret."""
NAMESPACE: Final = "parcourspro"


def read(path: Path) -> Mapping[str, Object]:
    """The containers by name."""
    services: dict[str, Object] = yaml.safe_load(path.read_text())["services"]
    return services


def secret_of(variable: str) -> str:
    """The Secret of a variable; its key is always `password`."""
    name = variable.removeprefix("PARCOURSPRO_").removesuffix("_PASSWORD")
    return name.lower().replace("_", "-")


def environment(container: Object) -> list[Object]:
    """The same variables as in the compose file; secrets and settings by reference only."""
    found: list[Object] = []
    for name, text in container.get("environment", {}).items():
        value = _with_hosts(str(text))
        variables = list(VARIABLE.finditer(value))
        if not variables:
            found.append({"name": name, "value": value})
        elif variables[0][0] == value:
            found.append({"name": name, "valueFrom": _reference(variables[0])})
        else:  # a password amid an address: a variable of its own, which Kubernetes puts into the address
            [variable] = variables
            own = variable[1].removeprefix("PARCOURSPRO_")
            found.append({"name": own, "valueFrom": _reference(variable)})
            found.append({"name": name, "value": value.replace(variable[0], f"$({own})")})
    return found


def _reference(variable: re.Match[str]) -> Object:
    name, kind, default = variable.groups()
    if not SECRET.search(name):
        return {"configMapKeyRef": {"name": SETTINGS, "key": name}}
    optional = {"optional": True} if (kind, default) == ("-", "") else {}
    return {"secretKeyRef": {"name": secret_of(name), "key": "password", **optional}}


def _with_hosts(value: str) -> str:
    """The hosts of the cluster: a database for each service."""
    return re.sub(r"@postgres/(\w+)", r"@\1-database-rw/\1", value)


def defaults(containers: Mapping[str, Object]) -> str:
    """The lines of the settings that have a default."""
    return "".join(f"{name}={default}\n" for name, default in sorted(set(_defaults(containers))))


def _defaults(containers: Mapping[str, Object]) -> Iterator[tuple[str, str]]:
    for container in containers.values():
        if "profiles" in container:
            continue
        for value in container.get("environment", {}).values():
            for name, kind, default in VARIABLE.findall(str(value)):
                if kind == "-" and not SECRET.search(name):
                    yield name, default


def networks(container: Object) -> dict[str, str]:
    """The labels that put a pod into the networks of its container."""
    return {f"parcourspro.network/{name}": "member" for name in container["networks"]}
