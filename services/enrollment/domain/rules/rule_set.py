"""The settings of all rules at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic

from services.enrollment.domain.rules.rule import Rule, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting(Generic[Value]):
    """The setting of one rule. Version 0 is the default, if nobody has set the rule."""

    value: Value
    enabled: bool = True
    version: int = 0


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings at one moment, by the name of the rule. A rule without a setting has its default."""

    settings: Mapping[str, Setting[Any]] = field(default_factory=dict)

    def setting(self, rule: Rule[Value]) -> Setting[Value]:
        return self.settings.get(rule.name) or Setting(value=rule.default)

    def in_force(self, rule: Rule[Value]) -> Value | None:
        """The value of a rule. None if the rule is off."""
        setting = self.setting(rule)
        return setting.value if setting.enabled else None

    def changed(self, rule: Rule[Value], setting: Setting[Value]) -> "Rules":
        """The same settings, with a new one for this rule."""
        return Rules({**self.settings, rule.name: setting})
