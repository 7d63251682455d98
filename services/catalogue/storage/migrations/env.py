"""Alembic's entry: the shared one."""

from shared.migrations import run_env

run_env()
