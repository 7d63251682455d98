"""What must hold for how a page is made: accessibility in both themes, headings, and the width of small screens."""

from itertools import pairwise
from typing import Any, Final

from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Page

WIDE: Final = {"width": 1280, "height": 900}
NARROW: Final = {"width": 320, "height": 640}
ZOOMED: Final = {"width": 640, "height": 450}
"""A window of 1280 by 900 at 200 %."""
_AXE: Final = """async ([options]) => (await axe.run(options)).violations.map(violation => (
    `${violation.id}: ${violation.help}: ` + violation.nodes.slice(0, 3).map(node => node.html).join(" | ")
))"""
_QUICK: Final = {"resultTypes": ["violations"], "selectors": False, "preload": {"assets": ["media"]}}
"""Without what is for reports only, and without the text of the stylesheets, which no rule of these reads."""
EVERYTHING: Final = {**_QUICK, "rules": {"target-size": {"enabled": True}}}
COLOURS: Final = {**_QUICK, "runOnly": ["color-contrast"]}
_TOO_WIDE: Final = """() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    const scrolls = each => each && (/auto|scroll|hidden/.test(getComputedStyle(each).overflowX)
        || (each !== document.body && scrolls(each.parentElement)));
    return [...document.querySelectorAll("body *")]
        .filter(each => each.getBoundingClientRect().right > width + 1 && !scrolls(each.parentElement))
        .map(each => each.outerHTML.slice(0, 120)).slice(0, 3).concat("the page scrolls sideways");
}"""
_WRONG_FIELDS: Final = """() => [...document.querySelectorAll("[aria-invalid=true]")].map(field => {
    const words = (field.getAttribute("aria-describedby") || "").split(" ").filter(Boolean)
        .map(id => document.getElementById(id)?.innerText.trim());
    const link = document.querySelector(`#errors a[href="#${CSS.escape(field.id)}"]`);
    const said = words.length > 0 && words.every(Boolean) && words.includes(link?.innerText.trim());
    return said ? "" : `${field.name}: described by ${JSON.stringify(words)}, linked as ${link?.innerText}`;
})"""
_HEADINGS: Final = """[...document.querySelectorAll("h1,h2,h3,h4,h5,h6")]
    .filter(each => each.checkVisibility()).map(each => Number(each.tagName[1]))"""
_SHAPE: Final = f"() => [({_TOO_WIDE})(), {_HEADINGS}]"
"""What is too wide, and the levels of the headings."""
_TWICE: Final = """() => [...document.querySelectorAll("[id]")].map(each => each.id)
    .filter((id, place, ids) => ids.indexOf(id) < place)"""
"""Names of elements that stand twice: a label or a link leads to the first of them, which axe does not look at."""


async def faults(page: Page) -> list[str]:
    """Everything that is wrong with the page that is open, each in a line."""
    await _resize(page, WIDE)
    if not await page.evaluate("() => Boolean(window.axe?.run)"):  # an element may have this id
        await page.evaluate(AXE_SCRIPT)
    found = [f"light: {each}" for each in await _axe(page, EVERYTHING)]
    await page.emulate_media(color_scheme="dark")
    found += [f"dark: {each}" for each in await _axe(page, COLOURS)]
    await page.emulate_media(color_scheme="light")
    for size, name in ((WIDE, "wide"), (ZOOMED, "200 %"), (NARROW, "320 px")):
        await _resize(page, size)
        too_wide, levels = await page.evaluate(_SHAPE)
        found += [f"{name}: {each}" for each in too_wide + _wrong_levels(levels)]
    found += [f"two elements are called {each}" for each in await page.evaluate(_TWICE)]
    await _resize(page, WIDE)
    return found


async def _resize(page: Page, size: Any) -> None:
    """Only if it has another size: every change costs a layout and a picture."""
    if page.viewport_size != size:
        await page.set_viewport_size(size)


async def unlinked(page: Page, errors: int) -> list[str]:
    """What is wrong with the sentences about wrong fields: each stands at its field and, as a link, on top."""
    fields: list[str] = await page.evaluate(_WRONG_FIELDS)
    number = [] if len(fields) == errors else [f"{len(fields)} fields are wrong, not {errors}"]
    return number + [each for each in fields if each]


async def _axe(page: Page, options: dict[str, Any]) -> list[str]:
    lines: list[str] = await page.evaluate(_AXE, [options])
    return lines


def _wrong_levels(levels: list[int]) -> list[str]:
    """A page has one first heading, which comes first, and no level is left out on the way down."""
    wrong = [] if levels[:1] == [1] and levels.count(1) == 1 else [f"headings: {levels} do not begin with the only h1"]
    jumps = [(above, below) for above, below in pairwise(levels) if below > above + 1]
    return wrong + [f"headings: h{below} follows h{above}" for above, below in jumps]
