"""How PostgreSQL plans the statements of a decision."""

from typing import Final

from sqlalchemy import func, true

GENERIC_PLANS: Final = func.set_config("plan_cache_mode", "force_generic_plan", true()).label("plan_cache_mode")
"""A column of the first statement of a decision, so that it needs no round trip of its own.

With this setting PostgreSQL plans a statement once for each connection, and not again for the values of its
parameters: planning the statements of a decision costs more than running them. The setting holds for the rest of the
transaction. Its other statements read the few settings of rules, or find and write rows by their keys, so the best plan
does not depend on the values.
"""
