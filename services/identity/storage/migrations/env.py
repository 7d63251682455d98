"""Run by Alembic; the work is shared by all services."""

from shared.migrations import run_env

run_env()
