"""A person has at most one open or attended request for a training."""

from dataclasses import dataclass
from typing import Final

from services.enrollment.domain.rules.rule import Outcome, Rule, allows, blocks
from services.enrollment.domain.rules.situation import Situation

ALREADY_REQUESTED: Final = "Vous avez déjà une demande en cours pour cette formation."


@dataclass(frozen=True, slots=True)
class OneSessionPerTraining:
    """The rule has no value."""


def _judge(situation: Situation, _: OneSessionPerTraining) -> Outcome:
    if situation.has_attended_training:
        return blocks("Vous avez déjà suivi cette formation.")
    return allows("Vous n'avez pas d'autre demande pour cette formation.")


def _judge_even_if_off(situation: Situation) -> Outcome | None:
    """A unique index of the database allows only one open request of a person for a training."""
    if situation.has_open_in_training:
        return blocks(ALREADY_REQUESTED)
    return None


ONE_SESSION_PER_TRAINING: Final = Rule(
    name="one_session_per_training",
    title="Une seule session par formation",
    default=OneSessionPerTraining(),
    judge=_judge,
    judge_even_if_off=_judge_even_if_off,
)
