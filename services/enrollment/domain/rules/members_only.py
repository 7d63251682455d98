"""Some actions are only for structures that are members of the agency."""

from dataclasses import dataclass
from typing import Final

from services.enrollment.domain.rules.rule import Outcome, Rule, allows, blocks
from services.enrollment.domain.rules.situation import Situation


@dataclass(frozen=True, slots=True)
class MembersOnly:
    """The rule has no value: the training has a mark if it is for members only."""


def _judge(situation: Situation, _: MembersOnly) -> Outcome:
    if not situation.members_only:
        return allows("Cette action est ouverte à toutes les structures.")
    if situation.structure_is_member:
        return allows("Cette action est réservée aux structures adhérentes, et la vôtre l'est.")
    return blocks("Cette action est réservée aux structures adhérentes de l'agence.")


MEMBERS_ONLY: Final = Rule(
    name="members_only", title="Actions réservées aux structures adhérentes", default=MembersOnly(), judge=_judge
)
