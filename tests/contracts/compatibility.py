"""Finds illegal edits between two JSON schemas of a message.

Legal are: to add an optional field; to document another known value of an open word (`examples`); to change
descriptions. One more edit was legal once, before anybody outside used version 1, and exists only in the history: a
closed `enum` became an open string that documents at least the same values (docs/decisions/0005). No schema has an enum
any more (`test_no_message_has_a_closed_enum`), so that it cannot be made again.
"""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]
DOCUMENTATION = {"title", "description", "x-personal", "x-secret", "$defs"}
"""What does not change how a message is read."""


def illegal_edits(old: Schema, new: Schema) -> list[str]:
    """One sentence for each illegal edit; empty if there is none."""
    return list(_compare(old, new, "", (old.get("$defs", {}), new.get("$defs", {}))))


def _compare(old: Schema, new: Schema, place: str, definitions: tuple[Schema, Schema]) -> Iterator[str]:
    old, new = _resolved(old, definitions[0]), _resolved(new, definitions[1])
    if "properties" in old and "properties" in new:
        yield from _compare_objects(old, new, place, definitions)
        return
    old, new = _without_legal_edits_of_words(old, new)
    parts = [(key, old[key], new[key]) for key in ("items", "prefixItems", "anyOf") if key in old and key in new]
    rest_old, rest_new = (
        {key: value for key, value in schema.items() if key not in {*DOCUMENTATION, *(part[0] for part in parts)}}
        for schema in (old, new)
    )
    if rest_old != rest_new:
        yield f"{place or 'message'}: was {rest_old}, is {rest_new}"
    for key, before, after in parts:
        choices_before, choices_after = ([value] if isinstance(value, Mapping) else value for value in (before, after))
        if len(choices_before) != len(choices_after):
            yield f"{place}: {key} had {len(choices_before)} choices, has {len(choices_after)}"
        for choice_before, choice_after in zip(choices_before, choices_after, strict=False):
            yield from _compare(choice_before, choice_after, f"{place}[]", definitions)


def _without_legal_edits_of_words(old: Schema, new: Schema) -> tuple[Schema, Schema]:
    """Both schemas of a string without its values, if all values of the old one are still documented in the new one."""
    if "examples" not in new or "enum" in new or {old.get("type"), new.get("type")} != {"string"}:
        return old, new
    values = old.get("enum", old.get("examples", ()))
    if not set(values) <= set(new["examples"]):
        return old, new
    return (
        {key: value for key, value in old.items() if key not in {"enum", "examples"}},
        {key: value for key, value in new.items() if key != "examples"},
    )


def _compare_objects(old: Schema, new: Schema, place: str, definitions: tuple[Schema, Schema]) -> Iterator[str]:
    before, after = old["properties"], new["properties"]
    had_to, has_to = set(old.get("required", ())), set(new.get("required", ()))
    for name in before:
        where = f"{place}.{name}".lstrip(".")
        if name not in after:
            yield f"{where}: removed"
            continue
        if (name in had_to) != (name in has_to):
            yield f"{where}: {'became required' if name in has_to else 'is no longer always there'}"
        yield from _compare(before[name], after[name], where, definitions)
    for name in has_to - set(before):
        yield f"{place}.{name}".lstrip(".") + ": new and required"


def _resolved(schema: Schema, definitions: Schema) -> Schema:
    reference = schema.get("$ref")
    return schema if reference is None else definitions[reference.removeprefix("#/$defs/")]
