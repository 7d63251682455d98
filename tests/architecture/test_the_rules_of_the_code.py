"""Rules that no linter checks: which modules may commit, publish, acknowledge or read settings; the length of files."""

import ast
from collections.abc import Callable
from functools import cache

import pytest

from tests.architecture.tree import ALL_FOLDERS, CODE, Files, tree

LONGEST = 300
ONLY_IN = {
    "commit": {"shared/database.py"},
    "publish": {
        "shared/messaging/relay.py",
        "shared/messaging/rabbitmq.py",
        "shared/messaging/catch_up.py",
        "shared/messaging/event_log.py",
        "shared/messaging/rebuild.py",
    },
    "acknowledge": {"shared/messaging/inbox.py"},
    "basic_ack": {"shared/messaging/rabbit_subscription.py", "shared/messaging/dead.py"},
}


@cache
def calls(text: str) -> frozenset[str]:
    """The names of all methods that a file calls."""
    nodes = ast.walk(ast.parse(text))
    return frozenset(
        node.func.attr for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    )


def offenders(method: str, files: Files) -> list[str]:
    return [name for name, text in files if name not in ONLY_IN[method] and method in calls(text)]


@pytest.mark.parametrize("method", sorted(ONLY_IN))
def test_only_the_mechanism_itself_may_commit_publish_or_acknowledge(method: str) -> None:
    assert offenders(method, tree()) == []


@pytest.mark.parametrize("method", sorted(ONLY_IN))
def test_a_call_that_breaks_the_rule_is_found(method: str) -> None:
    assert offenders(method, [("services/x/use_cases/y.py", f"async def f(c):\n    await c.{method}()\n")]) == [
        "services/x/use_cases/y.py"
    ]


@pytest.mark.parametrize("method", sorted(ONLY_IN))
def test_the_allowed_modules_really_make_the_call(method: str) -> None:
    callers = {name for name, text in tree() if method in calls(text)}
    assert callers == ONLY_IN[method]


def too_long(files: Files) -> list[str]:
    return [name for name, text in files if text.count("\n") > LONGEST]


def catching(files: Files) -> list[str]:
    handlers = [(name, text) for name, text in files if "/consumers/" in name]
    return [
        name
        for name, text in handlers
        if any(isinstance(node, ast.Try | ast.TryStar) for node in ast.walk(ast.parse(text)))
    ]


def reading_settings(files: Files) -> list[str]:
    others = [
        (name, text)
        for name, text in files
        if name.startswith("services/") and not name.endswith(("/wiring.py", "/settings.py"))
    ]
    return [name for name, text in others if any(_is_of_settings(node) for node in ast.walk(ast.parse(text)))]


def _is_of_settings(node: ast.AST) -> bool:
    return isinstance(node, ast.ImportFrom) and (node.module or "").endswith(".settings")


@pytest.mark.parametrize(("rule", "folders"), [(too_long, ALL_FOLDERS), (catching, CODE), (reading_settings, CODE)])
def test_the_tree_keeps_the_rule(rule: Callable[[Files], list[str]], folders: tuple[str, ...]) -> None:
    assert rule(tree(folders)) == []


@pytest.mark.parametrize(
    ("rule", "name", "text"),
    [
        (too_long, "services/x/use_cases/y.py", "\n" * (LONGEST + 1)),
        (too_long, "tests/unit/x/test_y.py", "\n" * (LONGEST + 1)),
        (
            catching,
            "services/x/consumers/y.py",
            "async def f():\n    try:\n        pass\n    except ValueError:\n        pass\n",
        ),
        (reading_settings, "services/x/api/y.py", "from services.x.settings import Settings\n"),
    ],
)
def test_a_file_that_breaks_the_rule_is_found(rule: Callable[[Files], list[str]], name: str, text: str) -> None:
    assert rule([(name, text)]) == [name]
