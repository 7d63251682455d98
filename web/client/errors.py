"""What can go wrong with a call, as the pages need to know it."""

from collections.abc import Mapping

from pydantic import BaseModel


class FieldError(BaseModel):
    """What is wrong with one field: `lines.0.motivation`, and a sentence for people."""

    field: str
    message: str


class Problem(BaseModel):
    """A problem document of a service, with sentences for people."""

    type: str = ""
    title: str = ""
    status: int
    detail: str = ""
    errors: list[FieldError] = []

    @property
    def kind(self) -> str:
        """The last part of the type: `changed-meanwhile`."""
        return self.type.rpartition(":")[2]


class Refused(Exception):
    """The service answered with a problem."""

    def __init__(self, problem: Problem, headers: Mapping[str, str]) -> None:
        super().__init__(problem.detail)
        self.problem, self.headers = problem, headers

    @property
    def by_field(self) -> dict[str, str]:
        """The first sentence about each field."""
        fields: dict[str, str] = {}
        for error in self.problem.errors:
            fields.setdefault(error.field, error.message)
        return fields


class SignInNeeded(Exception):
    """Nobody is signed in, or the sign-in session has ended."""


class Away(Exception):
    """A service does not answer, or is not able to: the rest of the page still works."""

    def __init__(self, service: str) -> None:
        super().__init__(service)
        self.service = service
