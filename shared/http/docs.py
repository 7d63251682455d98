"""The page with the OpenAPI document of a service. It loads nothing from other hosts, so none can see its readers."""

import base64
import hashlib
import re
from importlib.resources import files
from typing import Final

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

_INLINE: Final = re.compile(rb"<script>(.*?)</script>", re.DOTALL)


def serve_docs(app: FastAPI, base: str) -> None:
    """Serve Swagger UI at `<base>/docs`. Its links have no host, so that they work behind any gateway."""
    assets = f"{base}/docs/assets"
    app.mount(assets, StaticFiles(directory=str(files("fastapi_swagger.resources"))))

    page = bytes(
        get_swagger_ui_html(
            openapi_url=f"{base}/openapi.json",
            title=app.title,
            swagger_js_url=f"{assets}/swagger-ui-bundle.js",
            swagger_css_url=f"{assets}/swagger-ui.css",
            swagger_favicon_url=f"{assets}/favicon-32x32.png",
            swagger_ui_parameters={"docExpansion": "list"},  # a token is forgotten with the page
        ).body
    )
    headers = {"Content-Security-Policy": _policy(page), "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY"}

    @app.get(f"{base}/docs", include_in_schema=False)
    async def read_docs() -> HTMLResponse:
        return HTMLResponse(page, headers=headers)


def _policy(page: bytes) -> str:
    """Allow the page's own inline script, by its hash, and no other. Swagger UI sets styles from its script."""
    hashes = [base64.b64encode(hashlib.sha256(script).digest()).decode() for script in _INLINE.findall(page)]
    scripts = " ".join(["'self'", *(f"'sha256-{each}'" for each in hashes)])
    return (
        f"default-src 'none'; script-src {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    )
