"""A new session: its slots from a pattern, then edited as a list, read again as people will, and published."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from web.client import planning, session_people
from web.client.api import or_none
from web.client.errors import Refused
from web.context import Reader, Visit
from web.forms import Form
from web.pages.agency_sessions import plan
from web.pages.agency_sessions.views import TrainerChoice, plan_view, trainer_choices
from web.pages.header import read_staff_header

router = APIRouter(prefix="/agence/catalogue/{training_id}/session")

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
BLOCKS: Final = range(3)
EXCLUDED: Final = range(4)
USUAL: Final = {"block-0-from": "09:00", "block-0-to": "12:30", "block-1-from": "13:30", "block-1-to": "17:00"}
MOST_FOUND: Final = 10


@router.get("")
async def pattern_page(reader: Reader, training_id: UUID) -> Response:
    """When the session takes place: days and hours that repeat, or one line for each slot."""
    if "list" in reader.request.query_params:
        return await _edit(reader, training_id, Form({"capacity": "12"}))
    return await _pattern(reader, training_id, Form(USUAL))


@router.post("")
async def step(reader: Reader, training_id: UUID) -> Response:
    """One step after the other; everything that was typed goes along in the form."""
    form = plan.in_order(await reader.form())
    match form.values.get("step"):
        case "slots":
            return await _slots(reader, training_id, form)
        case "preview" if not form.values.get("who"):  # a name that was typed is looked for first
            return await _preview(reader, training_id, form)
        case "publish":
            return await _publish(reader, training_id, form)
        case _:  # one more line, a search for a trainer, or back from the preview
            return await _edit(reader, training_id, form)


def _pattern_body(form: Form) -> dict[str, Any]:
    values = form.values
    hours = [(values.get(f"block-{number}-from", ""), values.get(f"block-{number}-to", "")) for number in BLOCKS]
    return {
        "first_day": values.get("first_day", ""),
        "last_day": values.get("last_day") or values.get("first_day", ""),
        "weekdays": [name for name in WEEKDAYS if f"weekday-{name}" in values],
        "blocks": [{"from": begins, "to": ends} for begins, ends in hours if begins or ends],
        "except": [day for number in EXCLUDED if (day := values.get(f"except-{number}", ""))],
    }


async def _slots(reader: Visit, training_id: UUID, form: Form) -> Response:
    """The slots of the pattern, as a list to edit."""
    sent = _pattern_body(form)
    if not sent["weekdays"]:  # a session of one day needs no choice of weekdays
        day = plan.moment(sent["first_day"], "12:00")
        sent["weekdays"] = [WEEKDAYS[day.weekday()]] if day and sent["first_day"] == sent["last_day"] else []
    typed = Form({"weekdays": "", **form.values}, _missing(reader, sent))
    if typed.errors:
        return await _pattern(reader, training_id, typed, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        planned = await reader.api(planning.PREVIEW_SLOTS, body=sent)
    except Refused as error:
        if error.problem.status != HTTPStatus.UNPROCESSABLE_ENTITY:
            raise
        names = {f"blocks.{number}.{end}": f"block-{number}-{end}" for number in BLOCKS for end in ("from", "to")}
        return await _pattern(reader, training_id, typed.refused(error, names), status=error.problem.status)
    return await _edit(reader, training_id, Form({"capacity": "12", **plan.from_pattern(planned.slots)}))


def _missing(reader: Visit, sent: Mapping[str, Any]) -> dict[str, str]:
    """What to do about the days that were not chosen."""
    words = reader.pages.words
    days = {} if sent["first_day"] else {"first_day": words.gettext("Write the day.")}
    return {**days, **({} if sent["weekdays"] else {"weekdays": words.gettext("Tick at least one day.")})}


async def _pattern(reader: Visit, training_id: UUID, form: Form, *, status: int = 200) -> Response:
    header, training = await asyncio.gather(
        read_staff_header(reader.api), reader.api(planning.TRAINING, training_id=training_id)
    )
    return await reader.page(
        "agency_sessions/pattern.html",
        status=status,
        header=header,
        training=training,
        weekdays=WEEKDAYS,
        blocks=BLOCKS,
        excluded=EXCLUDED,
        form=form,
    )


async def _edit(reader: Visit, training_id: UUID, form: Form, *, status: int = 200) -> Response:
    header, training, trainers = await asyncio.gather(
        read_staff_header(reader.api),
        reader.api(planning.TRAINING, training_id=training_id),
        read_trainers(reader, form),
    )
    return await reader.page(
        "agency_sessions/plan.html",
        status=status,
        header=header,
        training=training,
        session=None,
        action=f"/agence/catalogue/{training_id}/session",
        lines=plan.lines(form.values),
        trainers=trainers,
        is_over=False,
        form=form,
    )


async def read_trainers(reader: Visit, form: Form) -> list[TrainerChoice]:
    """Who trains already, who is chosen, and who was looked for by name."""
    words = form.values.get("who", "").strip()
    known, found = await asyncio.gather(
        or_none(reader.api(planning.TRAINERS, query={"limit": 100})), _people(reader, words or None)
    )
    return trainer_choices(form.values, known.items if known else [], found)


async def _people(reader: Visit, words: str | None) -> list[session_people.Account]:
    if words is None:
        return []
    found = await or_none(reader.api(session_people.ACCOUNTS, query={"q": words, "limit": MOST_FOUND}))
    return [each for each in found.items if not each.disabled] if found else []


async def _preview(reader: Visit, training_id: UUID, form: Form) -> Response:
    """The session as people will see it."""
    missing = reader.pages.words.gettext("Write a day, and hours such as 09:00.")
    again = plan.checked(form, missing)
    if again.errors or not plan.lines(form.values):
        if not plan.lines(form.values):
            again = replace(again, sentence=reader.pages.words.gettext("Write at least one slot."))
        return await _edit(reader, training_id, again, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    header, training = await asyncio.gather(
        read_staff_header(reader.api), reader.api(planning.TRAINING, training_id=training_id)
    )
    return await reader.page(
        "agency_sessions/preview.html",
        header=header,
        training=training,
        plan=plan_view(form.values, reader.pages.dates),
        action=f"/agence/catalogue/{training_id}/session",
        form=form,
    )


async def _publish(reader: Visit, training_id: UUID, form: Form) -> Response:
    again = plan.checked(form, reader.pages.words.gettext("Write a day, and hours such as 09:00."))
    if again.errors:
        return await _edit(reader, training_id, again, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    seats = form.values.get("capacity", "")
    sent = {
        **plan.body(form.values),
        "training_id": str(training_id),
        "capacity": int(seats) if seats.isdecimal() else seats,
    }
    try:
        made = await reader.api(planning.SCHEDULE, body=sent, key=form.key)
    except Refused as error:
        if error.problem.status not in {HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY}:
            raise
        again = plan.refused(form, error)
        fresh = Form(again.values, again.errors, again.sentence)
        return await _edit(reader, training_id, fresh, status=error.problem.status)
    return reader.go(f"/agence/sessions/{made.id}", "The session is published: people find it in the catalogue.")
