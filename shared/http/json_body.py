"""What no JSON body may contain, whatever its endpoint: a repeated name, or objects with very many names."""

import json
from typing import Any, Final

from starlette.exceptions import HTTPException

MOST_NAMES: Final = 100
"""In one object. Each unexpected name makes an entry in the answer, which must not be larger than the question."""


def check_names(body: bytes) -> None:
    """Raise a 400 for such a body. A body that is not JSON is left to the endpoint, which explains it."""
    try:
        json.loads(body, object_pairs_hook=_names)
    except (ValueError, RecursionError):
        return


def _names(pairs: list[tuple[str, Any]]) -> None:
    # parsers disagree on which value of a repeated name counts
    if len(pairs) > MOST_NAMES or len({name for name, _ in pairs}) < len(pairs):
        raise HTTPException(400)
