"""An api or a worker does not import packages that it never uses, because imports delay its start."""

import subprocess
import sys
from pathlib import Path

import services

ROOT = Path(__file__).parents[2]


def test_only_migrate_imports_alembic_and_only_with_an_endpoint_is_the_sdk_of_traces_imported() -> None:
    modules = ", ".join(
        ["sys", "shared.process", "web.wiring", *(f"services.{name}.wiring" for name in services.names())]
    )
    never = "{'alembic', 'mako', 'opentelemetry.sdk', 'opentelemetry.exporter', 'google.protobuf', 'requests'}"
    program = f"import {modules}; print(sorted(({never} | {{'fastapi'}}) & sys.modules.keys()))"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603 - our command
    assert done.stdout == "['fastapi']\n"
