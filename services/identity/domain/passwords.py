"""Which passwords are refused, and why (OWASP ASVS 5.0: 6.2.1, 6.2.4, 6.2.5, 6.2.9, 6.2.11)."""

import re
from collections.abc import Collection, Iterable
from typing import Final

SHORTEST: Final = 8
LONGEST: Final = 128
SHORTEST_WORD: Final = 4
_BETWEEN_WORDS: Final = re.compile(r"[\W\d_]+")


def reason_to_refuse(password: str, *, words: Iterable[str], common: Collection[str]) -> str | None:
    """A sentence, or None when the password is good.

    `words`: the person's names and address, of which each part counts; `common`: frequent passwords, lower-case.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        return f"Le mot de passe doit compter de {SHORTEST} à {LONGEST} caractères."
    lowered = password.casefold()
    if lowered in common or len(set(lowered)) == 1:
        return "Ce mot de passe est trop courant : choisissez-en un autre."
    parts = {part for word in words for part in _BETWEEN_WORDS.split(word.casefold())}
    if any(len(part) >= SHORTEST_WORD and part in lowered for part in parts):
        return "Le mot de passe ne doit contenir ni votre nom ni votre adresse."
    return None
