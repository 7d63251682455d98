"""The service has no errors of its own: those of `shared.errors` are mapped for every service."""

from typing import Final

from shared.http.problems import ProblemMap

PROBLEMS: Final[ProblemMap] = {}
