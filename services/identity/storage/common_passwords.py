"""Frequent passwords of known leaks, which are tried first.

Sources of `common_passwords.txt`, in small letters and without accents:

- 20,000 passwords by Royce Williams, as Django ships them (BSD licence);
- 30,000 passwords of the list of xato.net, as zxcvbn 4.5 ships them (MIT licence);
- frequent French ones, chosen by hand; the leaks behind them are those of Richelieu (Maxime Alay-Eddine and
  Paul Barbaste, CC BY 4.0).

It keeps those of 8 characters and more, without those that are a frequent word with digits around it, or a part that is
repeated: the domain recognises these itself. Therefore it keeps the shorter words of letters too.
"""

from importlib.resources import files
from typing import Final

COMMON: Final = frozenset(files(__package__).joinpath("common_passwords.txt").read_text("utf-8").splitlines())
