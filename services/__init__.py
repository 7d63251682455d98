"""The services: each folder here with a `wiring.py` is one. This is the only list of them."""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # not when it runs: whoever imports a part of a service imports this file first
    from shared.process import ServiceDefinition


def names() -> list[str]:
    """The names of all services, sorted."""
    return sorted(path.parent.name for path in Path(__file__).parent.glob("*/wiring.py"))


def definitions() -> dict[str, "ServiceDefinition[Any]"]:
    """All services by name. Imports each of them."""
    return {name: import_module(f"services.{name}.wiring").SERVICE for name in names()}
