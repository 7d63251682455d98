"""The agency's rules as staff set them; what was never set has its default."""

import json

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.enrollment.domain.rules import Rules, value_of


class StoredRules:
    """The rules of the service."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def load(self) -> Rules:
        """All rules as they are now."""
        rules = Rules()
        for row in await self._connection.execute(text("SELECT name, enabled, value FROM rules")):
            rules = rules.changed(row.name, enabled=row.enabled, value=row.value)
        return rules

    async def save(self, name: str, rules: Rules) -> None:
        """Store one rule."""
        rule = getattr(rules, name)
        statement = text("""
            INSERT INTO rules (name, enabled, value) VALUES (:name, :enabled, :value)
            ON CONFLICT (name) DO UPDATE SET enabled = EXCLUDED.enabled, value = EXCLUDED.value
        """)
        await self._connection.execute(statement, {"name": name, "enabled": rule.enabled, "value": json.dumps(value_of(rule))})
