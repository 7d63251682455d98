"""The rules of the agency: what each one does, since when and by whom, and setting one."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any, Final

from fastapi import APIRouter, HTTPException
from starlette.responses import Response

from web.client import rules
from web.client.errors import Refused
from web.context import Reader, Visit
from web.forms import Form
from web.pages.header import read_staff_header

router = APIRouter(prefix="/agence/regles")

ON: Final = "oui"
VALUE: Final = "value-"
"""The name of the field of each part of the value begins with this."""


@router.get("")
async def list_page(reader: Reader) -> Response:
    """Every rule, in words."""
    header, found = await asyncio.gather(read_staff_header(reader.api), reader.api(rules.RULES))
    return await reader.page("agency_rules/list.html", header=header, rules=found)


@router.get("/{name}")
async def rule_page(reader: Reader, name: str) -> Response:
    return await _page(reader, name, None)


@router.post("/{name}")
async def step(reader: Reader, name: str) -> Response:
    """Show what the rule would do, or set it."""
    form = await reader.form()
    if form.values.get("step") not in {"preview", "save"}:
        return await _page(reader, name, form)
    header, rule = await asyncio.gather(read_staff_header(reader.api), _rule(reader, name))
    body = {"enabled": form.values.get("enabled") == ON, "value": _value(rule, form.values)}
    version = form.values.get("version", "")
    try:
        if form.values["step"] == "preview":
            preview = await reader.api(rules.PREVIEW, name=name, body=body)
            return await reader.page(
                "agency_rules/preview.html", header=header, rule=rule, sentence=preview.sentence, form=form
            )
        await reader.api(
            rules.SET_RULE, name=name, body=body, version=int(version) if version.isdecimal() else rule.version
        )
    except Refused as error:
        return await _refused(reader, rule, form, error)
    return reader.go("/agence/regles", "The rule holds from now on.")


async def _refused(reader: Visit, rule: rules.Rule, form: Form, error: Refused) -> Response:
    status = error.problem.status
    if status == HTTPStatus.PRECONDITION_FAILED:
        sentence = reader.pages.words.gettext("Somebody set this rule meanwhile: read it again before you set it.")
        again = replace(form, sentence=sentence, values={**form.values, "version": str(rule.version)})
        return await _page(reader, rule.name, again, status=status)
    if status != HTTPStatus.UNPROCESSABLE_ENTITY:
        raise error
    errors = {
        f"{VALUE}{field.name}": reader.pages.words.gettext("Write a whole number within these limits.")
        for field in rule.fields
        if field.choices is None and not _is_within(field, form.values.get(f"{VALUE}{field.name}", ""))
    }
    again = replace(form, errors=errors) if errors else form.refused(error)
    return await _page(reader, rule.name, again, status=status)


def _is_within(field: rules.RuleField, typed: str) -> bool:
    if not typed.strip().isdecimal():
        return False
    least, most = field.at_least, field.at_most
    return (least is None or least <= int(typed)) and (most is None or int(typed) <= most)


def _value(rule: rules.Rule, values: Mapping[str, str]) -> dict[str, Any]:
    """The value that was typed; the parts that the form does not show stay as they are."""
    typed = dict(rule.value)
    for field in rule.fields:
        text = values.get(f"{VALUE}{field.name}", "").strip()
        typed[field.name] = int(text) if field.choices is None and text.isdecimal() else text
    return typed


async def _rule(reader: Visit, name: str) -> rules.Rule:
    """Raises HTTPException if there is none of that name."""
    found = next((each for each in await reader.api(rules.RULES) if each.name == name), None)
    if found is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return found


async def _page(reader: Visit, name: str, form: Form | None, *, status: int = 200) -> Response:
    header, rule = await asyncio.gather(read_staff_header(reader.api), _rule(reader, name))
    now = {f"{VALUE}{field.name}": str(rule.value[field.name]) for field in rule.fields}
    enabled = {"enabled": ON} if rule.enabled else {}
    return await reader.page(
        "agency_rules/rule.html",
        status=status,
        header=header,
        rule=rule,
        form=form or Form({**now, **enabled, "version": str(rule.version)}),
    )
