"""The agency's rules as staff set them; what was never set has its default."""

import json
from collections.abc import Mapping

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.enrollment.domain.rules import Rules, value_of

_LOAD = text("SELECT name, version, enabled, value FROM rules")
_SAVE = text("""
    INSERT INTO rules (name, version, enabled, value) VALUES (:name, :version, :enabled, :value)
    ON CONFLICT (name) DO UPDATE SET version = EXCLUDED.version, enabled = EXCLUDED.enabled, value = EXCLUDED.value
    WHERE rules.version = EXCLUDED.version - 1 RETURNING version
""")


class StoredRules:
    """The rules of the service."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def load(self) -> Rules:
        """All rules as they are now."""
        return (await self.with_versions())[0]

    async def with_versions(self) -> tuple[Rules, Mapping[str, int]]:
        """All rules, and the version of each that was ever set."""
        rules, versions = Rules(), {}
        for row in await self._connection.execute(_LOAD):
            rules = rules.changed(row.name, enabled=row.enabled, value=row.value)
            versions[row.name] = row.version
        return rules, versions

    async def save(self, name: str, rules: Rules, version: int) -> bool:
        """Store one rule as that version; False when somebody was quicker."""
        rule = getattr(rules, name)
        values = {"name": name, "version": version, "enabled": rule.enabled, "value": json.dumps(value_of(rule))}
        return await self._connection.scalar(_SAVE, values) is not None
