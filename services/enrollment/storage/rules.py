"""Store the settings of the agency's rules. A setting is a row that never changes. A rule without one has its default.

The setting of a rule at a moment is the row with the greatest version whose `effective_from` is not after it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
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
from services.enrollment.storage.details import PersonName
from shared.compiled import Compiled, compiled
from shared.errors import ChangedMeanwhile
from shared.tables import columns_to_write

_ADAPTERS: Final[Mapping[str, TypeAdapter[Any]]] = {rule.name: TypeAdapter(type(rule.default)) for rule in ALL_RULES}

_LATEST: Final[Select[tuple[str, int, bool, Any]]] = (
    select(tables.rules.c.name, tables.rules.c.version, tables.rules.c.enabled, tables.rules.c.value)
    .ext(distinct_on(tables.rules.c.name))
    .order_by(tables.rules.c.name, tables.rules.c.version.desc())
)
_AT: Final = compiled(
    _LATEST.where(tables.rules.c.effective_from <= bindparam("moment", type_=DateTime(timezone=True)))
)
# The moment is the start of the statement and not the `now` of the HTTP request: the request may have waited for its
# lock since then, and meanwhile a rule may have been set and seats given under it. A setting that applies from the time
# when it was made (`set_at`) applies for every transaction that can read it, even if the clocks of machines differ.
_in_force_now = _LATEST.where(
    tables.rules.c.effective_from <= func.greatest(func.statement_timestamp(), tables.rules.c.set_at)
)
_IN_FORCE: Final = compiled(_in_force_now)
_in_force = _in_force_now.subquery()
IN_FORCE_AS_JSON: Final = select(func.jsonb_agg(func.to_jsonb(_in_force.table_valued()))).scalar_subquery()
"""The settings in force as one JSON value, a column of a statement that reads something else; see `rules_of`."""
_AUTHORS: Final = (
    select(tables.rules.c.name, tables.rules.c.effective_from, tables.rules.c.set_by)
    .add_columns(tables.accounts.c.first_name, tables.accounts.c.last_name)
    .outerjoin(tables.accounts, tables.accounts.c.id == tables.rules.c.set_by)
    .ext(distinct_on(tables.rules.c.name))
    .where(tables.rules.c.effective_from <= func.greatest(func.statement_timestamp(), tables.rules.c.set_at))
    .order_by(tables.rules.c.name, tables.rules.c.version.desc())
)
_LAST_VERSION: Final = select(func.coalesce(func.max(tables.rules.c.version), 0)).where(
    tables.rules.c.name == bindparam("name")
)
_ADD: Final = (
    insert(tables.rules)
    .values({column.name: bindparam(column.name) for column in columns_to_write(tables.rules)})
    .on_conflict_do_nothing(index_elements=[tables.rules.c.name, tables.rules.c.version])
    .returning(tables.rules.c.version)
)


def rule_value(rule: Rule[Value], written: Mapping[str, Any]) -> Value:
    """Parse the value of a rule. Raises WrongRuleValue unless it has exactly the fields of the rule's value."""
    if set(written) != {field.name for field in fields(rule.default)}:  # type: ignore[arg-type]  # a dataclass: see Rule
        raise WrongRuleValue(rule)
    try:
        value: Value = _ADAPTERS[rule.name].validate_python(written)
    except ValidationError as error:
        raise WrongRuleValue(rule) from error
    return value


def as_json(rule: Rule[Value], value: Value) -> dict[str, Any]:
    """The value of a rule as a JSON object."""
    written: dict[str, Any] = _ADAPTERS[rule.name].dump_python(value, mode="json")
    return written


def rules_of(settings: Iterable[Mapping[str, Any]] | None) -> Rules:
    """The rules with these settings. Settings of rules that were removed from the code are ignored."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Since when a setting applies, and who made it."""

    since: datetime
    set_by: PersonName | None


class StoredRules:
    """The stored settings of the rules."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def load(self) -> Rules:
        """The settings that apply now. A decision about seats calls this after it has locked the training."""
        return await self._rules(_IN_FORCE)

    async def at(self, moment: datetime) -> Rules:
        """The settings that applied at a past moment, or will apply at a later one if nobody sets a rule before it."""
        return await self._rules(_AT, moment=moment)

    async def origins(self) -> dict[str, Origin]:
        """Since when the settings apply, and who made them, by rule; not the rules that nobody has set."""
        return {
            row.name: Origin(
                since=row.effective_from,
                set_by=row.set_by
                and PersonName(id=row.set_by, first_name=row.first_name or "", last_name=row.last_name or ""),
            )
            for row in await self._connection.execute(_AUTHORS)
        }

    async def last_version(self, name: str) -> int:
        """The version of the last setting of a rule, even if it applies only later; 0 if nobody has set the rule."""
        return await self._connection.scalar(_LAST_VERSION, {"name": name}) or 0

    async def add(
        self, rule: Rule[Value], setting: Setting[Value], *, effective_from: datetime, set_by: UUID, set_at: datetime
    ) -> None:
        """Add a setting. Raises ChangedMeanwhile if another transaction has added that version first."""
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
