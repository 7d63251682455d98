"""What only a browser can show: what scripts can read, which cookies it keeps, and many tabs at once."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from tests.browser.pages import KARIM
from tests.browser.reader import Doors, Reader
from tests.e2e.systems import System
from tests.web.fake import settings
from web.session import Kept, Sessions

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("demo")]
ADDRESS = "http://localhost/"
_READABLE = """() => JSON.stringify([document.cookie, {...localStorage}, {...sessionStorage},
    document.documentElement.outerHTML])"""
TABS = 8


async def test_no_script_can_read_a_token(doors: Doors) -> None:
    reader = await doors.signed_in(KARIM)
    await reader.open("/compte")
    readable = str(await reader.page.evaluate(_READABLE))
    cookies = {str(each["name"]): each for each in await reader.page.context.cookies(ADDRESS)}
    session = cookies["session"]
    assert (session["httpOnly"], session["sameSite"], session["path"]) == (True, "Lax", "/")
    assert session["value"] not in readable
    for beginning in ("eyJ", "access_token", "refresh_token"):  # eyJ: how every signed token begins
        assert beginning not in readable
    assert await reader.page.evaluate("() => document.cookie") == ""


async def test_the_policy_of_the_page_stops_a_script_that_is_put_into_it(doors: Doors) -> None:
    reader = await doors.visitor()
    await reader.open("/")
    ran = await reader.page.evaluate("""() => {
        const script = document.createElement("script");
        script.textContent = "window.ran = true";
        document.body.append(script);
        return "ran" in window;
    }""")
    assert ran is False
    assert len(doors.wrong) == 1
    assert "Content Security Policy" in doors.wrong.pop()


async def test_many_tabs_at_once_do_not_end_a_session(doors: Doors, system: System) -> None:
    """All tabs begin with the same cookie, whose access token is over: each of them renews it."""
    if system.folder is None:
        pytest.skip("the key of the cookies of a given system is not known")
    reader = await doors.signed_in(KARIM)
    await _let_the_token_be_over(reader, (system.folder / "cookie-key").read_text())
    pages = [await reader.page.context.new_page() for _ in range(TABS)]
    for address in ("/demandes", "/compte", "/panier"):
        answers = await asyncio.gather(*(page.goto(address) for page in pages))
        assert [answer.status if answer else None for answer in answers] == [200] * TABS
        assert [page.url.endswith(address) for page in pages] == [True] * TABS
    await reader.open("/compte")
    await reader.sees("Karim Benali")


async def _let_the_token_be_over(reader: Reader, key: str) -> None:
    sessions = Sessions(settings(cookie_keys=key))
    [cookie] = [each for each in await reader.page.context.cookies(ADDRESS) if each.get("name") == "session"]
    kept = Kept.model_validate_json(sessions.unseal(str(cookie["value"]), seconds=3600))
    assert kept.tokens is not None
    kept.tokens.expires_at = datetime.now(UTC) - timedelta(minutes=1)
    cookie["value"] = sessions.seal(kept.model_dump_json(exclude_none=True))
    await reader.page.context.add_cookies([cookie])  # type: ignore[list-item]  # of the same shape


async def test_a_sign_out_in_one_tab_holds_for_the_others(doors: Doors) -> None:
    reader = await doors.signed_in(KARIM)
    other = await reader.page.context.new_page()
    await other.goto("/demandes")
    await reader.press("Se déconnecter")
    await reader.sees("Vous êtes déconnecté·e.")
    await other.goto("/demandes")
    assert "/connexion?suite=" in other.url
