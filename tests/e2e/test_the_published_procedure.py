"""The procedure that the agency publishes, run step by step by several people through HTTP and mails only.

`published_procedure.txt` is the agency's document. COVERED maps every sentence that states a behaviour to the steps
that test it; the other sentences are in NO_BEHAVIOUR. The test fails if a word of the document is in neither.
"""

import re
import unicodedata
from pathlib import Path
from typing import Final

from tests.e2e.scenario import Scenario, Step, perform
from tests.e2e.steps import accounts, attendance, catalogue, requests, traces, trainer

DOCUMENT: Final = Path(__file__).with_name("published_procedure.txt")

PROCEDURE: Final[tuple[Step, ...]] = (
    accounts.staff_sign_in,
    accounts.a_missing_structure_is_requested_and_added,
    accounts.a_structure_is_found_by_name_siret_and_town,
    accounts.staff_refuse_to_add_an_unknown_structure,
    accounts.the_first_user_verifies_the_address_and_becomes_the_referent,
    accounts.nobody_has_to_confirm_the_first_user_whom_staff_invited,
    accounts.the_referent_confirms_the_second_user_who_gets_a_mail,
    accounts.the_referent_refuses_a_person_who_does_not_work_there,
    accounts.the_referent_sets_the_statuses,
    accounts.the_referent_reports_a_change_of_the_structure,
    accounts.the_status_of_referent_is_handed_over,
    accounts.a_person_signs_in_with_address_and_password,
    accounts.a_forgotten_password_is_reset_by_mail,
    accounts.a_second_registration_only_informs_the_owner_by_mail,
    accounts.another_structure_has_its_own_people,
    catalogue.staff_create_the_account_of_a_trainer_without_a_structure,
    catalogue.staff_publish_trainings_with_their_sessions,
    catalogue.visitors_read_the_sessions_in_order_of_date,
    catalogue.visitors_choose_an_axis_and_then_a_training,
    catalogue.a_training_shows_its_content_audience_prerequisites_and_every_slot,
    requests.a_visitor_cannot_fill_a_cart,
    requests.sessions_go_into_the_cart,
    requests.the_person_sees_the_rules_before_filling_in_the_form,
    requests.a_cart_needs_a_motivation_for_each_training,
    requests.each_line_of_the_cart_becomes_a_request_that_waits_for_the_employer,
    requests.every_employer_gets_a_mail_about_each_request,
    traces.one_correlation_id_follows_the_request_into_its_mails,
    traces.the_logs_of_the_services_contain_the_correlation_id,
    requests.some_trainings_are_for_member_structures_only,
    requests.other_people_request_the_same_session,
    requests.an_employer_accepts_and_the_person_is_pre_registered,
    requests.an_employer_refuses_with_a_reason,
    requests.an_employer_withdraws_an_agreement,
    requests.the_session_is_full_and_later_requests_are_queued_with_a_rank,
    trainer.the_trainer_reads_the_motivation_and_validates,
    trainer.the_enrolled_person_gets_the_slots_as_a_calendar_file,
    trainer.the_trainer_asks_a_question_and_the_person_answers,
    trainer.the_trainer_may_validate_a_queued_request,
    trainer.the_trainer_declines_with_a_reason,
    trainer.a_withdrawal_promotes_the_first_request_in_the_queue,
    trainer.an_additional_seat_enrolls_a_queued_request_that_is_already_validated,
    trainer.visitors_see_that_the_session_is_full,
    attendance.staff_move_the_session_and_everybody_gets_a_mail,
    attendance.attendance_is_taken_slot_by_slot,
    attendance.attendance_is_closed_once,
    attendance.every_employer_gets_the_attendance_by_mail,
    attendance.people_who_attended_get_a_certificate,
    attendance.the_person_finds_attended_requested_refused_and_cancelled_sessions,
    attendance.employers_find_all_their_decisions,
    attendance.nobody_got_an_unexpected_mail,
)

# fmt: off
COVERED: Final[tuple[tuple[str, tuple[Step, ...]], ...]] = (
    # the agency's sentences in their order, each with the steps that test it
    ("Pour accéder à la plupart des actions, ma structure doit avoir créé un compte Cap Métiers.", (
        requests.some_trainings_are_for_member_structures_only,)),
    ("Je devrai également disposer d'un compte personnel.", (
        requests.a_visitor_cannot_fill_a_cart,)),
    ("Votre structure n'a pas de compte ?", (
        accounts.a_missing_structure_is_requested_and_added, accounts.staff_refuse_to_add_an_unknown_structure)),
    ("Les comptes personnels sont rattachés à, a minima, un statut :", (
        accounts.the_referent_confirms_the_second_user_who_gets_a_mail,)),
    ("Le « bénéficiaire » effectue ses demandes d'inscription en ligne", (
        requests.each_line_of_the_cart_becomes_a_request_that_waits_for_the_employer,)),
    ("et peut retrouver, sur son espace personnel, les actions suivies, demandées, refusées, annulées.", (
        attendance.the_person_finds_attended_requested_refused_and_cancelled_sessions,)),
    ("L' « employeur » est alerté de chaque demande d'inscription", (
        requests.every_employer_gets_a_mail_about_each_request, requests.other_people_request_the_same_session)),
    ("et peut valider ou refuser la participation à la formation du (des) salarié(s).", (
        requests.an_employer_accepts_and_the_person_is_pre_registered, requests.an_employer_refuses_with_a_reason,
        requests.an_employer_withdraws_an_agreement)),
    ("Il est informé de la présence effective en formation.", (
        attendance.attendance_is_taken_slot_by_slot, attendance.attendance_is_closed_once,
        attendance.every_employer_gets_the_attendance_by_mail)),
    ("Il a une vision globale de l'ensemble des décisions qu'il a prises (accords/refus).", (
        attendance.employers_find_all_their_decisions,)),
    ("Le « référént » de la structure confirme les demandes de création de compte,", (
        accounts.the_referent_confirms_the_second_user_who_gets_a_mail,
        accounts.the_referent_refuses_a_person_who_does_not_work_there)),
    ("attribue les droits (employeur et bénéficiaires)", (
        accounts.the_referent_sets_the_statuses,)),
    ("et signale toute modification concernant la structure.", (
        accounts.the_referent_reports_a_change_of_the_structure,)),
    ("Si vous êtes le premier utilisateur créé pour votre structure, vous serez automatiquement «référént»,", (
        accounts.the_first_user_verifies_the_address_and_becomes_the_referent,)),
    ("ce statut pouvant être par la suite attribué à une autre personne dans votre structure.", (
        accounts.the_status_of_referent_is_handed_over,)),
    ("Je me connecte ou crée mon compte individuel", (
        accounts.a_person_signs_in_with_address_and_password,)),
    ("Mot de passe oublié ?", (
        accounts.a_forgotten_password_is_reset_by_mail,)),
    ("Je n'ai pas de compte : Cliquez sur « Créer un compte ».", (
        accounts.the_first_user_verifies_the_address_and_becomes_the_referent,)),
    ("Rattachez votre compte personnel à votre structure et complétez les informations demandées.", (
        accounts.the_referent_confirms_the_second_user_who_gets_a_mail,)),
    ("Vous ne trouvez pas votre structure dans la liste déroulante ?", (
        accounts.a_structure_is_found_by_name_siret_and_town, accounts.a_missing_structure_is_requested_and_added)),
    ("Ma structure n'est pas dans la liste", (
        accounts.a_missing_structure_is_requested_and_added,)),
    (("La création de compte nécessite de se rattacher à la structure dans laquelle vous êtes salarié afin d'accéder "
      "à Rafael ou à ParcoursPro."), (
        accounts.the_referent_refuses_a_person_who_does_not_work_there,)),
    ("J'ai déjà un compte : Saisissez votre identifiant et votre mdp puis cliquez sur « Valider ».", (
        accounts.a_person_signs_in_with_address_and_password,
        accounts.a_second_registration_only_informs_the_owner_by_mail)),
    ("Le référent de votre structure confirmera toute demande de rattachement de compte.", (
        accounts.the_referent_confirms_the_second_user_who_gets_a_mail, accounts.another_structure_has_its_own_people)),
    ("Vous recevrez un mail de confirmation.", (
        accounts.the_referent_confirms_the_second_user_who_gets_a_mail,)),
    ("Rendez-vous sur le site Parcourspro parcourspro.cap-metiers.pro et connectez-vous à votre espace personnel,", (
        accounts.a_person_signs_in_with_address_and_password,)),
    ("Consultez la liste chronologique", (
        catalogue.visitors_read_the_sessions_in_order_of_date,)),
    ("ou cliquez sur l'axe thématique qui vous intéresse, puis sur la formation.", (
        catalogue.visitors_choose_an_axis_and_then_a_training,)),
    (("Lisez bien le contenu de la formation pour vous assurer qu'elle est adaptée à vos missions et objectifs, "
      "que vous disposez des pré-requis, et serez disponible sur l'ensemble des créneaux précisés."), (
        catalogue.a_training_shows_its_content_audience_prerequisites_and_every_slot,
        requests.the_person_sees_the_rules_before_filling_in_the_form)),
    ("Cliquez sur le panier, puis sur Ajouter à mon panier", (
        requests.sessions_go_into_the_cart,)),
    ("Validez votre panier.", (
        requests.each_line_of_the_cart_becomes_a_request_that_waits_for_the_employer,)),
    (("Renseignez le champ dédié à votre motivation pour chaque formation, s'il y en a plusieurs, "
      "en précisant le titre pour chacune."), (
        requests.a_cart_needs_a_motivation_for_each_training,)),
    ("A ce stade, vous êtes en attente de validation de votre employeur", (
        requests.each_line_of_the_cart_becomes_a_request_that_waits_for_the_employer,)),
    (("VALIDATION ADMINISTRATIVE : Une personne de votre structure ayant un statut employeur refuse ou valide "
      "votre demande."), (
        requests.an_employer_accepts_and_the_person_is_pre_registered, requests.an_employer_refuses_with_a_reason)),
    ("Si votre demande est acceptée, vous êtes pré-inscrit.e,", (
        requests.an_employer_accepts_and_the_person_is_pre_registered,)),
    ("ou, si la formation est complète, en liste d'attente.", (
        requests.the_session_is_full_and_later_requests_are_queued_with_a_rank,)),
    ("VALIDATION PÉDAGOGIQUE : Après avoir pris connaissance de votre motivation, le formateur valide votre demande.", (
        trainer.the_trainer_reads_the_motivation_and_validates,
        trainer.the_enrolled_person_gets_the_slots_as_a_calendar_file)),
    ("Sinon, il revient vers vous.", (
        trainer.the_trainer_asks_a_question_and_the_person_answers, trainer.the_trainer_declines_with_a_reason)),
    ("Si vous êtes en liste d'attente, vous pourrez être inscrit.e par la suite en cas de désistement anticipé.", (
        trainer.a_withdrawal_promotes_the_first_request_in_the_queue,
        trainer.the_trainer_may_validate_a_queued_request,
        trainer.an_additional_seat_enrolls_a_queued_request_that_is_already_validated)),
)

NO_BEHAVIOUR: Final[tuple[str, ...]] = (
    # titles, logos, dates
    "ParcoursPro Bien plus que des formations",
    "Procédure d'inscription aux formations Parcourspro de Cap Métiers",
    "MAJ : 30/04/2024 RÉGION Nouvelle- Aquitaine RÉPUBLIQUE FRANÇAISE Liberté Égalité Fraternité",
    "Je m'inscris à une session de formation sur Parcourspro",
    # membership of the agency is handled outside the system, which only stores which structures are members
    "Adhérer ou renouveler votre adhésion à Cap Métiers",
    # the agency's address for questions
    "tus@cap-metiers.pro",
    # the layout of the agency's current pages, and links to other services
    "Rendez-vous sur la page de connexion à Cap métiers pro",
    "Navigateurs conseillés : Mozilla Firefox et google Chrome",
    "Ou depuis cap-metiers.pro, cliquez sur le bouton « Connexion » en haut de la page d'accueil.",
    "Cliquez sur « Identifiant », Connectez-vous aux comptes des services de Cap Métiers Nouvelle-Aquitaine",
    "10/01/2022 Bienvenue sur la page de connexion et de création de compte Cap Métiers.",
    ("Elle est destinée aux acteurs de la formation, de l'orientation et de l'emploi pour leur permettre de s'inscrire "
     "aux actions de professionnalisation ParcoursPro, et aux prestataires d'intégrer leur offre de formation et "
     "d'apprentissage dans la base régionale Rafael."),
    "Votre contact pour la création du compte :",
    "Une fois connecté(e), vous pourrez accéder aux services Rafael et ParcoursPro (voir plus bas).",
    "Identification requise",
    "Créer un compte",
    "Contactez",
    "Demande de création de compte Structure / Employeur",
    "-- Civilité -- Nom Prénom",
)
# fmt: on


def _plain(text: str) -> str:
    """The words only, without links, markup, step numbers and line breaks."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", unicodedata.normalize("NFC", text))
    text = re.sub(r"^\s*(#+\s*)?\d\s+(?=\S)", "", re.sub(r"^#+\s*", "", text, flags=re.MULTILINE), flags=re.MULTILINE)
    return " ".join(re.sub(r"[*✓’]", lambda match: "'" if match[0] == "’" else "", text).split())


def test_every_word_of_the_document_is_covered_or_listed_as_no_behaviour() -> None:
    left = _plain(DOCUMENT.read_text(encoding="utf-8"))
    for part in sorted([*(sentence for sentence, _ in COVERED), *NO_BEHAVIOUR], key=len, reverse=True):
        assert _plain(part) in left, f"not in the document: {part}"
        left = left.replace(_plain(part), "|")
    assert left.replace("|", "").strip() == "", f"neither covered nor without behaviour: {left}"


def test_every_covered_sentence_has_steps_that_run() -> None:
    performed = {step.__name__ for step in PROCEDURE}
    assert [
        sentence for sentence, steps in COVERED if not steps or not {step.__name__ for step in steps} <= performed
    ] == []


async def test_the_procedure_runs_from_the_first_account_to_the_attendance(scenario: Scenario) -> None:
    await perform(scenario, PROCEDURE)
    assert scenario.performed == [step.__name__ for step in PROCEDURE]
