"""The agency's rules, as staff set them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from services.enrollment.api.cart_views import RuleChange, RuleView
from services.enrollment.api.dependencies import Acting, Tx
from services.enrollment.api.problems import NOT_ADMITTED, RULE_CHANGED, WRONG_RULE
from services.enrollment.domain.rules import NAMES, value_of
from services.enrollment.use_cases.rules import set_rule
from shared.http.clock import Now
from shared.http.etag import expected_version, tag
from shared.http.problems import NOT_FOUND, problems

router = APIRouter(prefix="/rules", tags=["rules"])


@router.get("", responses=problems(NOT_ADMITTED))
async def list_rules(_: Acting, tx: Tx) -> list[RuleView]:
    """Every rule, whether it is on, and its numbers. For whoever is signed in: rules are public."""
    rules, versions = await tx.rules.with_versions()
    found = [(name, getattr(rules, name)) for name in NAMES]
    return [
        RuleView(name=name, version=versions.get(name, 0), enabled=rule.enabled, value=value_of(rule))
        for name, rule in found
    ]


@router.put("/{name}", responses=problems(NOT_ADMITTED, NOT_FOUND, WRONG_RULE, RULE_CHANGED))
async def put_rule(
    name: str,
    body: RuleChange,
    seen: Annotated[int, Depends(expected_version)],
    *,
    actor: Acting,
    tx: Tx,
    now: Now,
    response: Response,
) -> RuleView:
    """Set a rule; who may have a free seat by a looser cap gets it at once. Staff only; for others it is not there."""
    version = await set_rule(tx, name, enabled=body.enabled, value=body.value, seen_version=seen, actor=actor, now=now)
    tag(response, version)
    return RuleView(name=name, version=version, enabled=body.enabled, value=body.value)
