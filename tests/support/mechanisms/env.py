"""Alembic's entry point, shared by all services."""

from shared.migrations import run_env

run_env()
