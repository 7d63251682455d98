"""The agency's rules, as staff set them."""

from fastapi import APIRouter

from services.enrollment.api.dependencies import Acting, Tx
from services.enrollment.api.problems import NOT_FOUND, WRONG_RULE
from services.enrollment.api.views import RuleChange, RuleView
from services.enrollment.domain.rules import NAMES, value_of
from services.enrollment.storage.enrollments import NotFound
from shared.http.problems import problems

router = APIRouter(prefix="/rules", tags=["rules"])


@router.get("")
async def list_rules(_: Acting, tx: Tx) -> list[RuleView]:
    """Every rule, whether it is on, and its numbers. For whoever is signed in: rules are public."""
    rules = await tx.rules.load()
    found = [(name, getattr(rules, name)) for name in NAMES]
    return [RuleView(name=name, enabled=rule.enabled, value=value_of(rule)) for name, rule in found]


@router.put("/{name}", responses=problems(NOT_FOUND, WRONG_RULE))
async def set_rule(name: str, body: RuleChange, actor: Acting, tx: Tx) -> RuleView:
    """Set a rule. Staff only; for others it is not there."""
    if not actor.is_staff:
        raise NotFound
    rules = (await tx.rules.load()).changed(name, enabled=body.enabled, value=body.value)
    await tx.rules.save(name, rules)
    return RuleView(name=name, enabled=body.enabled, value=body.value)
