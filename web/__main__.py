"""`python -m web api` serves the pages: the same word as for the services."""

import asyncio

import typer

from shared import tracing
from shared.serving import serve
from shared.settings import TraceSettings, load
from shared.telemetry import configure_logging
from web.settings import Settings
from web.wiring import create

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def pages() -> None:
    """The pages of ParcoursPro."""


@app.command()
def api() -> None:
    """Serve until SIGTERM."""
    settings = load("web", Settings)
    configure_logging(settings.log_level, "web")
    with tracing.exported("web", load("web", TraceSettings)):
        asyncio.run(serve(create(settings), settings.host, settings.port))


app()
