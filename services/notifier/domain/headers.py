"""What may stand in the header of a mail."""

import re
import unicodedata
from typing import Final

_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_ADDRESS: Final = re.compile(rf"{_ATOM}(\.{_ATOM})*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_ENCODED_WORD: Final = "=?"
"""The beginning of an encoded word (RFC 2047). Python decodes encoded words in the values of headers. Before 3.11.10
and 3.12.5 it then writes a line break that was encoded, which ends the header and begins another one.
"""


class UnsafeHeader(Exception):
    """The value contains a control character or what a mail program would read as something else."""

    def __init__(self, field: str) -> None:
        """The field is named, not the value: the value may be personal."""
        super().__init__(f"unsafe {field}")
        self.field = field


def safe(field: str, value: str) -> str:
    """Return the value with its encoded words broken up, so that they are read as they were typed.

    Raises UnsafeHeader for a control character; line and paragraph separators count as such.
    """
    if any(unicodedata.category(character) in {"Cc", "Zl", "Zp"} for character in value):
        raise UnsafeHeader(field)
    return value.replace(_ENCODED_WORD, "= ?")


def safe_address(field: str, value: str) -> str:
    """Return the address. Raises UnsafeHeader for any other form than `local.part@domain`, and for an encoded word."""
    if _ENCODED_WORD in value or not _ADDRESS.fullmatch(value):
        raise UnsafeHeader(field)
    return value
