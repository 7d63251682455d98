"""The agency's rules as staff set them. A setting is a row that is never changed; what was never set has its default.

At a moment, the row with the greatest version among those whose `effective_from` has come holds for a rule.
"""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import DateTime, Select, bindparam, func, select
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.enrollment.domain.rules.registry import ALL_RULES, WrongRuleValue
from services.enrollment.domain.rules.rule import Rule, Value
from services.enrollment.domain.rules.rule_set import Rules, Setting
from services.enrollment.storage import tables
from shared.compiled import Compiled, compiled
from shared.errors import ChangedMeanwhile

_ADAPTERS: Final[Mapping[str, TypeAdapter[Any]]] = {rule.name: TypeAdapter(type(rule.default)) for rule in ALL_RULES}

_LATEST: Final[Select[tuple[str, int, bool, Any]]] = (
    select(tables.rules.c.name, tables.rules.c.version, tables.rules.c.enabled, tables.rules.c.value)
    .ext(distinct_on(tables.rules.c.name))
    .order_by(tables.rules.c.name, tables.rules.c.version.desc())
)
_AT: Final = compiled(
    _LATEST.where(tables.rules.c.effective_from <= bindparam("moment", type_=DateTime(timezone=True)))
)
# The moment is not the `now` of the request: it may have waited for its lock since, while somebody set a rule and
# gave seats by it. A setting that holds from the time when it was made (`set_at`) holds for everybody who can read
# it, even if the clocks of two machines differ.
_in_force_now = _LATEST.where(
    tables.rules.c.effective_from <= func.greatest(func.statement_timestamp(), tables.rules.c.set_at)
)
_IN_FORCE: Final = compiled(_in_force_now)
_in_force = _in_force_now.subquery()
IN_FORCE_AS_JSON: Final = select(func.jsonb_agg(func.to_jsonb(_in_force.table_valued()))).scalar_subquery()
"""The same settings as one value, for a statement that asks for something else too; `rules_of` reads it."""
_LAST_VERSION: Final = select(func.coalesce(func.max(tables.rules.c.version), 0)).where(
    tables.rules.c.name == bindparam("name")
)
_ADD: Final = (
    insert(tables.rules)
    .values({column.name: bindparam(column.name) for column in tables.rules.c})
    .on_conflict_do_nothing(index_elements=[tables.rules.c.name, tables.rules.c.version])
    .returning(tables.rules.c.version)
)


def rule_value(rule: Rule[Value], written: Mapping[str, Any]) -> Value:
    """The value of a rule as somebody wrote it; raises WrongRuleValue unless it has exactly the fields of the rule."""
    if set(written) != {field.name for field in fields(rule.default)}:  # type: ignore[arg-type]  # a dataclass: see Rule
        raise WrongRuleValue(rule)
    try:
        value: Value = _ADAPTERS[rule.name].validate_python(written)
    except ValidationError as error:
        raise WrongRuleValue(rule) from error
    return value


def as_json(rule: Rule[Value], value: Value) -> dict[str, Any]:
    """The value of a rule in the types of JSON, by field."""
    written: dict[str, Any] = _ADAPTERS[rule.name].dump_python(value, mode="json")
    return written


def rules_of(settings: Iterable[Mapping[str, Any]] | None) -> Rules:
    """The rules of these settings. A name that no rule has any more is passed over: what was set stays stored."""
    return Rules(
        {
            setting["name"]: Setting(
                version=setting["version"],
                enabled=setting["enabled"],
                value=_ADAPTERS[setting["name"]].validate_python(setting["value"]),
            )
            for setting in settings or ()
            if setting["name"] in _ADAPTERS
        }
    )


class StoredRules:
    """The rules of the service."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def load(self) -> Rules:
        """All rules as they hold when this is asked: under the lock of the training, where seats are decided about."""
        return await self._rules(_IN_FORCE)

    async def at(self, moment: datetime) -> Rules:
        """All rules as they held, or will hold if nobody sets them again, at another moment."""
        return await self._rules(_AT, moment=moment)

    async def last_version(self, name: str) -> int:
        """The version of the last setting of a rule, planned ones included; 0 for a rule that nobody has set."""
        return await self._connection.scalar(_LAST_VERSION, {"name": name}) or 0

    async def add(
        self, rule: Rule[Value], setting: Setting[Value], *, effective_from: datetime, set_by: UUID, set_at: datetime
    ) -> None:
        """Add a setting; raises ChangedMeanwhile when somebody else has added that version first."""
        values = {
            "name": rule.name,
            "version": setting.version,
            "enabled": setting.enabled,
            "value": as_json(rule, setting.value),
            "effective_from": effective_from,
            "set_by": set_by,
            "set_at": set_at,
        }
        if await self._connection.scalar(_ADD, values) is None:
            raise ChangedMeanwhile

    async def _rules(self, statement: Compiled, **values: datetime) -> Rules:
        return rules_of(row._asdict() for row in await statement.all(self._connection, values))
