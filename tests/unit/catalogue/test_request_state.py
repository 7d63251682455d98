"""Whether people can ask for a seat: the word, and the sentence that people read."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.catalogue.domain.request_state import Demand, RequestState, requests_at

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
OPEN = Demand(
    is_cancelled=False,
    is_offered=True,
    opens_at=NOW,
    closes_at=NOW + timedelta(days=1),
    ends_at=NOW + timedelta(days=30),
    free=3,
    queued=0,
)


@pytest.mark.parametrize(("changes", "state", "label", "sentence"), [
    ({}, "open", "Ouvert", "Ouvert, 3 places"),
    ({"free": 1}, "open", "Ouvert", "Ouvert, 1 place"),
    ({"queued": 1}, "open", "Ouvert", "Ouvert, 3 places, 1 personne en attente"),
    ({"free": 1, "queued": 4}, "open", "Ouvert", "Ouvert, 1 place, 4 personnes en attente"),
    ({"free": 0}, "full", "Complet", "Complet, liste d'attente ouverte"),
    ({"free": 0, "queued": 4}, "full", "Complet", "Complet, 4 personnes en attente"),
    ({"opens_at": datetime(2027, 3, 3, 8, 0, tzinfo=UTC), "closes_at": datetime(2027, 4, 1, tzinfo=UTC)},
     "upcoming", "Pas encore ouvert", "Ouvre le 3 mars 2027"),
    ({"opens_at": NOW + timedelta(seconds=1)}, "upcoming", "Pas encore ouvert", "Ouvre le 24 novembre"),
    # midnight in Paris
    ({"opens_at": datetime(2026, 11, 30, 23, 0, tzinfo=UTC), "closes_at": datetime(2026, 12, 9, tzinfo=UTC)},
     "upcoming", "Pas encore ouvert", "Ouvre le 1er décembre"),
    ({"opens_at": NOW - timedelta(days=9), "closes_at": NOW}, "closed", "Clos", "Clos"),
    ({"is_offered": False}, "closed", "Clos", "Clos"),
    ({"closes_at": NOW, "ends_at": NOW}, "over", "Terminée", "Terminée"),
    ({"is_cancelled": True, "ends_at": NOW}, "cancelled", "Annulée", "Annulée"),
])  # fmt: skip
def test_the_state_of_the_requests_has_a_word_a_label_and_a_sentence(
    changes: dict[str, Any], state: str, label: str, sentence: str
) -> None:
    requests = requests_at(NOW, replace(OPEN, **changes))
    assert (requests.state, requests.label, requests.sentence) == (RequestState(state), label, sentence)
