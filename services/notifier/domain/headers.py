"""What may stand in the header of a mail."""

import unicodedata
from typing import Final

_ENCODED_WORD: Final = "=?"
"""The beginning of an encoded word (RFC 2047). Python decodes encoded words in the values of headers. Before 3.11.10
and 3.12.5 it then writes a line break that was encoded, which ends the header and begins another one.
"""


class UnsafeHeader(Exception):
    """The value contains a control character, or an encoded word that cannot be broken up."""

    def __init__(self, field: str) -> None:
        """The field is named, not the value: the value may be personal."""
        super().__init__(f"forbidden character in {field}")


def safe(field: str, value: str) -> str:
    """Return the value with its encoded words broken up, so that they are read as they were typed.

    Raises UnsafeHeader for a control character; line and paragraph separators count as such.
    """
    if any(unicodedata.category(character) in {"Cc", "Zl", "Zp"} for character in value):
        raise UnsafeHeader(field)
    return value.replace(_ENCODED_WORD, "= ?")


def safe_address(field: str, value: str) -> str:
    """Return the address. Raises UnsafeHeader for an encoded word too: an address cannot be broken up."""
    if safe(field, value) != value:
        raise UnsafeHeader(field)
    return value
