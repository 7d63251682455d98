"""The French label of each state."""

import pytest

from services.enrollment.domain.states import ActingAs, Approval, Seat, status_label

E, T, B, V = Approval.AWAITING_EMPLOYER, Approval.AWAITING_TRAINER, Approval.AWAITING_BENEFICIARY, Approval.VALIDATED
Q, H = Seat.QUEUED, Seat.HELD

# fmt: off
LABELS = {
    (E, Seat.NONE): "En attente de l'employeur",
    (T, Q): "Sur liste d'attente",
    (T, H): "Pré-inscrit·e",
    (B, Q): "Sur liste d'attente, réponse attendue",
    (B, H): "Pré-inscrit·e, réponse attendue",
    (V, Q): "Sur liste d'attente, validé·e par le formateur",
    (V, H): "Inscrit·e",
    (Approval.REFUSED, Seat.NONE): "Refusée (par l'employeur)",
    (Approval.DECLINED, Seat.NONE): "Refusée (par le formateur)",
    (Approval.EXPIRED, Seat.NONE): "Refusée (sans réponse)",
    (Approval.WITHDRAWN, Seat.NONE): "Annulée (par la personne)",
    (Approval.ABANDONED, Seat.NONE): "Abandon",
}
# fmt: on


@pytest.mark.parametrize("approval", Approval)
@pytest.mark.parametrize("seat", Seat)
def test_every_possible_state_has_its_label(approval: Approval, seat: Seat) -> None:
    if (approval, seat) in LABELS:
        assert status_label(approval, seat, None) == LABELS[approval, seat]
    elif (approval, seat) != (Approval.CANCELLED, Seat.NONE):
        with pytest.raises(KeyError):
            status_label(approval, seat, None)


def test_the_label_of_a_cancelled_request_gives_the_cause() -> None:
    def label(closed_by: ActingAs | None) -> str:
        return status_label(Approval.CANCELLED, Seat.NONE, closed_by)

    assert label("employer") == "Annulée (accord de l'employeur retiré)"
    assert label("staff") == "Annulée (par l'agence)"
    assert label("session") == "Annulée (session annulée)"
    assert label("attachment") == "Annulée (rattachement terminé)"
    assert label("trainer") == "Annulée (non validée par le formateur)"
    assert label("clock") == "Annulée (la session a eu lieu)"
    assert label(None) == "Annulée"


def test_once_the_attendance_is_recorded_the_label_says_who_came() -> None:
    assert status_label(V, H, None, attended=True) == "Suivie"
    assert status_label(V, H, None, attended=False) == "Absent·e"
    assert status_label(Approval.ABANDONED, Seat.NONE, None, attended=True) == "Abandon"
