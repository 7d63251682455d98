"""The problems that only this service has."""

from typing import Final

from services.notifier.use_cases.read_mails import CannotBeSentAgain
from shared.http.problems import ProblemKind, ProblemMap

CANNOT_BE_SENT_AGAIN: Final = ProblemKind(409, "cannot-be-sent-again", "Envoi impossible")

PROBLEMS: Final[ProblemMap] = {CannotBeSentAgain: CANNOT_BE_SENT_AGAIN}
