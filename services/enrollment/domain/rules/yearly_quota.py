"""A person reserves at most a number of actions, and of trainings among them, in a calendar year."""

from dataclasses import dataclass
from typing import Final

from services.enrollment.domain.rules.rule import Outcome, Rule, allows, blocks, whole_number
from services.enrollment.domain.rules.situation import Situation


@dataclass(frozen=True, slots=True, kw_only=True)
class YearlyQuota:
    """The maximal numbers of `actions`, and of `trainings` among them, in a year."""

    actions: int = whole_number(5)
    trainings: int = whole_number(3)


def _judge(situation: Situation, value: YearlyQuota) -> Outcome:
    year = situation.first_slot.year
    actions, trainings = situation.actions_this_year, situation.trainings_this_year
    if actions >= value.actions:
        return blocks(f"Vous avez déjà réservé {actions} action(s) en {year}, pour {value.actions} au plus.")
    if situation.is_training and trainings >= value.trainings:
        return blocks(f"Vous avez déjà réservé {trainings} formation(s) en {year}, pour {value.trainings} au plus.")
    return allows(f"Vous avez réservé {actions} action(s) en {year}, pour {value.actions} au plus.")


YEARLY_QUOTA: Final = Rule(
    name="yearly_quota", title="Actions d'une personne dans l'année", default=YearlyQuota(), judge=_judge
)
