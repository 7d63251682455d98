"""Breaks each import rule of pyproject.toml in a copy of the tree and checks that the linter reports it."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.tree import CODE, ROOT

ROOMS = "Rooms point inwards, and there is no other room"
HTTP = "Only the edges know HTTP"
SHARED = "Shared knows no service, no deployment, no measurement and no document"
SERVICES = "Services know no deployment, no measurement and no document"
FAULTS = [
    (SHARED, "shared/planted.py", "import services.enrollment.domain"),
    (SHARED, "shared/planted.py", "import docs.generate"),
    ("Services never import one another", "services/notifier/use_cases/planted.py", "import services.identity.domain"),
    (SERVICES, "services/notifier/use_cases/planted.py", "import deploy.embedded"),
    (SERVICES, "services/notifier/use_cases/planted.py", "import bench.load"),
    ("A deployment knows no measurement and no document", "deploy/embedded/planted.py", "import docs.generate"),
    (ROOMS, "services/enrollment/storage/planted.py", "import services.enrollment.use_cases"),
    (ROOMS, "services/catalogue/api/planted.py", "import services.catalogue.settings"),
    ("The domain is plain Python", "services/identity/domain/planted.py", "import pydantic"),
    ("The domain is plain Python", "services/enrollment/domain/planted.py", "import shared.contracts"),
    ("The domain is plain Python", "services/enrollment/domain/planted.py", "import shared.tables"),
    (HTTP, "services/identity/use_cases/planted.py", "import shared.http.etag"),
    (HTTP, "services/catalogue/storage/planted.py", "import fastapi"),
    (HTTP, "services/enrollment/consumers/planted.py", "import starlette"),
    (HTTP, "services/notifier/domain/planted.py", "import shared.http.problems"),
    ("Errors depend on nothing", "shared/errors.py", "import pydantic"),
    ("Errors depend on nothing", "shared/errors.py", "import shared.contracts.message"),
    ("Contracts depend on nothing of ours", "shared/contracts/planted.py", "import shared.telemetry"),
    ("Messaging knows nothing of HTTP", "shared/messaging/planted.py", "import shared.http.clock"),
]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of all code that the rules check."""
    copy = tmp_path_factory.mktemp("tree")
    for folder in (*CODE, "bench", "docs"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    return copy


def check(tree: Path) -> str:
    command = [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command; lint_imports_command()",
        "--no-cache",
    ]
    done = subprocess.run(command, cwd=tree, check=False, capture_output=True, text=True)  # noqa: S603 - our command
    return done.stdout


@pytest.mark.parametrize(("rule", "file", "fault"), FAULTS, ids=[f"{file}: {fault}" for _, file, fault in FAULTS])
def test_an_import_that_a_rule_forbids_is_found(tree: Path, rule: str, file: str, fault: str) -> None:
    path = tree / file
    before = path.read_text() if path.exists() else None
    path.write_text(f"{before or ''}\n{fault}\n")
    try:
        report = check(tree)
    finally:
        if before is None:
            path.unlink()
        else:
            path.write_text(before)
    assert f"{rule} BROKEN" in report


@pytest.fixture
def fifth(tree: Path) -> Iterator[Path]:
    """A new service with all the rooms; no rule contains its name."""
    service = tree / "services" / "fifth"
    for room in ("api", "consumers", "use_cases", "storage", "domain"):
        (service / room).mkdir(parents=True)
    for module in (
        "wiring.py",
        "settings.py",
        "__init__.py",
        *(f"{room.name}/__init__.py" for room in service.iterdir()),
    ):
        (service / module).touch()
    yield service
    shutil.rmtree(service)


def test_a_new_service_with_the_known_rooms_keeps_every_rule(tree: Path, fifth: Path) -> None:
    (fifth / "use_cases" / "act.py").write_text("import services.fifth.storage\n")
    assert " 0 broken." in check(tree)


@pytest.mark.parametrize(
    ("rule", "file", "fault"),
    [
        (ROOMS, "helpers/__init__.py", ""),
        (ROOMS, "storage/act.py", "import services.fifth.use_cases"),
        (HTTP, "use_cases/act.py", "import fastapi"),
        ("The domain is plain Python", "domain/act.py", "import sqlalchemy"),
        ("Services never import one another", "use_cases/act.py", "import services.identity.domain"),
    ],
)
def test_every_rule_holds_for_a_new_service(tree: Path, fifth: Path, rule: str, file: str, fault: str) -> None:
    (fifth / file).parent.mkdir(exist_ok=True)
    (fifth / file).write_text(fault)
    assert f"{rule} BROKEN" in check(tree)


def test_a_folder_that_is_not_a_known_room_is_found(tree: Path) -> None:
    room = tree / "services" / "notifier" / "helpers"
    room.mkdir()
    (room / "__init__.py").touch()
    try:
        report = check(tree)
    finally:
        shutil.rmtree(room)
    assert f"{ROOMS} BROKEN" in report


def test_the_tree_as_it_is_keeps_every_rule(tree: Path) -> None:
    assert " 0 broken." in check(tree)
