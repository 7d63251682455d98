"""The bodies of requests about people: what was left open, proposals, transfers, messages, notes."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.http.fields import Strict, Text


class LeftOpenDecision(Strict):
    """Keep the open requests of the person, or cancel all of them."""

    decision: Literal["keep", "cancel"] = Field(examples=["cancel"])
    reason: Text = Field(examples=["La personne a changé de mission."])


class Transfer(Strict):
    """The session of the same training to which the request is moved."""

    session_id: UUID
    reason: Text = Field(examples=["La session du 12 mars est trop loin de son lieu de travail."])
