"""Describes the program that signs in, coarsely: enough for its owner to recognise it, too little to follow anybody."""

from typing import Final

UNKNOWN: Final = "Appareil inconnu"
_BROWSERS: Final = (
    # the later ones also stand in the names of the earlier ones
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone", "iOS"),
    ("iPad", "iOS"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def described(user_agent: str | None) -> str:
    """Browser and system, without versions."""
    sent = user_agent or ""
    browser = next((name for mark, name in _BROWSERS if mark in sent), None)
    system = next((name for mark, name in _SYSTEMS if mark in sent), None)
    return ", ".join(name for name in (browser, system) if name) or UNKNOWN
