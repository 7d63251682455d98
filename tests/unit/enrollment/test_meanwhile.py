"""What a late decider reads: who decided what, and when."""

from typing import get_args

import pytest

from services.enrollment.domain.meanwhile import DecidedMeanwhile, LastDecision, Relation
from services.enrollment.domain.states import ACTORS, ActingAs, Move, Seat
from tests.unit.enrollment.examples import NOW

AT = "le 02/03/2026 à 10 h 00 ; elle est « Pré-inscrit·e »."


DECISIONS = [(move, actor) for move, actors in ACTORS.items() for actor in sorted(actors) if move is not Move.PROMOTE]


def sentence(move: Move, acting_as: ActingAs, relation: Relation = "other", by: str | None = "Lou Faure") -> str:
    return DecidedMeanwhile(
        LastDecision(move=move, acting_as=acting_as, at=NOW, by=by, relation=relation),
        "Pré-inscrit·e",
        wanted=Move.ACCEPT,
        seat=Seat.HELD,
    ).sentence


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (sentence(Move.ACCEPT, "employer", "colleague"), f"Votre collègue Lou Faure a déjà accepté cette demande {AT}"),
        (sentence(Move.ACCEPT, "employer", "colleague", None), f"Votre collègue a déjà accepté cette demande {AT}"),
        (sentence(Move.REFUSE, "employer", "self"), f"Vous avez déjà refusé cette demande {AT}"),
        (sentence(Move.ACCEPT, "employer"), f"L'employeur (Lou Faure) a déjà accepté cette demande {AT}"),
        (
            sentence(Move.VALIDATE, "trainer", by=None),
            f"Le formateur ou la formatrice a déjà validé cette demande {AT}",
        ),
        (
            sentence(Move.ATTEND, "trainer"),
            f"Le formateur ou la formatrice (Lou Faure) a déjà clos l'émargement {AT}",
        ),
        (sentence(Move.CANCEL, "staff"), f"L'agence a déjà annulé cette demande {AT}"),
        (sentence(Move.WITHDRAW, "beneficiary"), f"La personne (Lou Faure) a déjà retiré cette demande {AT}"),
        (sentence(Move.EXPIRE, "clock", by=None), f"La demande a expiré, sans réponse de l'employeur, {AT}"),
        (sentence(Move.CANCEL, "clock", by=None), f"La demande a pris fin avec la session {AT}"),
        (
            sentence(Move.ADMIT, "trainer"),
            f"Le formateur ou la formatrice (Lou Faure) a déjà ajouté la personne à l'émargement {AT}",
        ),
        (sentence(Move.CANCEL, "session", by=None), f"La session a été annulée {AT}"),
        (
            sentence(Move.CANCEL, "attachment", by=None),
            f"Le rattachement de la personne à la structure a pris fin {AT}",
        ),
    ],
)
def test_the_sentence_says_who_did_what_and_when(said: str, expected: str) -> None:
    assert said == expected


@pytest.mark.parametrize("relation", get_args(Relation))
@pytest.mark.parametrize(("move", "actor"), DECISIONS)
def test_every_decision_has_its_sentence(move: Move, actor: ActingAs, relation: Relation) -> None:
    assert sentence(move, actor, relation).endswith(AT)


def test_what_was_never_decided_and_what_is_over_say_so() -> None:
    nothing = DecidedMeanwhile(None, "En attente de l'employeur", wanted=Move.VALIDATE, seat=Seat.NONE).sentence
    assert nothing == "L'employeur n'a pas encore décidé de cette demande ; elle est « En attente de l'employeur »."
    assert (
        "émargement de la session est clos"
        in DecidedMeanwhile(None, "Inscrit·e", wanted=Move.CANCEL, seat=Seat.HELD, attended=True).sentence
    )


def test_a_seat_that_is_held_and_a_question_that_was_not_asked_are_named() -> None:
    accepted = LastDecision(move=Move.ACCEPT, acting_as="employer", at=NOW, by=None, relation="other")
    promoted = DecidedMeanwhile(accepted, "Pré-inscrit·e", wanted=Move.PROMOTE, seat=Seat.HELD)
    assert promoted.sentence == "Cette personne a déjà une place ; la demande est « Pré-inscrit·e »."
    answered = DecidedMeanwhile(accepted, "Pré-inscrit·e", wanted=Move.ANSWER, seat=Seat.HELD)
    assert answered.sentence == "Aucune question n'attend de réponse ; la demande est « Pré-inscrit·e »."
