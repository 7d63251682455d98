"""The only legal edit of a published message is to add an optional field: finds every other edit between two JSON schemas."""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]
WORDS = {"title", "description", "$defs"}
"""What a listener does not read."""


def illegal_edits(old: Schema, new: Schema) -> list[str]:
    """Say, one sentence each, what changed that may not; empty when the edit is legal."""
    return list(_compare(old, new, "", (old.get("$defs", {}), new.get("$defs", {}))))


def _compare(old: Schema, new: Schema, place: str, definitions: tuple[Schema, Schema]) -> Iterator[str]:
    old, new = _resolved(old, definitions[0]), _resolved(new, definitions[1])
    if "properties" in old and "properties" in new:
        yield from _compare_objects(old, new, place, definitions)
        return
    parts = [(key, old[key], new[key]) for key in ("items", "prefixItems", "anyOf") if key in old and key in new]
    rest_old, rest_new = (
        {key: value for key, value in one.items() if key not in {*WORDS, *(part[0] for part in parts)}}
        for one in (old, new)
    )
    if rest_old != rest_new:
        yield f"{place or 'message'}: was {rest_old}, is {rest_new}"
    for key, before, after in parts:
        befores, afters = ([one] if isinstance(one, Mapping) else one for one in (before, after))
        if len(befores) != len(afters):
            yield f"{place}: {key} had {len(befores)} choices, has {len(afters)}"
        for one, other in zip(befores, afters, strict=False):
            yield from _compare(one, other, f"{place}[]", definitions)


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
