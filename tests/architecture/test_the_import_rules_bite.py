"""Each import rule of pyproject.toml, broken once in a copy of the tree: a rule that nothing can break is not one."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = ("services", "shared", "deploy")
FAULTS = [
    ("Shared knows no service and no deployment", "shared/database.py", "import services.enrollment.domain.queue"),
    ("Services never import one another", "services/notifier/use_cases/post.py", "import services.identity.domain"),
    ("Services know no deployment", "services/notifier/use_cases/post.py", "import deploy.embedded.gateway"),
    (
        "Rooms point inwards, and there is no other room",
        "services/enrollment/storage/carts.py",
        "import services.enrollment.use_cases.request",
    ),
    (
        "Rooms point inwards, and there is no other room",
        "services/catalogue/api/problems.py",
        "import services.catalogue.settings",
    ),
    ("The domain is plain Python", "services/identity/domain/attachments.py", "import pydantic"),
    ("The domain is plain Python", "services/enrollment/domain/queue.py", "import shared.contracts"),
    ("Contracts depend on nothing of ours", "shared/contracts/message.py", "import shared.telemetry"),
    ("Messaging knows nothing of HTTP", "shared/messaging/relay.py", "import shared.http.clock"),
]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of everything that the rules are about."""
    copy = tmp_path_factory.mktemp("tree")
    for folder in CODE:
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
    return subprocess.run(command, cwd=tree, check=False, capture_output=True, text=True).stdout  # noqa: S603 - our own command


@pytest.mark.parametrize(("rule", "file", "fault"), FAULTS, ids=[f"{file}: {fault}" for _, file, fault in FAULTS])
def test_an_import_that_a_rule_forbids_is_found(tree: Path, rule: str, file: str, fault: str) -> None:
    path = tree / file
    before = path.read_text()
    path.write_text(f"{before}\n{fault}\n")
    try:
        said = check(tree)
    finally:
        path.write_text(before)
    assert f"{rule} BROKEN" in said


def test_a_room_that_the_house_does_not_have_is_found(tree: Path) -> None:
    room = tree / "services" / "notifier" / "helpers"
    room.mkdir()
    (room / "__init__.py").touch()
    try:
        said = check(tree)
    finally:
        shutil.rmtree(room)
    assert "Rooms point inwards, and there is no other room BROKEN" in said


def test_the_tree_as_it_is_keeps_every_rule(tree: Path) -> None:
    assert " 0 broken." in check(tree)
