"""What may stand in the header of a mail."""

import unicodedata

_ENCODED_WORD = "=?"
"""Where an encoded word begins (RFC 2047). Python decodes it in a value that it is given for a header; before 3.11.10
and 3.12.5 it then writes a line break that was encoded in one, which ends the header and begins another."""


class UnsafeHeader(Exception):
    """A value with a control character would end the header and begin another."""

    def __init__(self, field: str) -> None:
        """Name the field, not the value: it may be personal."""
        super().__init__(f"forbidden character in {field}")


def safe(field: str, value: str) -> str:
    """Return the value with its encoded words broken up, so that they are read as they were typed.

    Raises UnsafeHeader for a control character; line and paragraph separators count as such.
    """
    if any(unicodedata.category(character) in {"Cc", "Zl", "Zp"} for character in value):
        raise UnsafeHeader(field)
    return value.replace(_ENCODED_WORD, "= ?")


def safe_address(field: str, value: str) -> str:
    """Return the address; raises UnsafeHeader for an encoded word too: an address cannot be broken up."""
    if safe(field, value) != value:
        raise UnsafeHeader(field)
    return value
