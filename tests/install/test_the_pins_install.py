"""requirements/install.sh installs exactly the pinned versions, even with the oldest pip or if newer releases exist."""

import subprocess
from pathlib import Path

import pytest

from tests.install.wheels import Environment, make_wheel

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "requirements" / "install.sh"
PINNED = {"plugin": "1.0", "measure": "1.0"}


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    folder = tmp_path / "wheels"
    folder.mkdir()
    return folder


@pytest.fixture
def pins(tmp_path: Path, wheels: Path) -> Path:
    """Pins of a plugin that requires measure[toml], as pytest-cov requires coverage[toml]; a newer measure exists."""
    path = tmp_path / "pins.txt"
    plugin = make_wheel(wheels, "plugin", "1.0", "Requires-Dist: measure[toml]>=1")
    measure, _newer = (make_wheel(wheels, "measure", version, "Provides-Extra: toml") for version in ("1.0", "2.0"))
    path.write_text(measure + plugin)
    return path


@pytest.fixture
def environment(tmp_path: Path, wheels: Path) -> Environment:
    return Environment(tmp_path / "environment", wheels)


def script_beside_no_uv(tmp_path: Path, text: str | None = None) -> Path:
    """A copy of the script with an empty requirements file for uv, so that only the environment's own uv is used."""
    copy = tmp_path / "install.sh"
    copy.write_text(text or SCRIPT.read_text())
    copy.with_name("uv.txt").touch()
    return copy


def test_the_oldest_pip_installs_the_pinned_version_although_a_newer_one_exists(
    environment: Environment, pins: Path
) -> None:
    done = environment.install(SCRIPT, pins)
    assert done.returncode == 0, done.stderr
    assert "pip installs it" in done.stderr
    assert environment.versions() == PINNED


def test_uv_installs_the_same_versions(environment: Environment, pins: Path, tmp_path: Path) -> None:
    environment.bring_uv()
    done = environment.install(script_beside_no_uv(tmp_path), pins)
    assert done.returncode == 0, done.stderr
    assert "pip installs it" not in done.stderr
    assert environment.versions() == PINNED


def test_the_oldest_pip_would_fail_if_it_resolved(environment: Environment, pins: Path, tmp_path: Path) -> None:
    resolving = script_beside_no_uv(tmp_path, SCRIPT.read_text().replace(" --no-deps", ""))
    done = environment.install(resolving, pins)
    assert done.returncode != 0
    assert "measure[toml]" in done.stderr
    assert environment.versions() == {}


def test_a_missing_pin_is_an_error(environment: Environment, pins: Path) -> None:
    pins.write_text(pins.read_text().partition("\n")[2])
    done = environment.install(SCRIPT, pins)
    assert done.returncode != 0
    assert "plugin 1.0 requires measure, which is not installed" in done.stdout


@pytest.mark.parametrize("with_uv", [False, True])
def test_a_package_with_another_hash_than_the_pinned_one_is_refused(
    environment: Environment, pins: Path, wheels: Path, tmp_path: Path, *, with_uv: bool
) -> None:
    if with_uv:
        environment.bring_uv()
    make_wheel(wheels, "measure", "1.0", "Summary: something else")
    done = environment.install(script_beside_no_uv(tmp_path), pins)
    assert done.returncode != 0
    assert environment.versions() == {}


def test_make_installs_with_the_script() -> None:
    command = ["/usr/bin/make", "--dry-run", "--always-make", ".venv/installed"]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603 - our command
    assert "sh requirements/install.sh .venv/bin/python requirements/development.txt" in done.stdout
    assert "pip install" not in done.stdout


def test_an_image_installs_its_service_with_the_script() -> None:
    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text()
    assert "sh /requirements/install.sh /venv/bin/python /requirements/${SERVICE}.txt" in dockerfile
    assert "pip install" not in dockerfile
