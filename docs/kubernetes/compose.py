"""What the compose file says of a process, in the words of Kubernetes."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
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
    """The containers by name, each with all that it extends, as Compose joins them."""
    parse = cache(_containers)  # for this reading only: the files may change afterwards
    return {name: _extended(path, name, parse) for name in parse(path)}


def _containers(path: Path) -> Mapping[str, Object]:
    containers: Mapping[str, Object] = yaml.safe_load(path.read_text())["services"]
    return containers


def _extended(path: Path, name: str, parse: Callable[[Path], Mapping[str, Object]]) -> Object:
    container = dict(parse(path)[name])
    below = container.pop("extends", None)
    if below is None:
        return container
    file = path.parent / below["file"] if "file" in below else path
    return _joined(_extended(file, below["service"], parse), container)


def _joined(below: Object, above: Object) -> Object:
    """Mappings are joined, of volumes there is each, and of all else what is above counts."""
    joined = {**below, **above}
    for name in below.keys() & above.keys():
        if isinstance(below[name], dict):
            joined[name] = _joined(below[name], above[name])
        elif name == "volumes":
            joined[name] = [*below[name], *above[name]]
    return joined


def secret_of(variable: str) -> str:
    """The Secret of a variable; its key is always `password`."""
    name = variable.removeprefix("PARCOURSPRO_").removesuffix("_PASSWORD")
    return name.lower().replace("_", "-")


def environment(container: Object) -> list[Object]:
    """What the ConfigMap does not have: fixed values, and secrets by reference only."""
    found: list[Object] = []
    for name, text in container.get("environment", {}).items():
        if is_setting(name, text):
            continue
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


def is_setting(name: str, value: object) -> bool:
    """Whether the operator sets a variable, and it is no secret: the ConfigMap has it under the same name."""
    if value is None:
        return True
    given = VARIABLE.fullmatch(str(value))
    return given is not None and given[1] == name and not SECRET.search(name)


def _reference(variable: re.Match[str]) -> Object:
    name, kind, default = variable.groups()
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


def seconds(duration: str) -> int:
    """A duration of the compose file: `30s`, `3m`."""
    return int(duration[:-1]) * {"s": 1, "m": 60}[duration[-1]]


def networks(container: Object) -> dict[str, str]:
    """The labels that put a pod into the networks of its container."""
    return {f"parcourspro.network/{name}": "member" for name in container["networks"]}
