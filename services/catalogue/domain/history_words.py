"""How people read the history of the catalogue: what was done, and which fields changed."""

from collections.abc import Mapping
from typing import Final

ACTS: Final[Mapping[str, str]] = {
    "AxisAdded": "Axe ajouté",
    "AxisChanged": "Axe modifié",
    "AxisRemoved": "Axe supprimé",
    "Drafted": "Brouillon enregistré",
    "Published": "Formation publiée",
    "Revised": "Formation modifiée",
    "Archived": "Formation archivée",
    "Removed": "Brouillon supprimé",
    "Scheduled": "Session créée",
    "Rescheduled": "Session modifiée",
    "Resized": "Nombre de places modifié",
    "Cancelled": "Session annulée",
    "Reinstated": "Session rétablie",
}
"""By the name of the fact."""

FIELDS: Final[Mapping[str, str]] = {
    "axis_id": "axe",
    "axis_name": "nom de l'axe",
    "title": "titre",
    "kind": "nature",
    "members_only": "réservée aux adhérents",
    "summary": "résumé",
    "objectives": "objectifs",
    "content": "contenu",
    "audience": "public",
    "prerequisites": "prérequis",
    "duration": "durée",
    "contact": "contact",
    "accessibility": "accessibilité",
    "place": "lieu",
    "opens_at": "ouverture des demandes",
    "closes_at": "clôture des demandes",
    "slots": "créneaux",
    "trainer_ids": "formateurs",
    "town": "ville",
    "address": "adresse",
    "access": "accès",
    "distance": "à distance",
    "link": "lien",
}
"""The fields of a syllabus and of a plan."""
