"""FastAPI has spans of its own, with addresses and texts of errors in them; `shared/tracing.py` has ours."""

from typing import Final

from fastapi.telemetry import TelemetryConfig

NO_TELEMETRY: Final[TelemetryConfig] = {"tracing": False, "metrics": False, "logs": False}
