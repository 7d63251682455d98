"""SQL is built with SQLAlchemy's constructs inside storage: not from strings, and rows stay inside storage."""

import ast
import re
from collections.abc import Callable, Iterator

import pytest

from tests.architecture.tree import Files, tree

MOST_TEXTS = 15
SQL_CALLS = {"text", "exec_driver_sql", "DDL"}
SQL_METHODS = {"execute", "executemany", "fetch", "fetchrow", "fetchval", "scalar", "scalars", "stream"}
"""Methods of connections, of SQLAlchemy and of asyncpg, whose first argument is a statement."""
RESULTS = {"Row", "RowMapping", "Result", "CursorResult", "MappingResult", "ScalarResult", "AsyncResult"}


def rows_outside_storage(files: Files) -> list[str]:
    """SQLAlchemy's rows and results, and compiled statements, are imported where statements are executed only."""
    return [
        name
        for name, source in files
        if not name.startswith("shared/")
        and not re.match(r"services/\w+/storage/", name)
        and any(_gives_rows(node) for node in ast.walk(ast.parse(source)))
    ]


def _gives_rows(node: ast.AST) -> bool:
    if isinstance(node, ast.Import):
        return "shared.compiled" in {alias.name for alias in node.names}
    if not isinstance(node, ast.ImportFrom):
        return False
    module, names = node.module or "", {alias.name for alias in node.names}
    if module.startswith("sqlalchemy"):
        return bool(names & RESULTS)
    return module == "shared.compiled" or (module == "shared" and "compiled" in names)


def sql_from_pieces(files: Files) -> list[str]:
    """No statement is made with an f-string, a concatenation or `.format`, and no `noqa: S608` allows one."""
    return [name for name, source in files if "S608" in source or any(_composed(ast.parse(source)))]


def _composed(module: ast.Module) -> Iterator[bool]:
    values = {
        target.id: node.value
        for node in ast.walk(module)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for call in _calls_with_sql(module):
        statement = call.args[0] if call.args else call
        if isinstance(statement, ast.Name):
            statement = values.get(statement.id, statement)
        yield _is_composed(statement)


def _calls_with_sql(module: ast.Module) -> Iterator[ast.Call]:
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            if (method or getattr(node.func, "id", "")) in SQL_CALLS or method in SQL_METHODS:
                yield node


def _is_composed(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Attribute) and node.func.attr in {"format", "join", "replace"}
    return isinstance(node, ast.JoinedStr | ast.BinOp)


def unexplained_texts(files: Files) -> list[str]:
    """Each `text(...)` has a comment, on its line or the line above, with the reason why it is not a construct."""
    return [
        f"{name}:{line}"
        for name, source in files
        for line in _texts(source)
        if not _has_comment(source.splitlines(), line)
    ]


def _texts(source: str) -> list[int]:
    """The line on which each statement with a call of sqlalchemy's `text` starts."""
    module = ast.parse(source)
    imported = any(
        isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith("sqlalchemy")
        and "text" in {alias.name for alias in node.names}
        for node in ast.walk(module)
    )
    if not imported:
        return []
    return [
        node.lineno
        for node in ast.walk(module)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "text"
    ]


def _has_comment(lines: list[str], line: int) -> bool:
    above = lines[line - 2].strip() if line > 1 else ""
    return "  # " in lines[line - 1] or above.startswith("# ")


def too_many_texts(files: Files) -> list[str]:
    """The whole tree has fewer than MOST_TEXTS statements as text."""
    places = [name for name, source in files for _ in _texts(source)]
    return places if len(places) >= MOST_TEXTS else []


RULES = [rows_outside_storage, sql_from_pieces, unexplained_texts, too_many_texts]


@pytest.mark.parametrize("rule", RULES)
def test_the_tree_keeps_the_rule(rule: Callable[[Files], list[str]]) -> None:
    assert rule(tree()) == []


IMPORT = "from sqlalchemy import text\n"
BROKEN = [
    (rows_outside_storage, "services/x/use_cases/y.py", "from sqlalchemy import Row\n"),
    (rows_outside_storage, "services/x/api/y.py", "from sqlalchemy.engine import Result, Row\n"),
    (rows_outside_storage, "deploy/embedded/y.py", "from sqlalchemy import Row\n"),
    (rows_outside_storage, "services/x/use_cases/y.py", "from sqlalchemy import RowMapping\n"),
    (rows_outside_storage, "services/x/use_cases/y.py", "from sqlalchemy.engine import Result\n"),
    (rows_outside_storage, "services/x/consumers/y.py", "from sqlalchemy import CursorResult\n"),
    (rows_outside_storage, "services/x/use_cases/y.py", "from shared.compiled import compiled\n"),
    (rows_outside_storage, "services/x/api/y.py", "from shared import compiled\n"),
    (rows_outside_storage, "deploy/embedded/y.py", "import shared.compiled\n"),
    (sql_from_pieces, "services/x/storage/y.py", IMPORT + 'A = text(f"SELECT {b}")\n'),
    (sql_from_pieces, "services/x/storage/y.py", IMPORT + 'A = text("SELECT " + b)\n'),
    (sql_from_pieces, "services/x/storage/y.py", IMPORT + 'A = text("SELECT %s" % b)\n'),
    (sql_from_pieces, "services/x/storage/y.py", IMPORT + 'A = text("SELECT {}".format(b))\n'),
    (sql_from_pieces, "services/x/storage/y.py", IMPORT + 'A = f"SELECT {b}"\nB = text(A)\n'),
    (sql_from_pieces, "shared/y.py", 'def f(c):\n    c.exec_driver_sql(f"DROP TABLE {b}")\n'),
    (sql_from_pieces, "deploy/y.py", 'async def f(c):\n    await c.execute(f"CREATE ROLE {b}")\n'),
    (sql_from_pieces, "deploy/y.py", 'async def f(c):\n    await c.execute("CREATE ROLE " + b)\n'),
    (sql_from_pieces, "deploy/y.py", 'async def f(c):\n    s = f"CREATE ROLE {b}"\n    await c.execute(s)\n'),
    (sql_from_pieces, "deploy/y.py", 'async def f(c):\n    return await c.fetch(f"SELECT {b}")\n'),
    (sql_from_pieces, "deploy/y.py", 'async def f(c):\n    return await c.fetchrow(f"SELECT {b}")\n'),
    (sql_from_pieces, "deploy/y.py", 'async def f(c):\n    return await c.fetchval(f"SELECT {b}")\n'),
    (sql_from_pieces, "deploy/y.py", 'async def f(c):\n    return await c.scalar(f"SELECT {b}")\n'),
    (sql_from_pieces, "services/x/storage/y.py", 'A = f"SELECT {b}"  # noqa: S608 - of constants\n'),
    (unexplained_texts, "services/x/storage/y.py", IMPORT + '\nA = text("SELECT 1")\n'),
]


@pytest.mark.parametrize(("rule", "name", "source"), BROKEN)
def test_a_file_that_breaks_the_rule_is_found(rule: Callable[[Files], list[str]], name: str, source: str) -> None:
    assert [place.split(":")[0] for place in rule([(name, source)])] == [name]


def test_too_many_texts_are_found() -> None:
    few, many = (IMPORT + 'text("SELECT 1")\n' * number for number in (MOST_TEXTS - 1, MOST_TEXTS))
    assert too_many_texts([("shared/y.py", few)]) == []
    assert len(too_many_texts([("shared/y.py", many)])) == MOST_TEXTS


@pytest.mark.parametrize(
    ("rule", "name", "source"),
    [
        (rows_outside_storage, "services/x/storage/deep/y.py", "from sqlalchemy import Row\n"),
        (rows_outside_storage, "shared/messaging/relay.py", "from sqlalchemy import Row\n"),
        (rows_outside_storage, "services/x/storage/y.py", "from shared.compiled import compiled\n"),
        (sql_from_pieces, "deploy/y.py", 'async def f(c):\n    await c.execute("SELECT $1", f"{b}_owner")\n'),
        (sql_from_pieces, "services/x/storage/y.py", IMPORT + 'A = text("SELECT 1")\nB = f"{A}"\n'),
        (
            unexplained_texts,
            "services/x/storage/y.py",
            IMPORT + 'A = text("SELECT 1")  # a window over a lateral join\n',
        ),
        (unexplained_texts, "services/x/storage/y.py", IMPORT + '# plainer as text\nA = text("""\n    SELECT 1""")\n'),
        (unexplained_texts, "services/x/api/y.py", 'def text(a): ...\ntext("no SQL")\n'),
    ],
)
def test_a_file_that_keeps_the_rule_is_not_found(rule: Callable[[Files], list[str]], name: str, source: str) -> None:
    assert rule([(name, source)]) == []
