"""A service's requirements are exactly what the service imports and what those packages require in turn."""

from importlib.metadata import requires, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import services
from tests.architecture.imports import ROOT, distributions, reachable

FOLDER = ROOT / "requirements"
SERVICES = services.names()
IMAGES = [*SERVICES, "web"]
"""What has requirements of its own: the services and the pages."""
ONLY_FOR_SOME = {"web": {"python-multipart", "sniffio"}}  # starlette and httpcore use them if they are installed
NEVER_IMPORTED = {
    "httptools",  # uvicorn uses it if it is installed
    "tzdata",  # zoneinfo reads it, because the images have no time zone data
}


def lines(path: Path) -> list[str]:
    """The lines of a requirements file, without comments, hashes and line continuations."""
    bare = (line.partition("#")[0].strip(" \\\n") for line in path.read_text().splitlines())
    return [line for line in bare if line and not line.startswith("--hash")]


def named(path: Path) -> list[Requirement]:
    """The requirements in an .in file and in the .in files that it includes."""
    found: list[Requirement] = []
    for line in lines(path):
        included = line.removeprefix("-r ")
        found += [Requirement(line)] if included == line else named(path.with_name(included))
    return found


def pinned(path: Path) -> dict[str, str]:
    return {
        canonicalize_name(requirement.name): str(requirement.specifier) for requirement in map(Requirement, lines(path))
    }


def all_required(wanted: list[Requirement]) -> set[str]:
    """The packages that these requirements install on this machine, directly and indirectly."""
    found: set[str] = set()
    done: set[tuple[str, str]] = set()
    waiting = [(requirement.name, extra) for requirement in wanted for extra in ("", *requirement.extras)]
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) in done:
            continue
        done.add((name, extra))
        found.add(canonicalize_name(name))
        for inner in map(Requirement, requires(name) or []):
            if inner.marker is None or inner.marker.evaluate({"extra": extra}):
                waiting += [(inner.name, more) for more in ("", *inner.extras)]
    return found


def imports_of(service: str) -> set[str]:
    folder = ROOT / service if service == "web" else ROOT / "services" / service
    return distributions(reachable(sorted(folder.rglob("*.py"))))


@pytest.mark.parametrize("service", IMAGES)
def test_a_service_requires_exactly_the_packages_that_it_imports(service: str) -> None:
    names = {canonicalize_name(requirement.name) for requirement in named(FOLDER / f"{service}.in")}
    never = NEVER_IMPORTED | ONLY_FOR_SOME.get(service, set())
    assert names - never == imports_of(service)
    assert names >= never


@pytest.mark.parametrize("service", IMAGES)
def test_exactly_the_packages_that_a_service_needs_are_pinned(service: str) -> None:
    pins = pinned(FOLDER / f"{service}.txt")
    elsewhere = {line for line in lines(FOLDER / f"{service}.txt") if ";" in line}
    required = all_required(named(FOLDER / f"{service}.in"))
    assert required <= pins.keys()
    assert pins.keys() - required <= pinned_names(elsewhere)


def pinned_names(some: set[str]) -> set[str]:
    return {canonicalize_name(Requirement(line).name) for line in some}


@pytest.mark.parametrize("name", [*IMAGES, "uv"])
def test_a_service_runs_with_the_versions_of_the_tests(name: str) -> None:
    assert pinned(FOLDER / f"{name}.txt").items() <= pinned(FOLDER / "development.txt").items()


def test_the_tests_run_on_the_pinned_versions() -> None:
    here = {line for line in lines(FOLDER / "development.txt") if ";" not in line}
    assert {line for line in here if f"=={version(Requirement(line).name)}" not in line} == set()


def test_all_packages_that_the_tree_imports_are_pinned_for_development() -> None:
    files = {path for folder in ("deploy", "tests", "bench", "docs") for path in (ROOT / folder).rglob("*.py")}
    assert distributions(files) <= pinned(FOLDER / "development.txt").keys()


def test_no_requirements_file_contains_a_package_index() -> None:
    files = [path for path in FOLDER.iterdir() if path.suffix in {".in", ".txt"}]
    assert [path.name for path in files if "://" in path.read_text()] == []


def test_only_the_service_that_imports_a_package_requires_it() -> None:
    owners = {
        "argon2-cffi": ["identity"],
        "icalendar": ["notifier"],
        "jinja2": ["notifier", "web"],
        "aiosmtplib": ["notifier"],
        "babel": ["web"],
        "python-multipart": ["web"],
    }
    files = {service: pinned(FOLDER / f"{service}.txt") for service in IMAGES}
    assert {name: [service for service in IMAGES if name in files[service]] for name in owners} == owners


def test_an_import_inside_a_function_or_by_name_is_found(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    start, other = tmp_path / "start.py", tmp_path / "shared" / "other.py"
    start.write_text("def f() -> None:\n    from shared import other\n")
    other.write_text("import argon2.exceptions\nfiles('jinja2.runtime')\n")
    assert distributions(reachable([start], tmp_path)) == {"argon2-cffi", "jinja2"}
