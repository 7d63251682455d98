"""The entry point of Alembic."""

from shared.migrations import run_env

run_env()
