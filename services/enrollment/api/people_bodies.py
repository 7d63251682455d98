"""The bodies of requests about people: what was left open, proposals, transfers, messages, notes."""

from typing import Literal

from pydantic import Field

from shared.http.fields import Id, Line, Strict, Text


class LeftOpenDecision(Strict):
    """Keep the open requests of the person, or cancel all of them."""

    decision: Literal["keep", "cancel"] = Field(examples=["cancel"])
    reason: Text = Field(examples=["La personne a changé de mission."])


class Transfer(Strict):
    """The session of the same training to which the request is moved."""

    session_id: Id
    reason: Text = Field(examples=["La session du 12 mars est trop loin de son lieu de travail."])


class NewProposal(Strict):
    """A session that is proposed to a person.

    `participation` needs `account_id` and `structure_id`: the person is a beneficiary of that structure, and
    `motivation` is suggested to the person. `transfer` needs `enrollment_id`: the request to move to the session.
    """

    kind: Literal["participation", "transfer"]
    session_id: Id
    reason: Text = Field(examples=["Cette formation complète votre prise de poste."])
    account_id: Id | None = None
    structure_id: Id | None = None
    enrollment_id: Id | None = None
    motivation: Text | None = Field(None, examples=["Prendre en main l'accueil de second niveau."])


class Consent(Strict):
    """The person's own motivation, in place of the one that was suggested."""

    motivation: Text | None = Field(None, examples=["Je reçois depuis peu des salariés en reconversion."])


class ProposalDecline(Strict):
    """Why the person does not agree."""

    reason: Text | None = Field(None, examples=["Je suis en congé cette semaine-là."])


class NewSessionMessage(Strict):
    """A message to people of a session: those who hold a seat, the waiting list, or everybody with an open request."""

    to: Literal["held", "queued", "all_open"] = Field(examples=["held"])
    subject: Line = Field(examples=["Salle changée"])
    text: Text = Field(examples=["Nous serons dans la salle B, au premier étage."])


class NewNote(Strict):
    """An internal note of staff."""

    text: Text = Field(examples=["A rappelé le 12 : attend la réponse de sa direction."])
