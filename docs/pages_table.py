# ruff: noqa: INP001 - a folder of documents with the programs that write them
"""Writes docs/pages.md: every page with the calls of the API that it makes.

Each page is opened over services that answer every declared call with a made-up answer of the declared form, once with
one line in every list and once with three. What it calls is recorded.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import reduce
from types import UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin
from uuid import UUID

import httpx
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from web.client.calls import Call, Read
from web.session import Kept, Sessions, Tokens
from web.settings import Settings
from web.wiring import create

ADDRESS: Final = "http://pages.example"
NOW: Final = datetime(2031, 3, 12, 8, tzinfo=UTC)
READERS: Final[Mapping[str, str]] = {
    "visitor": "everybody",
    "account": "everybody for their own account",
    "beneficiary": "beneficiaries",
    "proposals": "the person, and employers of the structure",
    "requests": "everybody concerned by a request",
    "structure": "employers and referents",
    "trainer": "trainers and staff",
}
"""Who reads the pages of a room."""
STAFF: Final = "the agency's staff"
"""Who reads the pages of all other rooms."""
HEADER: Final = ("GET identity/me", "GET enrollment/me")
MOST: Final = 3
"""How many calls a page may make beside those of its header."""


ID: Final = UUID(int=1)
PLAIN: Final[Mapping[Any, Callable[[int], Any]]] = {
    UUID: lambda number: str(UUID(int=number)),
    datetime: lambda _: NOW.isoformat(),
    date: lambda _: NOW.date().isoformat(),
    bool: lambda _: True,
    int: lambda _: 1,
    float: lambda _: 1.0,
}
"""A value of each type, in the line of this number. Whatever an id is of, the first line has the same."""
TEXTS: Final[Mapping[str, str]] = {"state": "active", "statuses": "referent"}
"""Values of fields that are texts, where the page needs one that it knows."""
KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "groups": ("requested", "followed", "refused", "cancelled"),
    "value": ("1",),
}
"""The keys of objects that are not declared as fields."""
ADDRESSES: Final[Mapping[str, str]] = {
    "/agence/catalogue/{training_id}/acte/{name}": f"/agence/catalogue/{ID}/acte/archiver",
    "/agence/demandes/ensemble": f"/agence/demandes/ensemble?acte=accept&demande-{ID}=on",
    "/agence/personnes/{account_id}/acte/{name}": f"/agence/personnes/{ID}/acte/reactiver",
    "/agence/rattachements/{attachment_id}/acte/{name}": f"/agence/rattachements/{ID}/acte/statuts",
    "/agence/regles/{name}": "/agence/regles/1",
    "/agence/sessions/{session_id}/acte/{name}": f"/agence/sessions/{ID}/acte/annuler",
    "/demandes/{request_id}/acte/{move}": f"/demandes/{ID}/acte/accept",
    "/formateur/demandes/ensemble": f"/formateur/demandes/ensemble?acte=validate&demande-{ID}=on",
    "/rattachements/{attachment_id}/acte/{name}": f"/rattachements/{ID}/acte/statuts",
    "/structure/demandes/ensemble": f"/structure/demandes/ensemble?acte=accept&demande-{ID}=on",
    "/structure/proposer": f"/structure/proposer?personne={ID}&session={ID}&structure={ID}",
}
"""Of pages whose address needs a word or a choice that the route does not tell."""


INTRODUCTION: Final = f"""# The pages and their calls

Written by `make docs` from what each page calls when it is opened by a reader who has all roles. Beside these calls
the head of every page makes two for whoever is signed in: `{HEADER[0]}` and `{HEADER[1]}`.

The aim: a page makes at most {MOST} calls of its own, and no more of them the more lines it shows.

"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageCalls:
    """A page with the calls that it makes beside those of its header, each as often as it is made.

    `status`: of the answer; `grows`: with more lines in its lists it makes more calls.
    """

    path: str
    room: str
    text: str
    status: int
    calls: tuple[str, ...]
    grows: bool

    @property
    def misses_the_aim(self) -> bool:
        return self.grows or len(self.calls) > MOST


def written(pages: Sequence[PageCalls]) -> str:
    """The document: a table for each group of readers."""
    parts = [INTRODUCTION, _missed(pages)]
    groups: dict[str, list[PageCalls]] = {reader: [] for reader in (*READERS.values(), STAFF)}
    for page in pages:
        groups[READERS.get(page.room, STAFF)].append(page)
    for reader, of_reader in groups.items():
        parts += [f"\n## Read by {reader}\n\n", "| Page | What it is for | Calls |\n|---|---|---|\n"]
        parts += [f"| `{page.path}` | {page.text} | {_calls(page)} |\n" for page in of_reader]
    return "".join(parts)


def _missed(pages: Sequence[PageCalls]) -> str:
    missed = [f"`{page.path}`" for page in pages if page.misses_the_aim]
    return f"Pages that miss this aim: {', '.join(missed) or 'none'}.\n"


def _calls(page: PageCalls) -> str:
    return "<br>".join(f"`{call}`" for call in page.calls) or "none"


class Answers:
    """Answers every declared call with the fields that the pages read, and `lines` lines in each list."""

    def __init__(self, lines: int) -> None:
        self.lines = lines
        self.made: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        matching = [call for call in Call.declared if call.method == request.method and _matches(call, request)]
        fewest = min(call.path.count("{") for call in matching)
        calls = [call for call in matching if call.path.count("{") == fewest]
        self.made.append(f"{calls[0].method} {calls[0].service}{calls[0].path}")
        if calls[0].answer is bytes:
            return httpx.Response(200, content=b"%PDF-1.7")
        # several rooms may read different fields of one answer
        return httpx.Response(200, json=reduce(_both, (self._value(call.answer, "") for call in calls)))

    def _value(self, kind: Any, name: str, number: int = 1) -> Any:  # noqa: ANN401, PLR0911 - a case for each form
        """A value of this type for the field `name`, in line `number` of its list."""
        inner = get_args(kind)
        match get_origin(kind) or kind:
            case origin if origin is Annotated:
                return self._value(inner[0], name, number)
            case origin if origin in {Union, UnionType}:
                return self._value(next(each for each in inner if each is not type(None)), name, number)
            case origin if origin is Literal:
                return TEXTS[name] if TEXTS.get(name) in inner else inner[0]
            case origin if origin in {list, tuple}:
                return [self._value(inner[0], name, line) for line in range(1, self.lines + 1)]
            case origin if origin is dict:
                return {key: self._value(inner[1], key) for key in KEYS.get(name, ())}
            case origin if isinstance(origin, type) and issubclass(origin, Read):
                return {
                    field: None if field == "next" else self._value(each.annotation, field, number)
                    for field, each in kind.model_fields.items()
                }
            case origin:
                return PLAIN[origin](number) if origin in PLAIN else TEXTS.get(name, "1")


def _matches(call: Call[Any], request: httpx.Request) -> bool:
    pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(f"/api/{call.service}/v1{call.path}"))
    return re.fullmatch(pattern, request.url.path) is not None


def _both(one: Any, other: Any) -> Any:  # noqa: ANN401 - JSON
    """An answer with the fields of both."""
    if isinstance(one, dict) and isinstance(other, dict):
        return {**one, **other, **{name: _both(one[name], other[name]) for name in one.keys() & other.keys()}}
    if isinstance(one, list) and isinstance(other, list):
        return [_both(*each) for each in zip(one, other, strict=True)]
    return other if one == "1" else one


def all_pages() -> list[PageCalls]:
    """What every page calls, by path."""
    return asyncio.run(_record())


async def _record() -> list[PageCalls]:
    few = await _opened(lines=1)
    many = await _opened(lines=3)
    return [
        PageCalls(
            path=route.path,
            room=route.endpoint.__module__.split(".")[2],
            text=(route.endpoint.__doc__ or "").strip().partition("\n")[0],
            status=few[route.path][0],
            calls=few[route.path][1],
            grows=len(many[route.path][1]) > len(few[route.path][1]),
        )
        for route in sorted(_routes(create(_settings()).routes), key=lambda route: route.path)
    ]


async def _opened(*, lines: int) -> dict[str, tuple[int, tuple[str, ...]]]:
    """The status of every page and what it calls."""
    answers, settings = Answers(lines), _settings()
    app = create(settings, transport=lambda: httpx.MockTransport(answers))
    found = {}
    browser = httpx.AsyncClient(transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url=ADDRESS)
    async with app.router.lifespan_context(app), browser:
        for route in _routes(app.routes):
            browser.cookies.set("session", _cookie(settings))
            answers.made.clear()
            answer = await browser.get(_address(route))
            own = Counter(answers.made) - Counter(HEADER)
            found[route.path] = answer.status_code, tuple(sorted(own.elements()))
    return found


def _settings() -> Settings:
    return Settings(gateway_url="http://gateway.example", public_url=ADDRESS, cookie_keys="k" * 32)


def _cookie(settings: Settings) -> str:
    token = str(ID)
    tokens = Tokens(access_token=token, refresh_token=token, expires_at=datetime.now(UTC) + timedelta(hours=1))
    return Sessions(settings).seal(Kept(secret=token, tokens=tokens).model_dump_json(exclude_none=True))


def _routes(routes: Iterable[BaseRoute]) -> Iterator[APIRoute]:
    for route in routes:
        router = getattr(route, "original_router", None)  # FastAPI keeps a router that was included as it is
        if router is not None:
            yield from _routes(router.routes)
        elif (
            isinstance(route, APIRoute)
            and "GET" in (route.methods or ())
            and route.endpoint.__module__.startswith("web.pages.")
        ):
            yield route


def _address(route: APIRoute) -> str:
    """An address of the page: its parameters are an id, a number, or the first of the words that they can be."""
    if route.path in ADDRESSES:
        return ADDRESSES[route.path]
    values = {each.alias: str(ID) for each in route.dependant.path_params}
    for each in route.dependant.path_params:
        if get_origin(each.field_info.annotation) is Literal:
            values[each.alias] = str(get_args(each.field_info.annotation)[0])
        elif each.field_info.annotation is int:
            values[each.alias] = "1"
    return re.sub(r"\{(\w+)[^}]*\}", lambda name: values[name[1]], route.path)
