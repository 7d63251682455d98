"""Assets have names that change with their content."""

import re

from tests.web.fake import FakeGateway, browser
from web.assets import Assets


async def test_an_asset_is_cached_for_a_year_under_its_fingerprint() -> None:
    url = Assets().url("style.css")
    assert re.fullmatch(r"/static/style\.[0-9a-f]{12}\.css", url)
    async with browser(FakeGateway()) as client:
        answer = await client.get(url, headers={"Accept-Encoding": "gzip"})
        plain = await client.get(url, headers={"Accept-Encoding": "identity"})
        missing = [await client.get(path) for path in ("/static/style.css", "/static/../settings.py")]
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Set-Cookie" not in answer.headers
    assert answer.content == plain.content
    assert [each.status_code for each in missing] == [404, 404]


async def test_style_sheets_name_fonts_by_their_fingerprints() -> None:
    assets = Assets()
    async with browser(FakeGateway()) as client:
        style = (await client.get(assets.url("theme.css"))).text
    assert f'url("{assets.url("fonts/atkinson.woff2")}")' in style
    assert 'url("fonts/' not in style
