"""A published message changes only by legal edits (see `compatibility.py`), and its examples never change."""

import json
import subprocess
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from pydantic import BaseModel

from docs.message_documents import EXAMPLES, SCHEMAS, examples_of, schemas
from shared.contracts import REGISTRY, Message
from shared.contracts.catch_up import TechnicalMessage, is_technical
from shared.contracts.fields import Known
from shared.contracts.states import TECHNICAL_MESSAGES
from tests.contracts.compatibility import illegal_edits
from tests.contracts.history import versions

MESSAGES = REGISTRY.all()
REMOVED: dict[str, str] = {}
"""Messages that were removed from the contracts, with the reason. A message that was ever published is not removed."""


def by_wire_name(message: type[Message]) -> str:
    return message.wire_name


def test_the_committed_schemas_are_those_of_the_messages() -> None:
    committed = {path.name: path.read_text() for path in SCHEMAS.glob("*.json")}
    assert committed == schemas(), "run `make docs`"


def test_no_schema_that_was_ever_committed_was_edited_illegally() -> None:
    now = {name: json.loads(text) for name, text in schemas().items()}
    illegal = {}
    for version in versions(SCHEMAS):
        if version.path.stem in REMOVED:
            continue
        edits = (
            illegal_edits(json.loads(version.text), now[version.path.name])
            if version.path.name in now
            else ["the message is gone"]
        )
        illegal.update({version.path.name: edits} if edits else {})
    assert illegal == {}, "publish a v2 beside v1 instead"


def test_what_is_listed_as_removed_is_removed() -> None:
    for name, reason in REMOVED.items():
        assert reason
        assert REGISTRY.get(name) is None
        assert not (SCHEMAS / f"{name}.json").exists()
        assert not (EXAMPLES / name).exists()


def test_no_message_has_a_closed_enum() -> None:
    """A value that is added to an enum breaks every listener that has not been updated yet."""
    assert [name for name, text in schemas().items() if '"enum":' in text or '"const":' in text] == []


@pytest.mark.parametrize("message", MESSAGES, ids=by_wire_name)
def test_every_example_still_parses(message: type[Message]) -> None:
    examples = examples_of(message)
    assert examples, "a message needs at least one example"
    for example in examples:
        parsed = message.model_validate_json(example.read_text())
        assert parsed.aggregate_version >= 1
        assert isinstance(parsed.aggregate_id, UUID)


@pytest.mark.parametrize("message", TECHNICAL_MESSAGES, ids=lambda message: message.wire_name)
def test_every_example_of_a_technical_message_still_parses(message: type[TechnicalMessage]) -> None:
    examples = examples_of(message)
    assert examples
    for example in examples:
        assert is_technical(message.wire_name)
        assert json.loads(message.model_validate_json(example.read_text()).model_dump_json()) == json.loads(
            example.read_text()
        )


def test_every_example_that_was_ever_committed_is_unchanged() -> None:
    changed = [
        str(version.path)
        for version in versions(EXAMPLES)
        if version.path.parent.name not in REMOVED and not _is_unchanged(version.path, version.text)
    ]
    assert changed == [], "add another example instead"


def _is_unchanged(path: Path, text: str) -> bool:
    return path.exists() and json.loads(path.read_text()) == json.loads(text)


class _Inner(BaseModel):
    id: UUID
    state: Literal["open", "closed"]
    note: str | None = None


class _Outer(BaseModel):
    name: str
    mood: Annotated[str, Known("good", "bad")]
    inner: _Inner
    lines: tuple[_Inner, ...]
    size: int = 1


PUBLISHED: dict[str, Any] = _Outer.model_json_schema()


def edited(edit: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    schema = deepcopy(PUBLISHED)
    edit(schema)
    return schema


def opened(schema: dict[str, Any], *values: str, **more: object) -> None:
    """Make the enum `state` an open string that documents `values`; without values, a plain string."""
    examples = {"examples": list(values)} if values else {}
    schema["$defs"]["_Inner"]["properties"]["state"] = {"type": "string", **examples, **more}


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
        (lambda schema: schema["properties"]["mood"]["examples"].remove("bad"), "mood: was"),
        (lambda schema: schema["properties"]["mood"].pop("examples"), "mood: was"),
        (lambda schema: schema["properties"].update(mood={"type": "string", "enum": ["good", "bad"]}), "mood: was"),
        (lambda schema: schema["properties"]["mood"].update(type="integer"), "mood: was"),
        (lambda schema: schema["properties"]["mood"].update(maxLength=5), "mood: was"),
        (lambda schema: opened(schema, "open"), "inner.state: was"),
        (lambda schema: opened(schema, "open", "shut"), "inner.state: was"),
        (opened, "inner.state: was"),
        (lambda schema: opened(schema, "open", "closed", maxLength=9), "inner.state: was"),
    ],
)
def test_an_illegal_edit_is_found_and_named(edit: Callable[[dict[str, Any]], object], sentence: str) -> None:
    edits = illegal_edits(PUBLISHED, edited(edit))
    assert any(sentence in found for found in edits), edits


@pytest.mark.parametrize(
    "edit",
    [
        lambda _: None,
        lambda schema: schema.update(description="other words"),
        lambda schema: schema["properties"]["mood"]["examples"].append("fair"),
        lambda schema: schema["properties"]["mood"].update({"x-personal": True}),
        lambda schema: opened(schema, "open", "closed"),
        lambda schema: opened(schema, "open", "closed", "ajar"),
        lambda schema: schema["properties"].update(more={"type": "string", "default": ""}),
        lambda schema: schema["$defs"]["_Inner"]["properties"].update(
            more={"anyOf": [{"type": "null"}], "default": None}
        ),
    ],
)
def test_an_optional_field_another_known_value_and_other_descriptions_are_legal(
    edit: Callable[[dict[str, Any]], object],
) -> None:
    assert illegal_edits(PUBLISHED, edited(edit)) == []


def test_every_version_of_a_file_is_found_even_of_one_that_was_removed(tmp_path: Path) -> None:
    folder = tmp_path / "schemas"
    folder.mkdir()

    def git(*arguments: str) -> None:
        author = ["-c", "user.name=t", "-c", "user.email=t@t.example", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", "-C", str(tmp_path), *author, *arguments], check=True, capture_output=True)  # noqa: S603, S607 - git of the path

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
