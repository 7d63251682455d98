"""A person has at most one open or attended request for a training.

Staff can let people follow a training again some years after they followed it: a refresher.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.enrollment.domain.paris import counted, day
from services.enrollment.domain.rules.rule import Outcome, Rule, allows, blocks, number_from_zero
from services.enrollment.domain.rules.situation import Situation

ALREADY_REQUESTED: Final = "Vous avez déjà une demande en cours pour cette formation."


@dataclass(frozen=True, slots=True)
class OneSessionPerTraining:
    """A training can be followed again so many `years` after its end; 0: never."""

    years: int = number_from_zero(0)


def _judge(situation: Situation, value: OneSessionPerTraining) -> Outcome:
    followed = situation.followed_training_until
    if followed is not None and not value.years:
        return blocks("Vous avez déjà suivi cette formation.")
    if followed is not None and _years_before(situation.first_slot, value.years) < _date(followed):
        return blocks(
            f"Vous avez suivi cette formation jusqu'au {day(followed)} : "
            f"vous pourrez la suivre de nouveau {counted(value.years, 'an')} après."
        )
    return allows("Vous n'avez pas d'autre demande pour cette formation.")


def _date(moment: datetime) -> tuple[int, int, int]:
    return moment.year, moment.month, moment.day


def _years_before(moment: datetime, years: int) -> tuple[int, int, int]:
    """The same day of an earlier year, even if that year has no 29 February: such days are only compared."""
    return moment.year - years, moment.month, moment.day


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
