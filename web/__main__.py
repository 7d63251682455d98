"""`python -m web api` serves the pages: the same word as for the services."""

import typer
import uvicorn

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
    settings = Settings()
    configure_logging(settings.log_level, "web")
    uvicorn.run(
        create(settings), host=settings.host, port=settings.port, log_config=None, access_log=False, server_header=False
    )


app()
