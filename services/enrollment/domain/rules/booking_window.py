"""A session takes requests between its opening and its closing."""

from dataclasses import dataclass
from typing import Final

from services.enrollment.domain.rules.rule import Outcome, Rule, allows, blocks
from services.enrollment.domain.rules.situation import Situation, in_words


@dataclass(frozen=True, slots=True)
class BookingWindow:
    """The rule has no value: the times are those of the session."""


def _judge(situation: Situation, _: BookingWindow) -> Outcome:
    if situation.now < situation.opens_at:
        return blocks(f"Les demandes ouvrent le {in_words(situation.opens_at)}.")
    if situation.now >= situation.closes_at:
        return blocks(f"Les demandes sont closes depuis le {in_words(situation.closes_at)}.")
    return allows(f"Les demandes sont ouvertes jusqu'au {in_words(situation.closes_at)}.")


BOOKING_WINDOW: Final = Rule(
    name="booking_window", title="Ouverture et clôture des demandes", default=BookingWindow(), judge=_judge
)
