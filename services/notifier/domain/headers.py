"""What may stand in the header of a mail."""

import unicodedata


class UnsafeHeader(Exception):
    """A value with a control character would end the header and begin another."""

    def __init__(self, field: str) -> None:
        """Name the field, not the value: it may be personal."""
        super().__init__(f"control character in {field}")


def safe(field: str, value: str) -> str:
    """Give the value back, or raise UnsafeHeader; line and paragraph separators count as control characters."""
    if any(unicodedata.category(character) in {"Cc", "Zl", "Zp"} for character in value):
        raise UnsafeHeader(field)
    return value
