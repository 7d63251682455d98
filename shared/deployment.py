"""What a deployment must know of a service besides its name; `make docs` writes the files of a deployment from it."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret that only this service has. All have their passwords of PostgreSQL and RabbitMQ, which are not declared.

    The value of a required one for tests on one's own machine is written by hand in deploy/development.env.
    """

    setting: str
    """The field of the service's settings."""
    variable: str
    """The variable that the operator sets."""
    is_required: bool = True
    """Whether no process of the service starts without it."""
    only: Literal["worker"] | None = None
    """The only process that gets it; None: all."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """What the files of a deployment say of one service."""

    summary: str
    """What the service is for, in a few words: a comment of the compose file."""
    summary_fr: str
    """A sentence in French for the list of all APIs."""
    secrets: tuple[Secret, ...] = ()
    worker_networks: tuple[str, ...] = ()
    """The networks of its worker besides those of every worker; the compose file declares them."""
