"""The page with the documentation of a service runs its own script and no other."""

import base64
import hashlib
import re

import httpx
from fastapi import FastAPI

from shared.http.docs import serve_docs


async def test_only_the_inline_script_of_the_page_itself_may_run() -> None:
    app = FastAPI(title="A service")
    serve_docs(app, "/api/x/v1")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test") as client:
        page = await client.get("/api/x/v1/docs")
    [inline] = re.findall(rb"<script>(.*?)</script>", page.content, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(inline).digest()).decode()
    directives = dict(part.strip().split(" ", 1) for part in page.headers["Content-Security-Policy"].split(";"))
    assert directives["script-src"] == f"'self' 'sha256-{digest}'"
    assert directives["default-src"] == directives["frame-ancestors"] == "'none'"
    assert not re.search(rb"\son\w+=|<script [^>]*src=.https?:", page.content)
