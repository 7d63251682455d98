"""What each error of the service becomes over HTTP: those of `shared.errors` are all that it has."""

from typing import Final

from shared.http.problems import ProblemMap

PROBLEMS: Final[ProblemMap] = {}
