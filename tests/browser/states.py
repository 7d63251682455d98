"""The states of pages that an address alone does not show: what stands there after a form was refused, and the like.

To add one, write a function that brings a reader to the state, and add a line to STATES.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from tests.browser.pages import AICHA, CLAIRE, TOKEN, VISITOR
from tests.browser.places import Places
from tests.browser.reader import Reader

LUCAS: Final = "lucas.hourcade@emploi-gaves.example"


@dataclass(frozen=True, slots=True)
class State:
    """Who brings a page into a state, and how. `errors`: the number of wrong fields that it shows then."""

    reader: str | None
    reach: Callable[[Reader, Places], Awaitable[None]]
    errors: int = 0


async def _sign_in_refused(reader: Reader, _: Places) -> None:
    await reader.open("/connexion")
    await reader.type("Adresse électronique", "personne@exemple.example")
    await reader.type("Mot de passe", "ce n'est pas le bon")
    await reader.press("Se connecter", within=reader.page.locator("main"))
    await reader.sees("ne convient pas")


async def _account_without_names(reader: Reader, places: Places) -> None:
    await reader.open(f"/compte/nouveau?structure={places['structure']}")
    await reader.press("Demander mon compte")
    await reader.sees("à corriger")


async def _structure_without_words(reader: Reader, _: Places) -> None:
    await reader.open("/structures/nouvelle")
    await reader.press("Envoyer à l’agence")
    await reader.sees("à corriger")


async def _reset_without_address(reader: Reader, _: Places) -> None:
    await reader.open("/compte/mot-de-passe-oublie")
    await reader.press("Recevoir le lien")
    await reader.sees("à corriger")


async def _reset_is_sent(reader: Reader, _: Places) -> None:
    await reader.open("/compte/mot-de-passe-oublie")
    await reader.type("Adresse électronique", "personne@exemple.example")
    await reader.press("Recevoir le lien")
    await reader.sees_heading("Consultez votre messagerie")


async def _password_too_short(reader: Reader, _: Places) -> None:
    await reader.open(f"/compte/adresse/{TOKEN}")
    await reader.type("Mot de passe", "court")
    await reader.press("Enregistrer mon mot de passe")
    await reader.page.locator("#errors").wait_for()


async def _key_of_a_second_factor(reader: Reader, _: Places) -> None:
    await reader.open("/compte")
    await reader.follow("Second facteur de connexion")
    await reader.press("Configurer le second facteur")
    await reader.page.get_by_role("img", name="Code QR de la clé, écrite en toutes lettres ci-dessous").wait_for()


async def _structures_while_typing(reader: Reader, _: Places) -> None:
    await reader.open("/compte/nouveau")
    await reader.page.get_by_label("Votre structure").press_sequentially("limoges")
    await reader.sees("Mission locale du Val de Vienne")


async def _cart_without_motivation(reader: Reader, places: Places) -> None:
    await reader.open(f"/panier/ajouter/{places['session']}")
    await reader.press("Ajouter à mon panier")
    await reader.sees_heading("Mon panier")
    await reader.press("Envoyer m")
    await reader.sees("Dites pourquoi")


async def _refusal_without_reason(reader: Reader, places: Places) -> None:
    await reader.open(f"/demandes/{places['karim_awaiting_employer']}/acte/refuse")
    await reader.press("Refuser")
    await reader.page.locator("#errors").wait_for()


async def _empty_answer(reader: Reader, places: Places) -> None:
    await reader.open(f"/demandes/{places['aicha_awaiting_beneficiary']}")
    await reader.press("Répondre")
    await reader.page.locator("#errors").wait_for()


async def _form_of_before(reader: Reader, _: Places) -> None:
    """A form that was open before a sign-in in another tab."""
    await reader.open("/compte/mot-de-passe-oublie")
    await reader.page.evaluate("() => document.querySelectorAll('[name=form_token]').forEach(each => each.value = 'x')")
    await reader.press("Recevoir le lien")
    await reader.sees("rechargez la page")


STATES: Final[Mapping[str, State]] = {
    "connexion refusee": State(VISITOR, _sign_in_refused),
    "compte sans nom": State(VISITOR, _account_without_names, errors=3),
    "structure sans mots": State(VISITOR, _structure_without_words, errors=5),
    "mot de passe oublie sans adresse": State(VISITOR, _reset_without_address, errors=1),
    "mot de passe oublie, envoye": State(VISITOR, _reset_is_sent),
    "mot de passe trop court": State(VISITOR, _password_too_short),
    "cle du second facteur": State(LUCAS, _key_of_a_second_factor),
    "structures pendant la saisie": State(VISITOR, _structures_while_typing),
    "panier sans motivation": State(LUCAS, _cart_without_motivation, errors=1),
    "refus sans motif": State(CLAIRE, _refusal_without_reason, errors=1),
    "reponse vide": State(AICHA, _empty_answer, errors=1),
    "formulaire d'avant": State(VISITOR, _form_of_before),
}
