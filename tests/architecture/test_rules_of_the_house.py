"""Rules that no linter has: who may commit, publish, acknowledge, read settings; how long a file may be."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST = 300
ONLY_IN = {
    "commit": {"shared/database.py"},
    "publish": {"shared/messaging/relay.py", "shared/messaging/rabbitmq.py"},
    "ack": {"shared/messaging/rabbitmq.py"},
}


def sources() -> list[Path]:
    return sorted(path for folder in ("services", "shared", "deploy") for path in (ROOT / folder).rglob("*.py"))


def calls(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func.attr


def offenders(method: str, files: list[tuple[str, str]]) -> list[str]:
    return [name for name, text in files if name not in ONLY_IN[method] and method in calls(ast.parse(text))]


def tree() -> list[tuple[str, str]]:
    return [(path.relative_to(ROOT).as_posix(), path.read_text()) for path in sources()]


@pytest.mark.parametrize("method", sorted(ONLY_IN))
def test_only_the_mechanism_itself_may_commit_publish_or_acknowledge(method: str) -> None:
    assert offenders(method, tree()) == []


@pytest.mark.parametrize("method", sorted(ONLY_IN))
def test_the_rule_bites(method: str) -> None:
    assert offenders(method, [("services/x/use_cases/y.py", f"async def f(c):\n    await c.{method}()\n")]) == ["services/x/use_cases/y.py"]


@pytest.mark.parametrize("method", sorted(ONLY_IN))
def test_the_mechanism_is_where_the_rule_says(method: str) -> None:
    found = {name for name, text in tree() if method in calls(ast.parse(text))}
    assert found == ONLY_IN[method]


def test_no_file_is_too_long_to_be_one_thing() -> None:
    assert {name: text.count("\n") for name, text in tree() if text.count("\n") > LONGEST} == {}


def test_handlers_do_not_catch() -> None:
    catching = [
        name for name, text in tree() if "/consumers/" in name and any(isinstance(node, ast.Try) for node in ast.walk(ast.parse(text)))
    ]
    assert catching == []


def test_settings_are_read_by_the_wiring_alone() -> None:
    readers = [
        name
        for name, text in tree()
        if name.startswith("services/")
        and not name.endswith(("/wiring.py", "/settings.py"))
        and any(isinstance(node, ast.ImportFrom) and (node.module or "").endswith(".settings") for node in ast.walk(ast.parse(text)))
    ]
    assert readers == []
