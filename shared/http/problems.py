"""Problem documents (RFC 9457): the one form of all errors, with French sentences for people to read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from shared.errors import ChangedMeanwhile, NotFound, Refused, WrongFields
from shared.http.json_body import UnreadableBody
from shared.http.validation import in_french
from shared.telemetry import current_correlation_id
from shared.tokens.verifier import SecondFactorMissing

MOST_ERRORS = 50
LONGEST_FIELD = 100
ROOM = 1536
"""A problem document has at most this many bytes, or twice as many as its question (path, query and body) if that is
more; only its first error is always there. That is enough for a dozen missing fields in answer to an empty body. More
errors are counted and left out, and so is the rest of a longer path of a field.
"""
BODY_BYTES = "parcourspro.body_bytes"
"""Where RequestMiddleware notes in the scope how much of the body it has received."""
MEDIA_TYPE = "application/problem+json"
TYPE = "urn:parcourspro:problem:"


class FieldError(BaseModel):
    """The error in one field. `field` is its path: `lines.0.motivation`."""

    field: str
    message: str


class Problem(BaseModel):
    """The body of every error. `type` is stable; `title` and `detail` are French."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldError] | None = None
    correlation_id: str | None = None


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """The problem that an error becomes. `detail` makes the sentence from the attributes of the error."""

    status: int
    slug: str
    title: str
    detail: Callable[[Any], str] = lambda error: str(getattr(error, "sentence", None) or error)
    headers: Callable[[Any], Mapping[str, str]] = lambda _: {}
    errors: Callable[[Any], Sequence[tuple[str, str]]] = lambda _: ()


ProblemMap = Mapping[type[Exception], ProblemKind]


INVALID = ProblemKind(
    422,
    "invalid-fields",
    "Champs à corriger",
    lambda _: "Corrigez les champs indiqués et renvoyez la demande.",
    errors=lambda error: error.errors,
)
_BY_STATUS = {
    400: ("unreadable", "Demande illisible", "Le contenu envoyé n'a pas pu être lu."),
    401: ("unauthenticated", "Identification requise", "Connectez-vous, puis recommencez."),
    403: ("forbidden", "Action non autorisée", "Votre compte n'a pas le droit de faire cette action."),
    404: ("not-found", "Introuvable", "Cet élément n'existe pas, ou vous n'y avez pas accès."),
    405: ("method-not-allowed", "Méthode non admise", "Cette adresse n'admet pas cette méthode."),
    412: ("changed-meanwhile", "Modifié entre-temps", "Rechargez l'élément : quelqu'un l'a modifié entre-temps."),
    413: ("too-large", "Envoi trop volumineux", "Le contenu envoyé dépasse la taille admise."),
    415: ("unsupported-media-type", "Format non admis", "Envoyez du JSON (Content-Type: application/json)."),
    428: (
        "precondition-required",
        "Version attendue",
        "Indiquez dans l'en-tête If-Match la version que vous modifiez.",
    ),
    503: (
        "unavailable",
        "Momentanément indisponible",
        "Le service revient dans un instant. Réessayez ; rien n'a été enregistré.",
    ),
}
_REFUSED = ("refused", "Demande refusée", "Cette demande n'est pas admise.")
_INTERNAL = (
    "internal",
    "Erreur interne",
    "Une erreur est survenue de notre côté. Réessayez ; rien n'a été enregistré.",
)


def kind_of_status(status: int) -> ProblemKind:
    """The kind of problem of a status that needs no further explanation."""
    slug, title, detail = _BY_STATUS.get(status, _REFUSED if status < HTTPStatus.INTERNAL_SERVER_ERROR else _INTERNAL)
    return ProblemKind(status, slug, title, lambda _: detail)


NOT_FOUND = kind_of_status(404)
UNAUTHENTICATED = kind_of_status(401)
CHANGED_MEANWHILE = kind_of_status(412)
VERSION_EXPECTED = kind_of_status(428)
REFUSED = ProblemKind(409, *_REFUSED[:2])
UNREADABLE_BODY = ProblemKind(400, *_BY_STATUS[400][:2])
SECOND_FACTOR_MISSING = ProblemKind(403, "second-factor-missing", "Second facteur requis")

SHARED_PROBLEMS: ProblemMap = {
    SecondFactorMissing: SECOND_FACTOR_MISSING,
    UnreadableBody: UNREADABLE_BODY,
    NotFound: NOT_FOUND,
    ChangedMeanwhile: CHANGED_MEANWHILE,
    WrongFields: INVALID,
    Refused: REFUSED,
}
"""The problems of the errors in `shared.errors`. A service maps its own subclasses of Refused to its own kinds."""


def response(
    kind: ProblemKind,
    detail: str,
    *,
    errors: Sequence[tuple[str, str]] = (),
    headers: Mapping[str, str] | None = None,
    left_out: int = 0,
    room: int = ROOM,
) -> JSONResponse:
    """The response with a problem document of at most `room` bytes; only its first error is always there.

    `left_out`: how many more errors there are than `errors`.
    """
    problem = Problem(
        type=TYPE + kind.slug,
        title=kind.title,
        status=kind.status,
        detail=detail,
        correlation_id=current_correlation_id(),
    )
    if errors:
        # the document begins with a name and brackets for its errors, and may end with the number of others
        number = len(errors) + left_out
        room -= _size(problem) + len(b',"errors":[]') + _size(_others(number))
        problem.errors = _that_fit(errors, number, room)
    body = jsonable_encoder(problem, exclude_none=True)
    return JSONResponse(body, kind.status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def _that_fit(errors: Sequence[tuple[str, str]], number: int, room: int) -> list[FieldError]:
    """The first ones of `number` errors, and how many others there are."""
    listed: list[FieldError] = []
    for field, message in errors[:MOST_ERRORS]:
        error = FieldError(field=_shortened(field), message=message)
        room -= _size(error) + len(b",")
        if listed and room < 0:
            break
        listed.append(error)
    others = number - len(listed)
    return [*listed, _others(others)] if others else listed


def _others(number: int) -> FieldError:
    return FieldError(field="", message=f"Autres erreurs : {number}. Corrigez d'abord celles-ci.")


def _size(model: BaseModel) -> int:
    return len(model.model_dump_json(exclude_none=True).encode())


def _room_of(request: Request) -> int:
    """Twice the bytes of the question, but no less than ROOM."""
    scope = request.scope
    path = scope.get("raw_path") or scope["path"].encode()
    body: int = scope.get(BODY_BYTES, 0)
    return max(ROOM, 2 * (len(path) + len(scope["query_string"]) + body))


def _shortened(field: str) -> str:
    return field if len(field) <= LONGEST_FIELD else f"{field[:LONGEST_FIELD]}…"


def of_status(status: int, *, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The response for a status that needs no further explanation."""
    kind = kind_of_status(status)
    return response(kind, kind.detail(None), headers=headers)


def problems(*kinds: ProblemKind) -> dict[int | str, dict[str, Any]]:
    """The OpenAPI description of the problems of an endpoint, with an example of each.

    OpenAPI is in English, so the description of a status is made of the slugs; the examples have the French titles.
    """
    described: dict[int | str, dict[str, Any]] = {}
    for kind in kinds:
        entry = described.setdefault(
            kind.status, {"model": Problem, "description": "", "content": {MEDIA_TYPE: {"examples": {}}}}
        )
        example = {"type": TYPE + kind.slug, "title": kind.title, "status": kind.status, "detail": kind.title}
        entry["content"][MEDIA_TYPE]["examples"][kind.slug] = {"value": example}
        entry["description"] = ", ".join(entry["content"][MEDIA_TYPE]["examples"]).replace("-", " ")
    return described


def install(app: FastAPI, mapped: ProblemMap) -> None:
    """Answer mapped errors, and those of `shared.errors`, with their problem documents.

    RequestMiddleware answers all other exceptions.
    """

    async def of_request(request: Request, error: Exception) -> JSONResponse:
        found = error.errors() if isinstance(error, RequestValidationError) else ()
        return response(
            INVALID,
            INVALID.detail(error),
            errors=[in_french(each) for each in found[:MOST_ERRORS]],
            left_out=max(0, len(found) - MOST_ERRORS),
            room=_room_of(request),
        )

    async def of_http(_: Request, error: Exception) -> JSONResponse:
        status, headers = (error.status_code, error.headers) if isinstance(error, HTTPException) else (500, None)
        return of_status(status, headers=headers)

    def of_kind(kind: ProblemKind) -> Callable[[Request, Exception], JSONResponse]:
        return lambda request, error: response(
            kind,
            kind.detail(error),
            errors=kind.errors(error),
            headers=kind.headers(error),
            room=_room_of(request),
        )

    app.add_exception_handler(RequestValidationError, of_request)
    app.add_exception_handler(HTTPException, of_http)
    for error, kind in {**SHARED_PROBLEMS, **mapped}.items():
        app.add_exception_handler(error, of_kind(kind))
