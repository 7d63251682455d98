"""A migration takes nothing away that the release before it needs: old and new processes run side by side.

A migration that drops, renames or retypes a table or column, or makes a column required, has a comment for each that
names a published release since which nothing needs what it takes away: `-- not needed since 0.2.0: trainings.searched`.
docs/upgrading.md describes the rule.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BEFORE_THE_RULE: Mapping[str, str] = {
    "catalogue": "0007",
    "enrollment": "0018",
    "identity": "0009",
    "notifier": "0007",
}
"""The last migration of each service; raise it until the first release. A service that is not here has the rule."""
MARKER = re.compile(r"-- not needed since ([\d.]+): ([\w., ]+)")
RELEASES = set(re.findall(r"(?m)^## \[([\d.]+)\] - \d{4}-\d\d-\d\d$", (ROOT / "CHANGELOG.md").read_text()))
REQUIRED = r"(?!.*\b(?:DEFAULT|GENERATED)\b).*\bNOT NULL\b"
NAME = r"(?:IF (?:NOT )?EXISTS )?(?:ONLY )?\"?(\w+)\"?"
UNSAFE_CALLS = {"alter_column", "drop_column", "drop_table", "rename_table"}


def sql_of(source: str) -> str:
    """All statements of a migration: its strings, without its docstrings."""
    tree = ast.parse(source)
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return ";\n".join(texts[1:] if ast.get_docstring(tree) else texts)


def taken_away(sql: str) -> Iterator[str]:
    """The tables and columns that a process of the release before would miss, or would not fill."""
    bare = re.sub(r"--.*|'(?:[^']|'')*'", " ", sql)
    created = {match.lower() for match in re.findall(rf"(?i)\bCREATE TABLE {NAME}", bare)}
    for statement in bare.split(";"):
        words = " ".join(statement.split())
        if match := re.match(r"(?i)DROP TABLE (?:IF EXISTS )?(.+?)(?: CASCADE)?$", words):
            yield from (name.strip() for name in match[1].split(","))
        if match := re.match(rf"(?i)ALTER TABLE {NAME} (.+)$", words):
            table, actions = match.groups()
            if table.lower() not in created:
                given = {column.lower() for column in re.findall(r"(?i)(\w+) SET DEFAULT\b", actions)}
                for action in re.split(r",(?![^(]*\))", actions):
                    yield from (name for name in _of_action(table, action.strip()) if name.split(".")[-1] not in given)


def _of_action(table: str, action: str) -> Iterator[str]:
    if re.match(r"(?i)RENAME TO ", action):
        yield table
    elif match := (
        re.match(rf"(?i)ADD (?:COLUMN )?(?!CONSTRAINT\b){NAME} {REQUIRED}", action)
        or re.match(rf"(?i)DROP (?:COLUMN )?(?!CONSTRAINT\b){NAME}", action)
        or re.match(rf"(?i)RENAME (?:COLUMN )?(?!CONSTRAINT\b){NAME} TO ", action)
        or re.match(rf"(?i)ALTER (?:COLUMN )?{NAME} (?:SET NOT NULL|DROP DEFAULT|(?:SET DATA )?TYPE )", action)
    ):
        yield f"{table}.{match[1]}"


def faults(source: str, releases: set[str]) -> list[str]:
    """What a migration takes away without saying since which release nothing needs it."""
    sql = sql_of(source)
    said = {name.strip() for release, names in MARKER.findall(sql) if release in releases for name in names.split(",")}
    calls = {node.attr for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute)} & UNSAFE_CALLS
    return [*(name for name in taken_away(sql) if name not in said), *(f"op.{name}: use run_sql" for name in calls)]


def migrations(service: str) -> Iterator[Path]:
    return (ROOT / "services" / service / "storage/migrations/versions").glob("[0-9]*.py")


def test_no_migration_takes_away_what_the_release_before_needs() -> None:
    for folder in (ROOT / "services").glob("*/storage/migrations/versions"):
        service = folder.parents[2].name
        last = BEFORE_THE_RULE.get(service, "0001")
        ruled = [path for path in migrations(service) if path.name[:4] > last]
        assert {path.name: faults(path.read_text(), RELEASES) for path in ruled} == {path.name: [] for path in ruled}


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("ALTER TABLE trainings ADD COLUMN town text", []),
        ("ALTER TABLE trainings ADD COLUMN town text NOT NULL DEFAULT ''", []),
        ("ALTER TABLE trainings ADD COLUMN t text NOT NULL GENERATED ALWAYS AS (plain(a, b)) STORED", []),
        ("CREATE TABLE notes (id uuid); ALTER TABLE notes ADD COLUMN text text NOT NULL", []),
        ("ALTER TABLE a DROP CONSTRAINT b, RENAME CONSTRAINT c TO d; DROP INDEX e", []),
        ("UPDATE a SET note = 'x; ALTER TABLE a DROP COLUMN b' -- DROP TABLE c", []),
        ("ALTER TABLE a ALTER COLUMN b SET DEFAULT now(), ALTER COLUMN b SET NOT NULL", []),
        ("ALTER TABLE a ADD COLUMN b text NOT NULL", ["a.b"]),
        ("ALTER TABLE a ADD COLUMN b text NOT NULL DEFAULT ''; ALTER TABLE a ALTER b DROP DEFAULT", ["a.b"]),
        ("alter table a add b numeric(4, 2) not null, add c int", ["a.b"]),
        ("ALTER TABLE IF EXISTS a\n  ADD COLUMN x int,\n  DROP COLUMN IF EXISTS b", ["a.b"]),
        ("ALTER TABLE a DROP b", ["a.b"]),
        ("ALTER TABLE a RENAME COLUMN b TO c; ALTER TABLE a RENAME d TO e", ["a.b", "a.d"]),
        ("ALTER TABLE a RENAME TO b", ["a"]),
        ("ALTER TABLE a ALTER COLUMN b SET NOT NULL, ALTER c TYPE bigint", ["a.b", "a.c"]),
        ("DROP TABLE a, b CASCADE", ["a", "b"]),
    ],
)
def test_what_is_taken_away_is_found(sql: str, found: list[str]) -> None:
    assert list(taken_away(sql)) == found


def test_only_a_published_release_counts() -> None:
    source = (
        'A = """\n-- not needed since 0.2.0: a.b, a.c\nALTER TABLE a DROP COLUMN b, DROP COLUMN c, DROP COLUMN d;\n"""'
    )
    assert faults(source, {"0.1.0", "0.2.0"}) == ["a.d"]
    assert faults(source, {"0.1.0"}) == ["a.b", "a.c", "a.d"]
    assert faults("op.drop_column('a', 'b')", {"0.2.0"}) == ["op.drop_column: use run_sql"]


def test_what_migrations_of_before_the_rule_took_away_is_found() -> None:
    found = {
        (service, path.name[:4]): faults(path.read_text(), RELEASES)
        for service in BEFORE_THE_RULE
        for path in migrations(service)
    }
    assert found["catalogue", "0007"] == ["trainings.searched"]
    assert found["identity", "0005"] == ["families.last_used_at", "families.client"]
    assert found["notifier", "0007"] == ["calendars.enrollment_id"]
    assert found["notifier", "0006"] == []
