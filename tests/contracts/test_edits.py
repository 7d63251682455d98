"""A published message changes only by gaining an optional field."""

import json
import subprocess
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import pytest
from pydantic import BaseModel

from shared.contracts import REGISTRY, Message
from shared.contracts.documents import EXAMPLES, SCHEMAS, examples_of, schemas
from tests.contracts.compatibility import illegal_edits
from tests.contracts.history import versions

MESSAGES = REGISTRY.all()


def by_wire_name(message: type[Message]) -> str:
    return message.wire_name


def test_the_committed_schemas_are_those_of_the_messages() -> None:
    committed = {path.name: path.read_text() for path in SCHEMAS.glob("*.json")}
    assert committed == schemas(), "run `make docs`"


def test_no_schema_that_was_ever_committed_was_edited_but_by_an_optional_field() -> None:
    now = {name: json.loads(text) for name, text in schemas().items()}
    illegal = {}
    for version in versions(SCHEMAS):
        edits = (
            illegal_edits(json.loads(version.text), now[version.path.name])
            if version.path.name in now
            else ["the message is gone"]
        )
        illegal.update({version.path.name: edits} if edits else {})
    assert illegal == {}, "send a v2 beside v1 instead"


@pytest.mark.parametrize("message", MESSAGES, ids=by_wire_name)
def test_every_example_still_parses(message: type[Message]) -> None:
    examples = examples_of(message)
    assert examples, "a message needs at least one example"
    for example in examples:
        parsed = message.model_validate_json(example.read_text())
        assert parsed.aggregate_version >= 1
        assert isinstance(parsed.aggregate_id, UUID)


def test_every_example_that_was_ever_committed_is_still_there_and_says_the_same() -> None:
    changed = [str(version.path) for version in versions(EXAMPLES) if not _says(version.path, version.text)]
    assert changed == [], "add an example beside, instead"


def _says(path: Path, text: str) -> bool:
    return path.exists() and json.loads(path.read_text()) == json.loads(text)


class _Inner(BaseModel):
    id: UUID
    state: Literal["open", "closed"]
    note: str | None = None


class _Outer(BaseModel):
    name: str
    inner: _Inner
    lines: tuple[_Inner, ...]
    size: int = 1


PUBLISHED: dict[str, Any] = _Outer.model_json_schema()


def edited(edit: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    schema = deepcopy(PUBLISHED)
    edit(schema)
    return schema


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (lambda schema: schema["properties"].pop("size"), "size: removed"),
        (
            lambda schema: (schema["properties"].update(more={"type": "string"}), schema["required"].append("more")),
            "more: new and required",
        ),
        (
            lambda schema: schema["properties"]["name"].update(type="integer"),
            "name: was {'type': 'string'}, is {'type': 'integer'}",
        ),
        (lambda schema: schema["properties"]["name"].update(maxLength=5), "name: was"),
        (lambda schema: schema["required"].remove("name"), "name: is no longer always there"),
        (lambda schema: schema["required"].append("size"), "size: became required"),
        (lambda schema: schema["properties"]["size"].update(default=2), "size: was"),
        (lambda schema: schema["$defs"]["_Inner"]["properties"]["state"].update(enum=["open"]), "inner.state: was"),
        (lambda schema: schema["$defs"]["_Inner"]["properties"]["state"]["enum"].append("new"), "lines[].state: was"),
        (
            lambda schema: schema["$defs"]["_Inner"]["properties"]["note"]["anyOf"].pop(),
            "inner.note: anyOf had 2 choices, has 1",
        ),
        (lambda schema: schema["$defs"]["_Inner"]["properties"].pop("note"), "inner.note: removed"),
        (lambda schema: schema["properties"].update(inner={"type": "string"}), "inner: was"),
    ],
)
def test_an_illegal_edit_is_found_and_named(edit: Callable[[dict[str, Any]], object], sentence: str) -> None:
    found = illegal_edits(PUBLISHED, edited(edit))
    assert any(sentence in one for one in found), found


@pytest.mark.parametrize(
    "edit",
    [
        lambda _: None,
        lambda schema: schema.update(description="other words"),
        lambda schema: schema["properties"].update(more={"type": "string", "default": ""}),
        lambda schema: schema["$defs"]["_Inner"]["properties"].update(
            more={"anyOf": [{"type": "null"}], "default": None}
        ),
    ],
)
def test_an_optional_field_and_other_words_are_legal(edit: Callable[[dict[str, Any]], object]) -> None:
    assert illegal_edits(PUBLISHED, edited(edit)) == []


def test_every_version_of_a_file_is_found_even_of_one_that_was_removed(tmp_path: Path) -> None:
    folder = tmp_path / "schemas"
    folder.mkdir()

    def git(*arguments: str) -> None:
        who = ["-c", "user.name=t", "-c", "user.email=t@t.example", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", "-C", str(tmp_path), *who, *arguments], check=True, capture_output=True)  # noqa: S603, S607 - git of the path

    git("init", "-q")
    for text in ("1", "2"):
        (folder / "a.json").write_text(text)
        git("add", ".")
        git("commit", "-qm", text)
    git("rm", "-q", "schemas/a.json")
    git("commit", "-qm", "gone")

    assert [(version.path.name, version.text) for version in versions(folder, root=tmp_path)] == [
        ("a.json", "2"),
        ("a.json", "1"),
    ]


def test_where_there_is_no_history_there_are_no_versions(tmp_path: Path) -> None:
    assert versions(tmp_path / "schemas", root=tmp_path) == []
