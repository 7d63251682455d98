"""Endpoints to read and to set the agency's rules."""

from typing import Any

from fastapi import APIRouter, Response

from services.enrollment.api.dependencies import Acting, Tx
from services.enrollment.api.problems import NOT_ADMITTED, WRONG_RULE
from services.enrollment.api.requests import RuleChange
from services.enrollment.api.views import RuleView
from services.enrollment.domain.rules.registry import ALL_RULES, rule_named
from services.enrollment.domain.rules.rule import Rule
from services.enrollment.domain.rules.rule_set import Setting
from services.enrollment.storage.rules import as_json
from services.enrollment.use_cases.rules import set_rule
from shared.http.clock import Now
from shared.http.etag import ExpectedVersion, tag
from shared.http.problems import CHANGED_MEANWHILE, NOT_FOUND, VERSION_EXPECTED, problems

router = APIRouter(prefix="/rules", tags=["rules"])


@router.get("", responses=problems(NOT_ADMITTED))
async def list_rules(_: Acting, tx: Tx) -> list[RuleView]:
    """List every rule, whether it is on, and its value. Every signed-in person may read them."""
    rules = await tx.rules.load()
    return [_view(rule, rules.setting(rule)) for rule in ALL_RULES]


@router.put("/{name}", responses=problems(NOT_ADMITTED, NOT_FOUND, WRONG_RULE, CHANGED_MEANWHILE, VERSION_EXPECTED))
async def put_rule(
    name: str, body: RuleChange, expected: ExpectedVersion, *, actor: Acting, tx: Tx, now: Now, response: Response
) -> RuleView:
    """Set a rule from now on. For staff only; the answer to others is 404.

    If the structure cap changes, free seats are given at once to the queued people who may have them now.
    """
    setting = await set_rule(
        tx, name, enabled=body.enabled, value=body.value, expected_version=expected, actor=actor, now=now
    )
    tag(response, setting.version)
    return _view(rule_named(name), setting)


def _view(rule: Rule[Any], setting: Setting[Any]) -> RuleView:
    return RuleView(
        name=rule.name,
        title=rule.title,
        version=setting.version,
        enabled=setting.enabled,
        value=as_json(rule, setting.value),
    )
