"""Somebody in front of a browser: finds things by what they are called on the page, as people do."""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request, expect

from deploy.embedded.demo.people import PASSWORD
from tests.e2e.systems import System
from tests.support.eventually import eventually
from tests.support.mail import Mail

SECONDS: Final = 15
"""Everything has to be on the page within this time."""
MOST_TABS: Final = 150
"""After so many presses of the tab key, a thing counts as out of reach of the keyboard."""
EXPECTED: Final = re.compile(r"the server responded with a status of (4\d\d|503)")
"""Chromium writes a line for every answer that is an error; such answers are part of the tests."""
REPLACED: Final = frozenset({"net::ERR_ABORTED", "NS_BINDING_ABORTED"})
"""How Chromium and Firefox call a request that the reader has replaced by the next one."""
expect.set_options(timeout=SECONDS * 1000)
_HAS_FOCUS: Final = "element => element === document.activeElement"
_TABS: Final = """element => {
    const follows = (one, other) => one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING;
    return [...document.querySelectorAll("a[href], button, input:not([type=radio]), select, textarea, summary")]
        .filter(each => each.tabIndex >= 0 && !each.disabled && each.checkVisibility())
        .filter(each => follows(document.activeElement, each) && (each === element || follows(each, element))).length;
}"""
"""How many presses of the tab key it takes at least from what has the focus; groups of radio buttons are left out."""
_FOCUS_IS_SEEN: Final = """element => {
    const style = getComputedStyle(element);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
}"""


@dataclass(slots=True)
class Reader:
    """A page in a browser of its own. `acts` counts what was pressed, followed and typed.

    `by_keyboard`: with the tab key, the arrows, space and enter alone.
    """

    page: Page
    by_keyboard: bool = False
    acts: int = 0

    async def open(self, path: str) -> None:
        await self.page.goto(path)

    async def press(self, name: str, *, within: Locator | None = None) -> None:
        """Press the button of this name."""
        await self._use(self._named("button", name, within), "Enter")

    async def follow(self, name: str, *, within: Locator | None = None) -> None:
        """Follow the link of this name."""
        await self._use(self._named("link", name, within), "Enter")

    async def type(self, label: str, text: str, *, within: Locator | None = None) -> None:
        """Type into the field with this label."""
        self.acts += 1
        field_of_form = (within or self.page).get_by_label(label, exact=True)
        if self.by_keyboard:
            await self._tab_to(field_of_form)
            await self.page.keyboard.press("ControlOrMeta+a")
            await self.page.keyboard.type(text)
        else:
            await field_of_form.fill(text)

    async def choose(self, label: str) -> None:
        """Choose the radio button of this name, or tick the box, unless it is chosen already."""
        choice = self.page.get_by_label(label, exact=True)
        if await choice.is_checked():
            return
        self.acts += 1
        if not self.by_keyboard:
            await choice.check()
        elif await choice.get_attribute("type") == "radio":
            name = await choice.get_attribute("name")
            group = self.page.locator(f'input[type="radio"][name="{name}"]')
            await self._tab_to(group.first)
            await self.page.keyboard.press("Space")
            for _ in range(await group.count()):
                if not await choice.is_checked():
                    await self.page.keyboard.press("ArrowDown")
        else:
            await self._tab_to(choice)
            await self.page.keyboard.press("Space")
        await expect(choice).to_be_checked()

    async def select(self, label: str, option: str) -> None:
        """Select the option of this name in a list; with the first letters of it by keyboard."""
        self.acts += 1
        choices = self.page.get_by_label(label, exact=True)
        if self.by_keyboard:
            await self._tab_to(choices)
            await self.page.keyboard.type(option)
        else:
            await choices.select_option(label=option)
        await expect(choices.locator("option:checked")).to_have_text(option)

    async def type_day(self, label: str, day: date) -> None:
        """Type a date into a field of dates; by keyboard part by part, in the order in which the browser shows them."""
        if not self.by_keyboard:
            await self.type(label, day.isoformat())
            return
        self.acts += 1
        field_of_form = self.page.get_by_label(label, exact=True)
        await self._tab_to(field_of_form)
        for order in ("%d%m%Y", "%m%d%Y"):  # as in French, and as in English
            await self.page.keyboard.type(day.strftime(order))
            if await field_of_form.input_value() == day.isoformat():
                return
            for _ in range(2):  # back to the first part
                await self.page.keyboard.press("ArrowLeft")
        await expect(field_of_form).to_have_value(day.isoformat())

    async def sees(self, *texts: str) -> None:
        """Wait until each of these texts can be read on the page."""
        for text in texts:
            await expect(self.page.locator("body")).to_contain_text(text)

    async def sees_heading(self, text: str) -> None:
        await expect(self.page.get_by_role("heading", level=1)).to_have_text(text)

    async def reloads_until(self, text: str) -> None:
        """Reload the page until the text can be read: events of another service may be on their way."""

        async def is_there() -> bool:
            if text in await self.page.locator("body").inner_text():
                return True
            await self.page.reload()
            return False

        await eventually(is_there, within=SECONDS)

    async def sign_in(self, email: str, password: str = PASSWORD) -> None:
        """Type address and password on the page of the sign-in."""
        await self.type("Adresse électronique", email)
        await self.type("Mot de passe", password)
        await self.press("Se connecter", within=self.page.locator("main"))
        await expect(self.page.get_by_role("button", name="Se déconnecter")).to_be_visible()

    async def opens_mail(self, mail: Mail, system: System) -> None:
        """Follow the link of a mail to the next step: in the mailbox if the system has one."""
        if system.mailbox_key:
            await self.open(f"/mailbox/{mail.id}")
            await self.page.locator("pre.text a[href^='http']").first.click()
        else:
            link = re.search(r"https?://\S+", mail.text)
            assert link
            await self.open(link[0].rstrip(").,"))
        await self.page.wait_for_load_state()

    def part(self, heading: str) -> Locator:
        """The part of the page with this heading."""
        return self.page.get_by_role("region", name=heading)

    def _named(self, role: Any, name: str, within: Locator | None) -> Locator:
        return (within or self.page).get_by_role(role, name=name).first

    async def _use(self, element: Locator, key: str) -> None:
        self.acts += 1
        if self.by_keyboard:
            await self._tab_to(element)
            await self.page.keyboard.press(key)
        else:
            await element.click()

    async def _tab_to(self, element: Locator) -> None:
        """Press the tab key until the element has the focus, and require that the focus can be seen on it."""
        await expect(element).to_be_visible()
        found = await element.element_handle()  # looked for once, not after each press
        for _ in range(await found.evaluate(_TABS)):
            await self.page.keyboard.press("Tab")
        for _ in range(MOST_TABS):
            if await found.evaluate(_HAS_FOCUS):
                assert await found.evaluate(_FOCUS_IS_SEEN), f"the focus cannot be seen on {element}"
                return
            await self.page.keyboard.press("Tab")
        text = f"the tab key does not lead to {element}"
        raise AssertionError(text)


@dataclass  # without slots: Playwright sets attributes on the object whose methods handle events
class Doors:
    """Gives everybody a browser of their own, and collects what goes wrong in it.

    `options` are those of Playwright's contexts, for everybody who comes in.
    """

    browser: Browser
    system: System
    by_keyboard: bool = False
    options: dict[str, Any] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    async def visitor(self, **options: Any) -> Reader:
        """Somebody who is not signed in."""
        context = await self.browser.new_context(
            base_url=self.system.url, locale="fr-FR", **{**self.options, **options}
        )
        context.set_default_timeout(SECONDS * 1000)
        self.contexts.append(context)
        if self.system.mailbox_key:
            host = str(urlsplit(self.system.url).hostname)
            await context.add_cookies(
                [
                    {
                        "name": "mailbox",
                        "value": self.system.mailbox_key,
                        "domain": host,
                        "path": "/mailbox",
                        "httpOnly": True,
                    }
                ]
            )
        context.on("console", self._on_console)
        context.on("requestfailed", self._on_failure)
        return Reader(await context.new_page(), self.by_keyboard)

    async def signed_in(self, email: str, password: str = PASSWORD, **options: Any) -> Reader:
        """Somebody who has signed in, on the first page; with no act counted."""
        reader = await self.visitor(**options)
        await reader.open("/connexion")
        await reader.sign_in(email, password)
        reader.acts = 0
        return reader

    async def close(self) -> None:
        """Close the browsers. Fails if a script or a policy complained in one of them."""
        for context in self.contexts:
            await context.close()
        assert self.wrong == []

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not EXPECTED.search(message.text):
            self.wrong.append(f"{message.location.get('url')}: {message.text}")

    def _on_failure(self, request: Request) -> None:
        if request.failure not in REPLACED:
            self.wrong.append(f"{request.url}: {request.failure}")


class Readers:
    """Everybody with one page each, signed in once."""

    def __init__(self, doors: Doors) -> None:
        self.doors = doors
        self._readers: dict[str | None, Reader] = {}

    async def get(self, email: str | None) -> Reader:
        if email not in self._readers:
            self._readers[email] = await (self.doors.signed_in(email) if email else self.doors.visitor())
        return self._readers[email]
