"""Changing a session: its slots, place, trainers and the time for requests; what changes is read before it is kept."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from web.client import enrollment, planning
from web.client.api import or_none
from web.client.errors import Refused
from web.context import Reader, Visit
from web.forms import Form
from web.pages.agency_sessions import plan
from web.pages.agency_sessions.counts import concerned
from web.pages.agency_sessions.planning import read_trainers
from web.pages.agency_sessions.views import PlanView, plan_view
from web.pages.header import read_staff_header

router = APIRouter(prefix="/agence/sessions/{session_id}/modifier")

SHOWN: Final = ("place", "town", "address", "access", "link", "trainers", "opens", "closes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A part of the plan that changes; `name` tells the template its label."""

    name: str
    before: str
    after: str


@router.get("")
async def edit_page(reader: Reader, session_id: UUID) -> Response:
    return await _edit(reader, session_id, None)


@router.post("")
async def step(reader: Reader, session_id: UUID) -> Response:
    """One step after the other; everything that was typed goes along in the form."""
    form = plan.in_order(await reader.form())
    name = form.values.get("step")
    if (name == "preview" and not form.values.get("who")) or name == "save":
        form = plan.checked(form, reader.pages.words.gettext("Write a day, and hours such as 09:00."))
        if not plan.lines(form.values):
            form = replace(form, sentence=reader.pages.words.gettext("Write at least one slot."))
        if form.errors or form.sentence:
            return await _edit(reader, session_id, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        return await (_save if name == "save" else _preview)(reader, session_id, form)
    return await _edit(reader, session_id, form)


async def _save(reader: Visit, session_id: UUID, form: Form) -> Response:
    version, reason = form.values.get("version", ""), form.values.get("reason", "").strip()
    body = {**plan.body(form.values), **({"reason": reason} if reason else {})}
    try:
        await reader.api(
            planning.RESCHEDULE,
            session_id=session_id,
            body=body,
            version=int(version) if version.isdecimal() else 0,
        )
    except Refused as error:
        status = error.problem.status
        if status == HTTPStatus.PRECONDITION_FAILED:
            return await _preview(reader, session_id, form, changed_meanwhile=True)
        if status not in {HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY}:
            raise
        return await _edit(reader, session_id, plan.refused(form, error), status=status)
    return reader.go(f"/agence/sessions/{session_id}", "Your changes are kept.")


async def _edit(reader: Visit, session_id: UUID, form: Form | None, *, status: int = 200) -> Response:
    header, session, trainers = await asyncio.gather(
        read_staff_header(reader.api),
        reader.api(planning.SESSION, session_id=session_id),
        read_trainers(reader, form or Form()),
    )
    if form is None:
        form = Form(plan.from_session(session))
        ours = plan.chosen(form.values)
        trainers = [replace(each, is_chosen=each.id in ours) for each in trainers]
    return await reader.page(
        "agency_sessions/plan.html",
        status=status,
        header=header,
        training=session.training,
        session=session,
        action=f"/agence/sessions/{session_id}/modifier",
        lines=plan.lines(form.values),
        trainers=trainers,
        is_over=session.ends_at < datetime.now(UTC),
        form=form,
    )


async def _preview(reader: Visit, session_id: UUID, form: Form, *, changed_meanwhile: bool = False) -> Response:
    """What changes, compared with the session as it is now, and who is told."""
    query = {"scope": "all", "session_id": str(session_id)}
    header, session, counts = await asyncio.gather(
        read_staff_header(reader.api),
        reader.api(planning.SESSION, session_id=session_id),
        or_none(reader.api(enrollment.COUNTS, query=query)),
    )
    now = plan.from_session(session)
    before, after = plan_view(now, reader.pages.dates), plan_view(form.values, reader.pages.dates)
    has_new_slots = before.days != after.days
    return await reader.page(
        "agency_sessions/changes.html",
        status=HTTPStatus.PRECONDITION_FAILED if changed_meanwhile else HTTPStatus.OK,
        header=header,
        session=session,
        before=before,
        after=after,
        has_new_slots=has_new_slots,
        differences=_differences(before, after),
        is_told=has_new_slots or before.place != after.place,
        has_other_trainers=set(plan.chosen(now)) != set(plan.chosen(form.values)),
        has_other_distance=before.is_at_distance != after.is_at_distance,
        concerned=concerned(counts) if counts else None,
        changed_meanwhile=changed_meanwhile,
        action=f"/agence/sessions/{session_id}/modifier",
        form=Form(_with_version(form.values, now)),
    )


def _with_version(values: Mapping[str, str], now: Mapping[str, str]) -> dict[str, str]:
    """The version that the reader sees now is the one that they change."""
    return {**values, "version": now["version"]}


def _differences(before: PlanView, after: PlanView) -> list[Difference]:
    every = ((name, str(getattr(before, name)), str(getattr(after, name))) for name in SHOWN)
    return [Difference(name=name, before=old, after=new) for name, old, new in every if old != new]
