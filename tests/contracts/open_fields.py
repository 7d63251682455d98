"""The fields of a message whose values come from a list that will grow."""

from pydantic import BaseModel

from shared.contracts.fields import text_fields


def open_fields(model: type[BaseModel]) -> dict[str, tuple[str, ...]]:
    """The open words of a message by path, with their documented values."""
    return {field.path: field.known for field in text_fields(model) if field.known is not None}
