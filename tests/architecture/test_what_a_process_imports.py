"""An api or a worker does not import packages that it never uses, because imports delay its start."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SERVICES = sorted(path.parent.name for path in (ROOT / "services").glob("*/wiring.py"))


def test_only_the_command_migrate_imports_alembic() -> None:
    modules = ", ".join(["sys", "shared.process", *(f"services.{service}.wiring" for service in SERVICES)])
    program = f"import {modules}; print(sorted({{'alembic', 'mako', 'fastapi'}} & sys.modules.keys()))"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603 - our command
    assert done.stdout == "['fastapi']\n"
