"""Which error becomes which problem, once."""

from typing import Final

from shared.http.problems import ProblemKind, ProblemMap

from services.notifier.use_cases.read_mails import NotFound

NOT_FOUND: Final = ProblemKind(404, "not-found", "Introuvable")
PROBLEMS: Final[ProblemMap] = {NotFound: NOT_FOUND}
