"""The page with the OpenAPI document of a service. It loads nothing from other hosts, so none can see its readers."""

import base64
import hashlib
import re
from importlib.resources import files

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from starlette.staticfiles import StaticFiles


def serve_docs(app: FastAPI, base: str) -> None:
    """Serve Swagger UI at `<base>/docs`. Its links have no host, so that they work behind any gateway."""
    assets = f"{base}/docs/assets"
    app.mount(assets, StaticFiles(directory=str(files("fastapi_swagger.resources"))))

    page = get_swagger_ui_html(
        openapi_url=f"{base}/openapi.json",
        title=app.title,
        swagger_js_url=f"{assets}/swagger-ui-bundle.js",
        swagger_css_url=f"{assets}/swagger-ui.css",
        swagger_favicon_url=f"{assets}/favicon-32x32.png",
        swagger_ui_parameters={"persistAuthorization": True, "docExpansion": "list"},
    )
    page.headers["Content-Security-Policy"] = _policy(bytes(page.body).decode())

    @app.get(f"{base}/docs", include_in_schema=False)
    async def read_docs() -> HTMLResponse:
        return page


def _policy(html: str) -> str:
    """Only the page's own inline script may run. Swagger UI sets styles from its script."""
    [script] = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'self' 'sha256-{digest}'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
