"""The Alembic migrations of the notifier."""
