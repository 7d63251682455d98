"""`python -m web` serves the pages."""

import typer
import uvicorn

from shared.telemetry import configure_logging
from web.settings import Settings
from web.wiring import create

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def run() -> None:
    """Serve until SIGTERM."""
    settings = Settings()
    configure_logging(settings.log_level, "web")
    uvicorn.run(
        create(settings), host=settings.host, port=settings.port, log_config=None, access_log=False, server_header=False
    )


app()
