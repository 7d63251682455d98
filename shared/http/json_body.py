"""What no JSON body may contain, whatever its endpoint: a repeated name, or objects with very many names."""

import json
from typing import Any, Final

from starlette.exceptions import HTTPException

MOST_NAMES: Final = 100
"""In one object. Each unexpected name makes an entry in the answer, which must not be larger than the question."""


class UnreadableBody(HTTPException):
    """A 400 with a sentence for the caller. FastAPI lets only its own exceptions out of the reading of a body."""

    def __init__(self, sentence: str) -> None:
        super().__init__(400)
        self.sentence: Final = sentence


def check_names(body: bytes) -> None:
    """Raise UnreadableBody for such a body. A body that is not JSON is left to the endpoint, which explains it."""
    try:
        json.loads(body, object_pairs_hook=_names)
    except (ValueError, RecursionError):
        return


def _names(pairs: list[tuple[str, Any]]) -> None:
    if len(pairs) > MOST_NAMES:
        raise UnreadableBody(f"Un objet du contenu a plus de {MOST_NAMES} champs. N'envoyez que les champs décrits.")
    # parsers disagree on which value of a repeated name counts
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            known = name[:40].encode(errors="replace").decode()  # JSON can hold halves of characters
            raise UnreadableBody(f"Le champ « {known} » est écrit deux fois. Envoyez-le une seule fois.")
        seen.add(name)
