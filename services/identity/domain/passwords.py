"""Which passwords are refused, and why (OWASP ASVS 5.0: 6.2.1, 6.2.4, 6.2.5, 6.2.9, 6.2.11, 6.2.12)."""

import re
import unicodedata
from collections.abc import Collection, Iterable
from typing import Final

SHORTEST: Final = 8
LONGEST: Final = 128
SHORTEST_WORD: Final = 4
SHORTEST_OF_STRUCTURE: Final = 5
"""Shorter words of a name are words of every text (« pour », « dans »)."""
LONGEST_DECORATION: Final = 6
"""Digits and signs that add nothing to a frequent word: a year, an exclamation mark."""
PRODUCT: Final = ("parcours", "formation", "agence")
TOO_COMMON: Final = "Ce mot de passe est trop courant : choisissez-en un autre."
_BETWEEN_WORDS: Final = re.compile(r"[\W\d_]+")
_SEASONS_AND_MONTHS: Final = (
    "printemps|ete|automne|hiver|janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre"
)
_AND_YEAR: Final = re.compile(
    rf"({_SEASONS_AND_MONTHS})[\W_]*(19|20)\d\d|^[\W\d_]*({_SEASONS_AND_MONTHS})[\W_]*\d\d[\W_]*$"
)


def reason_to_refuse(
    password: str, *, words: Iterable[str], structures: Iterable[str], agency: str, common: Collection[str]
) -> str | None:
    """A sentence, or None when the password is good.

    `words`: the person's names and address, of which each part counts; `structures`: names and towns; `agency`: its
    name; `common`: frequent passwords, lower-case and without accents.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        return f"Le mot de passe doit compter de {SHORTEST} à {LONGEST} caractères."
    plain = _plain(password)
    if _is_common(plain, common):
        return TOO_COMMON
    if _first_in(plain, words, SHORTEST_WORD):
        return "Le mot de passe ne doit contenir ni votre nom ni votre adresse."
    if _AND_YEAR.search(plain):
        return "Le mot de passe ne doit pas être fait d'une saison ou d'un mois et d'une année."
    return _context(plain, structures, agency)


def _context(plain: str, structures: Iterable[str], agency: str) -> str | None:
    if word := _first_in(plain, structures, SHORTEST_OF_STRUCTURE):
        return f"Le mot de passe ne doit pas contenir « {word} », un mot du nom de votre structure."
    if word := _first_in(plain, (*PRODUCT, agency), SHORTEST_OF_STRUCTURE):
        return f"Le mot de passe ne doit pas contenir « {word} », un mot de l'agence ou de ce service."
    return None


def _is_common(plain: str, common: Collection[str]) -> bool:
    """Frequent as it is, or with what people add to a frequent one: digits and signs around it, or itself again."""
    parts = [part for part in _BETWEEN_WORDS.split(plain) if part]
    is_decorated = len(parts) == 1 and len(plain) - len(parts[0]) <= LONGEST_DECORATION
    return any(_repeats(text) or text in common for text in (plain, *(parts if is_decorated else ())))


def _repeats(text: str) -> bool:
    return (text + text).find(text, 1) < len(text)


def _first_in(plain: str, names: Iterable[str], shortest: int) -> str | None:
    """The first word of the names that the password contains, or a whole name written as one word."""
    plain_names = [_plain(name) for name in names]
    parts = [part for name in plain_names for part in _BETWEEN_WORDS.split(name)]
    parts += [_BETWEEN_WORDS.sub("", name) for name in plain_names]
    return next((part for part in parts if len(part) >= shortest and part in plain), None)


def _plain(text: str) -> str:
    """In small letters and without accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))
