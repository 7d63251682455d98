"""Turns the errors of pydantic into paths of fields and French sentences."""

from collections.abc import Mapping
from typing import Any

_SENTENCES = {
    "missing": "Ce champ est obligatoire.",
    "extra_forbidden": "Ce champ n'est pas attendu ; retirez-le.",
    "string_too_short": "Ce texte est trop court : au moins {min_length} caractère{s}.",
    "string_too_long": "Ce texte est trop long : au plus {max_length} caractère{s}.",
    "string_type": "Un texte est attendu.",
    "string_unicode": "Ce texte contient des caractères qui ne peuvent pas être lus.",
    "string_pattern_mismatch": "Ce texte n'a pas la forme attendue.",
    "bool_type": "Oui ou non (true ou false) est attendu.",
    "bool_parsing": "Oui ou non (true ou false) est attendu.",
    "int_type": "Un nombre entier est attendu.",
    "int_parsing": "Un nombre entier est attendu.",
    "int_parsing_size": "Ce nombre est trop grand.",
    "int_from_float": "Un nombre entier est attendu.",
    "greater_than_equal": "La valeur doit être au moins {ge}.",
    "less_than": "La valeur doit rester sous {lt}.",
    "less_than_equal": "La valeur doit être au plus {le}.",
    "greater_than": "La valeur doit dépasser {gt}.",
    "too_short": "Il faut au moins {min_length} élément{s}.",
    "too_long": "Il faut au plus {max_length} élément{s}.",
    "list_type": "Une liste est attendue.",
    "dict_type": "Un objet est attendu.",
    "model_attributes_type": "Un objet est attendu.",
    "uuid_parsing": "Cet identifiant n'est pas valide.",
    "uuid_type": "Cet identifiant n'est pas valide.",
    "datetime_parsing": "Cette date n'est pas valide (forme attendue : 2026-03-02T09:00:00+01:00).",
    "datetime_from_date_parsing": "Cette date n'est pas valide (forme attendue : 2026-03-02T09:00:00+01:00).",
    "date_parsing": "Cette date n'est pas valide (forme attendue : 2026-03-02).",
    "date_from_datetime_parsing": "Cette date n'est pas valide (forme attendue : 2026-03-02).",
    "datetime_type": "Une date avec l'heure est attendue.",
    "timezone_aware": "Précisez le fuseau horaire de cette date (par exemple +01:00).",
    "literal_error": "Cette valeur n'est pas admise ; valeurs possibles : {expected}.",
    "enum": "Cette valeur n'est pas admise ; valeurs possibles : {expected}.",
    "json_invalid": "Le contenu envoyé n'est pas du JSON valide.",
}
_OTHER = "Cette valeur n'est pas valide."


def in_french(error: Mapping[str, Any]) -> tuple[str, str]:
    """Turn one entry of pydantic's `errors()` into (path, sentence)."""
    place = [str(part) for part in error["loc"]]
    if place[0] == "query":
        place = place[1:2]  # the name of the parameter, also for one value of a list
    elif len(place) > 1 and place[0] in {"body", "path", "header"}:
        place = place[1:]
    context: dict[str, Any] = {
        key: value.replace(" or ", " ou ") if isinstance(value, str) else value
        for key, value in error.get("ctx", {}).items()
    }
    context["s"] = "s" if context.get("min_length", context.get("max_length", 0)) > 1 else ""
    if error["type"] == "value_error":
        return ".".join(place), f"Cette valeur {context.get('error')}."
    if error["type"] == "json_invalid":
        place = ["body"]
    return ".".join(place), _SENTENCES.get(error["type"], _OTHER).format_map(_Lenient(context))


class _Lenient(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"
