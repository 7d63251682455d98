"""Searching in `searched` columns: every word somewhere, accents and case aside."""

from typing import Any


def escaped(word: str) -> str:
    """A word as LIKE takes it: what would be a wildcard is itself."""
    return word.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")


def every_word(query: str) -> tuple[str, dict[str, Any]]:
    """A condition that every word of the query is in `searched`, and its values."""
    words = query.split()[:10]
    condition = (
        " AND ".join(f"searched LIKE '%' || plain(:word{place}) || '%'" for place in range(len(words))) or "true"
    )
    return condition, {f"word{place}": escaped(word) for place, word in enumerate(words)}
