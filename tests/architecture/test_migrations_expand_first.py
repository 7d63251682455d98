"""A migration takes nothing away that the release before it needs: old and new processes run side by side.

A migration that drops, renames or retypes a table or column, makes a column required, demands something else of a table
that was there (a check, a key, a unique index), revokes a right or deletes rows has a comment for each. It names a
published release since which nothing needs what it takes away, or everything keeps to what it demands: `-- not needed
since 0.2.0: trainings.searched`; or it says of what it demands that the release before keeps to it already: `-- kept by
the release before: structures.merged_is_closed`. docs/upgrading.md describes the rule.
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
KEPT = re.compile(r"-- kept by the release before: ([\w., ]+)")
REQUIRED = r"(?!.*\b(?:DEFAULT|GENERATED)\b).*\bNOT NULL\b"
NAME = r"(?:IF (?:NOT )?EXISTS )?(?:ONLY )?(?:public\.)?\"?(\w+)\"?"
CONSTRAINT = r"ADD (?:CONSTRAINT \"?(\w+)\"? )?(CHECK|UNIQUE|PRIMARY|FOREIGN|EXCLUDE|NOT NULL)\b"
UNIQUE_INDEX = r"CREATE UNIQUE INDEX (?:CONCURRENTLY )?(?:(?!ON\b)" + NAME + r" )?ON " + NAME
REVOKED = r"REVOKE .+? ON (?:(?:ALL )?[A-Z]+ (?:IN SCHEMA )?)??((?:[\w.]+(?:\([^)]*\))?(?:, )?)+) FROM "
WORDS = {"and", "or", "not", "in", "is", "any", "array", "between", "like", "similar", "to", "true", "false"}
"""Of conditions, besides names; those about empty columns are not here."""
UNSAFE_CALLS = {
    *("alter_column", "drop_column", "drop_table", "rename_table", "create_index", "create_unique_constraint"),
    *("create_check_constraint", "create_foreign_key", "create_primary_key", "create_exclude_constraint"),
}


def sql_of(source: str) -> str:
    """All statements of a migration: its strings, without its docstrings."""
    tree = ast.parse(source)
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return ";\n".join(texts[1:] if ast.get_docstring(tree) else texts)


def taken_away(sql: str) -> list[str]:
    """What a process of the release before would miss, would not fill or may not keep to.

    Tables, columns as `table.column`, constraints and unique indexes as `table.name`, rights as what they were for.
    """
    return [name for name, _ in _found(sql)]


def _found(sql: str) -> Iterator[tuple[str, bool]]:
    """The names, each with whether it is a condition, to which the release before may keep."""
    bare = _bare(sql)
    created = {match.lower() for match in re.findall(rf"(?i)\bCREATE (?:TEMP |UNLOGGED )?TABLE {NAME}", bare)}
    created |= {match.lower() for match in re.findall(r"(?i)\bCREATE (?:OR REPLACE )?FUNCTION (\w+)", bare)}
    for statement in bare.split(";"):
        words = " ".join(statement.split())
        if match := re.match(r"(?i)DROP TABLE (?:IF EXISTS )?(.+?)(?: CASCADE)?$", words):
            yield from ((name.strip(), False) for name in match[1].split(","))
        for name in (*_emptied(words), *_revoked(words)):
            if name.lower() not in created:
                yield name, False
        if (match := re.match(rf"(?i){UNIQUE_INDEX}", words)) and match[2].lower() not in created:
            yield f"{match[2]}.{match[1] or 'unique'}", True
        if (match := re.match(rf"(?i)ALTER TABLE {NAME} (.+)$", words)) and match[1].lower() not in created:
            table, actions = match.groups()
            given = {column.lower() for column in re.findall(r"(?i)(\w+) SET DEFAULT\b", actions)}
            for action in _parted(actions):
                yield from ((name, False) for name in _of_action(table, action) if name.split(".")[-1] not in given)
                yield from ((name, True) for name in _demanded(table, action))


def _bare(sql: str) -> str:
    """Without comments, texts and the bodies of functions; what a block does is there as statements."""
    bare = re.sub(r"--.*|'(?:[^']|'')*'", " ", sql)
    bare = re.sub(r"(?is)\bAS\s+(\$\w*\$).*?\1", " ", bare)
    return re.sub(
        r"(?is)\bDO\s+(\$\w*\$)(.*?)\1", lambda block: re.sub(r"(?i)\b(?:BEGIN|THEN|ELSE|LOOP)\b", ";", block[2]), bare
    )


def _parted(actions: str) -> Iterator[str]:
    """The actions of a statement, at its commas outside of parentheses."""
    depth, part = 0, ""
    for sign in f"{actions},":
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth == 0:
            yield part.strip()
            part = ""
        else:
            part += sign


def _emptied(words: str) -> Iterator[str]:
    if match := re.match(r"(?i)TRUNCATE (?:TABLE )?(.+?)(?: (?:CASCADE|RESTRICT|RESTART|CONTINUE)\b.*)?$", words):
        yield from (re.sub(r"(?i)^ONLY ", "", name.strip()) for name in match[1].split(","))
    yield from re.findall(rf"(?i)\bDELETE FROM {NAME}", words)


def _revoked(words: str) -> Iterator[str]:
    if match := re.match(rf"(?i){REVOKED}", words):
        yield from (name.strip().removeprefix("public.") for name in re.sub(r"\([^)]*\)", "", match[1]).split(","))
    elif match := re.match(r"(?i)REVOKE (?:.+ OPTION FOR )?(\w+) FROM ", words):
        yield match[1]


def _of_action(table: str, action: str) -> Iterator[str]:
    if re.match(r"(?i)RENAME TO ", action):
        yield table
    elif re.match(rf"(?i){CONSTRAINT}", action):
        return
    elif match := (
        re.match(rf"(?i)ADD (?:COLUMN )?{NAME} {REQUIRED}", re.sub(r"(?i)\bCHECK .*", "", action))
        or re.match(rf"(?i)DROP (?:COLUMN )?(?!CONSTRAINT\b){NAME}", action)
        or re.match(rf"(?i)RENAME (?:COLUMN )?(?!CONSTRAINT\b){NAME} TO ", action)
        or re.match(rf"(?i)ALTER (?:COLUMN )?{NAME} (?:SET NOT NULL|DROP DEFAULT|(?:SET DATA )?TYPE )", action)
    ):
        yield f"{table}.{match[1]}"


def _demanded(table: str, action: str) -> Iterator[str]:
    if match := re.match(rf"(?i){CONSTRAINT}", action):
        yield f"{table}.{match[1] or match[2].lower()}"
    elif match := re.match(rf"(?i)ADD (?:COLUMN )?{NAME} (.+)$", action):
        column, rest = match.groups()
        outside, _, condition = re.sub(r"(?i)\bCHECK\b", "\0", rest, count=1).partition("\0")
        named = set(re.findall(r"(?<!::)\b[a-z_]\w*\b(?!\s*\()", condition.lower())) - WORDS - {column.lower()}
        if named or re.search(r"(?i)\b(?:UNIQUE|PRIMARY KEY|REFERENCES)\b", outside):
            yield f"{table}.{column}"


def faults(source: str, releases: set[str]) -> list[str]:
    """What a migration takes away or demands without saying since which release that is safe."""
    sql = sql_of(source)
    said = {name.strip() for release, names in MARKER.findall(sql) if release in releases for name in names.split(",")}
    kept = {name.strip() for names in KEPT.findall(sql) for name in names.split(",")}
    calls = {node.attr for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute)} & UNSAFE_CALLS
    unsaid = [name for name, can_be_kept in _found(sql) if name not in said and not (can_be_kept and name in kept)]
    return [*unsaid, *(f"op.{name}: use run_sql" for name in calls)]


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
        # what a process of before may not keep to
        ("ALTER TABLE a ADD CONSTRAINT b CHECK (c > 0)", ["a.b"]),
        ("ALTER TABLE a ADD COLUMN c int, ADD CONSTRAINT b CHECK (CASE WHEN d IN (1, 2) THEN c END > 0)", ["a.b"]),
        ("ALTER TABLE a ADD CONSTRAINT b CHECK (c > 0) NOT VALID; ALTER TABLE a VALIDATE CONSTRAINT b", ["a.b"]),
        ("ALTER TABLE a DROP CONSTRAINT b, ADD CONSTRAINT b CHECK (c IN ('x', 'y'))", ["a.b"]),
        ("alter table a add check (b is not null)", ["a.check"]),
        ("ALTER TABLE a ADD CONSTRAINT b UNIQUE (c, d), ADD UNIQUE (e)", ["a.b", "a.unique"]),
        ("ALTER TABLE a ADD PRIMARY KEY (b)", ["a.primary"]),
        ("ALTER TABLE a ADD CONSTRAINT b NOT NULL c", ["a.b"]),
        ("ALTER TABLE a ADD CONSTRAINT b FOREIGN KEY (c) REFERENCES d", ["a.b"]),
        ("ALTER TABLE a ADD FOREIGN KEY (e) REFERENCES f", ["a.foreign"]),
        ("ALTER TABLE a ADD CONSTRAINT b EXCLUDE USING gist (c WITH &&)", ["a.b"]),
        ("ALTER TABLE a ADD COLUMN b uuid REFERENCES c, ADD d text UNIQUE DEFAULT ''", ["a.b", "a.d"]),
        ("ALTER TABLE a ADD COLUMN b text CHECK (b IN ('x', 'y') AND length(b) < 9)", []),
        ("ALTER TABLE a ADD COLUMN b text CHECK (b <> c), ADD d int CHECK (d IS NOT NULL)", ["a.b", "a.d"]),
        ("CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS b ON ONLY a (c) WHERE d", ["a.b"]),
        ("CREATE UNIQUE INDEX ON a (c); CREATE INDEX d ON a (c)", ["a.unique"]),
        ("CREATE TABLE a (b int UNIQUE CHECK (b > 0) REFERENCES c); CREATE UNIQUE INDEX d ON a (b)", []),
        ("CREATE TABLE a (b int); ALTER TABLE a ADD CONSTRAINT c CHECK (b > 0), ADD FOREIGN KEY (b) REFERENCES d", []),
        # what it may do or find no longer
        ("REVOKE UPDATE (c), DELETE ON a, public.b FROM notifier", ["a", "b"]),
        (
            "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM notifier; REVOKE operator FROM notifier",
            ["public", "operator"],
        ),
        ("REVOKE EXECUTE ON FUNCTION f(text, int) FROM PUBLIC", ["f"]),
        ("CREATE FUNCTION f() RETURNS int AS $$ SELECT 1 $$; REVOKE ALL ON FUNCTION f() FROM PUBLIC", []),
        ("CREATE TABLE a (b int); REVOKE ALL ON a FROM notifier; DELETE FROM a; TRUNCATE a", []),
        ("TRUNCATE TABLE ONLY a, b CASCADE", ["a", "b"]),
        ("DELETE FROM a WHERE b; WITH gone AS (DELETE FROM ONLY c RETURNING d) SELECT d FROM gone", ["a", "c"]),
        ("CREATE FUNCTION f() RETURNS trigger AS $$ BEGIN DELETE FROM a; RETURN NULL; END $$", []),
        ("DO $$ BEGIN IF true THEN DELETE FROM a; ALTER TABLE b DROP COLUMN c; END IF; END $$", ["a", "b.c"]),
    ],
)
def test_what_is_taken_away_is_found(sql: str, found: list[str]) -> None:
    assert taken_away(sql) == found


def test_only_a_published_release_counts() -> None:
    source = (
        'A = """\n-- not needed since 0.2.0: a.b, a.c\nALTER TABLE a DROP COLUMN b, DROP COLUMN c, DROP COLUMN d;\n"""'
    )
    assert faults(source, {"0.1.0", "0.2.0"}) == ["a.d"]
    assert faults(source, {"0.1.0"}) == ["a.b", "a.c", "a.d"]
    assert faults("op.drop_column('a', 'b')", {"0.2.0"}) == ["op.drop_column: use run_sql"]


def test_a_constraint_may_say_that_the_release_before_keeps_to_it_and_a_column_may_not() -> None:
    source = (
        'A = """\n-- kept by the release before: a.b, a.c\n'
        'ALTER TABLE a ADD CONSTRAINT b CHECK (d > 0), ADD c uuid REFERENCES d, DROP e;\n"""'
    )
    assert faults(source, set()) == ["a.e"]
    assert faults(source.replace("a.c", "a.e"), set()) == ["a.c", "a.e"]


def test_what_migrations_of_before_the_rule_took_away_is_found() -> None:
    found = {
        (service, path.name[:4]): faults(path.read_text(), RELEASES)
        for service in BEFORE_THE_RULE
        for path in migrations(service)
    }
    assert found["catalogue", "0007"] == ["trainings.searched", "sessions.links_are_https"]
    assert found["identity", "0005"] == ["families.last_used_at", "families.client"]
    assert found["notifier", "0007"] == ["calendars.enrollment_id"]
    assert found["notifier", "0006"] == ["mails.finished_is_in_a_chain"]
    assert found["identity", "0009"][:2] == ["attachments.closed_by", "attachments.closed_with_a_time"]
