"""Frequent passwords, which are tried first.

The list is the one that Django ships (20,000 by Royce Williams, from leaks; BSD licence), those of 8 characters and
more, with some French ones.
"""

from importlib.resources import files
from typing import Final

COMMON: Final = frozenset(files(__package__).joinpath("common_passwords.txt").read_text("utf-8").splitlines())
