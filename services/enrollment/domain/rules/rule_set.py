"""All the rules as they are set at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic

from services.enrollment.domain.rules.rule import Rule, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting(Generic[Value]):
    """How one rule is set. Version 0 is the default, which nobody has set."""

    value: Value
    enabled: bool = True
    version: int = 0


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings at one moment by name of the rule. A rule without a setting has its default."""

    settings: Mapping[str, Setting[Any]] = field(default_factory=dict)

    def setting(self, rule: Rule[Value]) -> Setting[Value]:
        return self.settings.get(rule.name) or Setting(value=rule.default)

    def in_force(self, rule: Rule[Value]) -> Value | None:
        """The value of a rule; None while it is off."""
        setting = self.setting(rule)
        return setting.value if setting.enabled else None

    def changed(self, rule: Rule[Value], setting: Setting[Value]) -> "Rules":
        """The same rules with one of them set anew."""
        return Rules({**self.settings, rule.name: setting})
