"""The catalogue with scripts: a filter changes the list alone, and the focus stays where it was."""

import pytest
from playwright.async_api import expect

from tests.browser.reader import Doors

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("demo")]


async def test_a_filter_changes_the_list_and_keeps_the_focus(doors: Doors) -> None:
    reader = await doors.visitor()
    await reader.open("/formations")
    page = reader.page
    await page.evaluate("() => { window.same = true; }")
    themes = page.locator(".filters .on-wide a[id^='wide-axis-']")
    wanted = str(await themes.first.get_attribute("id"))
    for _ in range(2):  # chosen, and taken back
        before = page.url
        await page.locator(f"[id='{wanted}']").focus()
        await page.keyboard.press("Enter")
        await expect(page).not_to_have_url(before)
        await expect(page.locator(f"[id='{wanted}']")).to_be_focused()
    assert await page.evaluate("() => window.same") is True
    await page.go_back()
    await expect(page.get_by_label("Filtres choisis").get_by_role("link")).to_have_count(1)


async def test_a_session_of_the_list_leads_to_the_page_of_its_training(doors: Doors) -> None:
    reader = await doors.visitor()
    await reader.open("/formations")
    title = await reader.page.locator(".card h3 a").first.inner_text()
    await reader.follow(title)
    await reader.sees_heading(title)
