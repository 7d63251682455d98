"""Endpoints to read and to set the agency's rules."""

from dataclasses import Field, fields
from typing import Any

from fastapi import APIRouter, Response

from services.enrollment.api.dependencies import Acting, Tx
from services.enrollment.api.problems import NOT_ADMITTED, WRONG_RULE
from services.enrollment.api.requests import RuleChange
from services.enrollment.api.rule_views import RuleFieldView, RulePreview, RuleView
from services.enrollment.api.views import PersonView
from services.enrollment.domain.rules.descriptions import DESCRIPTIONS, FieldWords, describe
from services.enrollment.domain.rules.registry import ALL_RULES, rule_named
from services.enrollment.domain.rules.rule import Rule
from services.enrollment.domain.rules.rule_set import Setting
from services.enrollment.storage.access import Actor
from services.enrollment.storage.rules import Origin, as_json, rule_value
from services.enrollment.use_cases.rules import set_rule
from shared.errors import NotFound
from shared.http.clock import Now
from shared.http.etag import ExpectedVersion, tag
from shared.http.problems import CHANGED_MEANWHILE, NOT_FOUND, VERSION_EXPECTED, problems

router = APIRouter(prefix="/rules", tags=["rules"])


@router.get("", responses=problems(NOT_ADMITTED), summary="List the rules of the agency")
async def list_rules(actor: Acting, tx: Tx) -> list[RuleView]:
    """List every rule, whether it is on, its value, and what it does. Every signed-in person may read them."""
    rules, origins = await tx.rules.load(), await tx.rules.origins()
    return [_view(rule, rules.setting(rule), origins.get(rule.name), actor) for rule in ALL_RULES]


@router.put(
    "/{name}",
    responses=problems(NOT_ADMITTED, NOT_FOUND, WRONG_RULE, CHANGED_MEANWHILE, VERSION_EXPECTED),
    summary="Set a rule",
)
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
    return _view(rule_named(name), setting, (await tx.rules.origins()).get(name), actor)


@router.post(
    "/{name}/preview",
    responses=problems(NOT_ADMITTED, NOT_FOUND, WRONG_RULE),
    summary="Say what a rule would do with another setting",
)
async def preview_rule(name: str, body: RuleChange, actor: Acting) -> RulePreview:
    """The sentence of a rule with another setting; nothing is stored. For staff only; the answer to others is 404."""
    if not actor.is_staff:
        raise NotFound
    value = rule_value(rule_named(name), body.value)
    return RulePreview(sentence=describe(name, value, enabled=body.enabled))


def _view(rule: Rule[Any], setting: Setting[Any], origin: Origin | None, actor: Actor) -> RuleView:
    set_by = origin.set_by if origin and actor.is_staff else None
    return RuleView(
        name=rule.name,
        title=rule.title,
        sentence=describe(rule.name, setting.value, enabled=setting.enabled),
        version=setting.version,
        enabled=setting.enabled,
        value=as_json(rule, setting.value),
        fields=[_field(rule.name, each) for each in fields(rule.default)],
        since=origin and origin.since,
        set_by=None if set_by is None else PersonView.model_validate(set_by),
    )


def _field(rule: str, field: Field[Any]) -> RuleFieldView:
    words = DESCRIPTIONS[rule].fields.get(field.name) or FieldWords(label=field.name)
    return RuleFieldView(
        name=field.name,
        label=words.label,
        unit=words.unit,
        at_least=field.metadata.get("ge"),
        at_most=field.metadata.get("le"),
        choices=None if words.choices is None else dict(words.choices),
    )
