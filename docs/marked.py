# ruff: noqa: INP001 - a folder of documents with the programs that write them
"""Writes a part of a file whose other parts are written by hand.

The part is between two comments in the form of the file: one that contains `NAME: written by `make docs``, and one that
contains `end of NAME`.
"""

import re


def replaced(text: str, name: str, lines: str) -> str:
    """The text with other lines in one part. ValueError unless the text has exactly one part of this name."""
    begin = rf"^[^\n\w]*{re.escape(name)}: written by `make docs`[^\n]*\n"
    end = rf"^[^\n\w]*end of {re.escape(name)}\b"
    changed, parts = re.subn(rf"(?ms)({begin}).*?({end})", lambda found: found[1] + lines + found[2], text)
    if parts != 1:
        sentence = f"{parts} parts are called {name!r}; there must be one"
        raise ValueError(sentence)
    return changed
