"""Verdicts that come before the rules: whether the person may make requests, and whether a session is offered."""

from typing import Final, Literal

from services.enrollment.domain.rules.registry import Verdict

AttachmentState = Literal["requested", "active", "refused", "ended"]
_NOT_ACTIVE: Final[dict[str, str]] = {
    "requested": "Votre rattachement à {structure} attend la réponse de son référent.",
    "active": "Votre rattachement à {structure} ne comprend pas le statut de bénéficiaire : "
    "demandez-le à son référent.",
    "refused": "Votre rattachement à {structure} a été refusé : écrivez à son référent, ou à l'agence.",
    "ended": "Votre rattachement à {structure} est terminé : demandez un nouveau rattachement.",
}


def attachment_verdict(structure: str, state: str | None, *, is_beneficiary: bool) -> Verdict:
    """Whether the person is beneficiary of the structure. `state` is None if they have no attachment to it."""
    name = structure or "votre structure"
    if is_beneficiary:
        sentence = f"Vous êtes bénéficiaire dans la structure {name}."
    elif state is None:
        sentence = "Vous n'êtes rattaché·e à aucune structure : demandez d'abord votre rattachement."
    else:
        sentence = _NOT_ACTIVE[state].format(structure=name)
    return Verdict(rule="attachment", passed=is_beneficiary, blocks=not is_beneficiary, sentence=sentence)


def session_verdict(*, is_cancelled: bool) -> Verdict:
    """Why a session cannot be requested although somebody has it in the cart."""
    sentence = "Cette session a été annulée." if is_cancelled else "Cette session n'est plus proposée."
    return Verdict(rule="session", passed=False, blocks=True, sentence=sentence)
