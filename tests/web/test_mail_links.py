"""Every link in a mail leads to a page that exists, through the sign-in where the page needs it."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from starlette.routing import Match

from services.notifier.domain.audience import Audience
from services.notifier.domain.mails.all import SPECS
from services.notifier.domain.mails.spec import MailSpec
from tests.web.examples import ID, answers, problem
from tests.web.fake import FakeGateway, browser, token_on
from tests.web.routes import routes

WITHOUT_SIGN_IN = (
    "compte/nouveau",
    "connexion",
    "compte/adresse/{token}",
    "compte/mot-de-passe/{token}",
    "compte/mot-de-passe-oublie",
    "compte/nouveau?structure={structure}&invitation={token}",
    "sessions/{session}",
)
LINKS = sorted({page for spec in SPECS.values() for page in (spec.page, *spec.pages.values())})


def test_only_a_person_is_led_to_the_list_of_ones_own_requests() -> None:
    led = {
        (kind, audience)
        for kind, spec in SPECS.items()
        for audience in spec.audiences
        if _page(spec, audience) == "demandes"
    }
    assert led == {("request_receipt", Audience.PERSON), ("cancelled_together", Audience.PERSON)}


def _page(spec: MailSpec, audience: Audience) -> str:
    return spec.pages.get(audience, spec.page)


class StrictGateway(FakeGateway):
    """Answers what needs a token only to who has one."""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        answer = super().__call__(request)
        needed = request.method == "GET" and "/catalogue/" not in request.url.path
        return problem(401, "Connectez-vous.") if needed and "Authorization" not in request.headers else answer


def address(link: str) -> str:
    return "/" + link.format(subject=ID, session=ID, structure=ID, token="t" * 43)


@pytest.mark.parametrize("link", LINKS)
def test_a_link_has_a_page(link: str) -> None:
    scope = {"type": "http", "method": "GET", "path": urlsplit(address(link)).path, "root_path": ""}
    pages = [route for route in routes() if route.matches(scope)[0] is Match.FULL]
    assert pages, f"no page of web answers GET {scope['path']}"


@pytest.mark.parametrize("link", [link for link in LINKS if link not in WITHOUT_SIGN_IN])
async def test_a_link_leads_through_the_sign_in_and_back(link: str) -> None:
    gateway = StrictGateway(answers("beneficiary"))
    pair = {"access_token": "a", "refresh_token": "r", "expires_in": 600, "device_token": None}
    gateway.answers["POST /api/identity/v1/tokens"] = pair
    async with browser(gateway) as client:
        asked = await client.get(address(link))
        assert asked.status_code == 303
        sign_in = urlsplit(asked.headers["Location"])
        assert sign_in.path == "/connexion"
        [after] = parse_qs(sign_in.query)["suite"]
        form = {"form_token": await token_on(client, asked.headers["Location"]), "email": "a", "password": "b"}
        signed_in = await client.post("/connexion", data={**form, "suite": after})
    assert (signed_in.status_code, signed_in.headers["Location"]) == (303, address(link))
