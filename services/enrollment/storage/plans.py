"""How PostgreSQL plans the statements of a decision, of a list of decisions, and of a search."""

from typing import Final

from sqlalchemy import func, select, true

GENERIC_PLANS: Final = func.set_config("plan_cache_mode", "force_generic_plan", true()).label("plan_cache_mode")
"""A column of the first statement of a decision, so that it needs no round trip of its own.

With this setting PostgreSQL plans a statement once for each connection, and not again for the values of its
parameters: planning the statements of a decision costs more than running them. The setting holds for the rest of the
transaction. Its other statements read the few settings of rules, or find and write rows by their keys, so the best plan
does not depend on the values.
"""
ONE_PLAN: Final = select(GENERIC_PLANS)
"""The same, to be run before a statement of many joins that is read from one index for any values."""
PLANS_FOR_VALUES: Final = select(func.set_config("plan_cache_mode", "force_custom_plan", true()))
"""To be run before a search for words: with this setting, PostgreSQL plans it for these words each time.

How many names have the words decides what is read first. A plan for any words, which PostgreSQL otherwise takes after
the fifth search of a connection, takes five times as long on a million requests.
"""
