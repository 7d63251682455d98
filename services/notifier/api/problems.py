"""Which error becomes which problem, once."""

from typing import Final

from services.notifier.use_cases.read_mails import NotFound
from shared.http.problems import ProblemKind, ProblemMap

NOT_FOUND: Final = ProblemKind(404, "not-found", "Introuvable")
PROBLEMS: Final[ProblemMap] = {NotFound: NOT_FOUND}
