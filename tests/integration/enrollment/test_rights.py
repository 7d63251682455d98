"""Who may do what: every decision and every reading, by every kind of person; what one may not see is not there."""

from uuid import UUID, uuid4

import pytest

from shared.contracts.identity import AccountAttachmentConfirmed, AccountAttachmentEnded
from tests.integration.enrollment.enrollment_service import EnrollmentService, Person
from tests.integration.enrollment.under_way import begins

REASON = {"reason": "Parce que."}
# fmt: off
DECISIONS = {
    # decision               from                 body                                     who may (staff: with a
    # reason)
    "acceptance":           ("awaiting_employer", {},                                      {"employer"}),
    "refusal":              ("awaiting_employer", REASON,                                  {"employer", "staff"}),
    "agreement-withdrawal": ("awaiting_trainer",  REASON,                                  {"employer", "staff"}),
    "validation":           ("awaiting_trainer",  {},                                      {"trainer"}),
    "decline":              ("awaiting_trainer",  REASON,                                  {"trainer", "staff"}),
    "question":             ("awaiting_trainer",  {"question": "Quel public ?"},           {"trainer", "staff"}),
    "answer":               ("asked",             {"answer": "Des jeunes."},               {"person"}),
    "withdrawal":           ("awaiting_trainer",  REASON,                       {"person", "employer", "staff"}),
    "abandonment":          ("under_way",         REASON,            {"person", "employer", "trainer", "staff"}),
    "undo":                 ("awaiting_trainer",  {},                                      {"employer"}),
    "reopening":            ("refused",           REASON,                                  {"staff"}),
}
# fmt: on
NOT_THEIR_DECISION = {("undo", "staff"), ("undo", "trainer")}
"""They may undo their own decisions, and this one is not theirs."""
KINDS = ("person", "other person", "employer", "other employer", "referent", "trainer", "other trainer", "staff")


async def cast(service: EnrollmentService) -> tuple[dict[str, UUID], Person]:
    """One of each kind, and the person whose request it is."""
    person, stranger, referent, boss = await service.people(4)
    elsewhere = uuid4()
    await service.tell(
        service.attached(referent.account_id, person.structure_id, "referent"),
        service.attached(boss.account_id, elsewhere, "employer"),
        service.account(other_trainer := uuid4()),
    )
    found = [person.account_id, stranger.account_id, service.employer, boss.account_id, referent.account_id]
    return dict(zip(KINDS, [*found, service.trainer, other_trainer, service.staff], strict=True)), person


async def brought_to(service: EnrollmentService, person: Person, state: str) -> UUID:
    request = await service.request(person, await service.session(9))
    if state == "refused":
        await service.decides(service.employer, request, "refusal", **REASON)
    elif state != "awaiting_employer":
        await service.accepts(request)
    if state == "under_way":
        await begins(service, next(reversed(service.sessions)))
    if state == "asked":
        await service.decides(service.trainer, request, "question", question="Pourquoi ?")
    return request


@pytest.mark.parametrize("decision", DECISIONS)
async def test_every_decision_by_every_kind_of_person(service: EnrollmentService, decision: str) -> None:
    people, person = await cast(service)
    state, body, may = DECISIONS[decision]
    request = await brought_to(service, person, state)
    before = await service.rows("SELECT version, approval, seat FROM enrollments")
    for kind in (kind for kind in KINDS if kind not in may):
        answer = await service.decides(people[kind], request, decision, **body)
        # staff may act for employers and trainers, and say why
        expected = 422 if kind == "staff" and decision in {"acceptance", "validation"} else 404
        expected = 409 if (decision, kind) in NOT_THEIR_DECISION else expected
        assert (kind, answer.status_code) == (kind, expected)
    assert await service.rows("SELECT version, approval, seat FROM enrollments") == before
    first = "person" if "person" in may else next(iter(may))
    for kind in sorted(may):
        again = request if kind == first else await brought_to(service, (await service.people(1))[0], state)
        assert (await service.decides(people[kind], again, decision, **body)).status_code == 200


@pytest.mark.parametrize("decision", ["acceptance", "validation"])
async def test_staff_decide_for_others_with_a_reason(service: EnrollmentService, decision: str) -> None:
    [person] = await service.people(1)
    request = await brought_to(service, person, DECISIONS[decision][0])
    assert (await service.decides(service.staff, request, decision, **REASON)).status_code == 200
    [*_, line] = [
        row
        for row in await service.rows("SELECT * FROM enrollment_history ORDER BY version")
        if row.act in {"accept", "validate"}
    ]
    assert (line.acting_as, line.acted_by, line.note) == ("staff", service.staff, "Parce que.")


async def test_an_unconfirmed_first_user_accepts_the_requests_of_others_and_not_their_own(
    service: EnrollmentService,
) -> None:
    [first] = await service.people(1)
    other = Person(uuid4(), first.structure_id)
    statuses = ("beneficiary", "employer", "referent")

    async def first_user(version: int, *, unconfirmed: bool) -> None:
        snapshot = service.attachment(
            first.account_id, first.structure_id, *statuses, version=version, unconfirmed=unconfirmed
        )
        await service.tell(AccountAttachmentConfirmed(occurred_at=service.now, attachment=snapshot, confirmed_by=None))

    await first_user(2, unconfirmed=True)
    await service.tell(
        service.account(other.account_id),
        service.attached(other.account_id, other.structure_id, "beneficiary"),
        AccountAttachmentEnded(
            occurred_at=service.now,
            attachment=service.attachment(service.employer, first.structure_id, version=9, state="ended"),
            ended_by=service.staff,
            reason="Départ",
        ),
    )
    own, of_other = [await service.request(person, await service.session(9)) for person in (first, other)]
    assert (await service.decides(first.account_id, of_other, "acceptance")).status_code == 200
    refused = await service.decides(first.account_id, own, "acceptance")
    assert (refused.status_code, refused.json()["type"].rsplit(":")[-1]) == (409, "unconfirmed-first-user")
    assert "confirmer votre rattachement" in refused.json()["detail"]
    await first_user(3, unconfirmed=False)
    assert (await service.decides(first.account_id, own, "acceptance")).status_code == 200


async def test_who_may_see_a_request_and_its_history(service: EnrollmentService) -> None:
    people, person = await cast(service)
    request = await brought_to(service, person, "awaiting_trainer")
    seeing = {"person", "employer", "referent", "trainer", "staff"}
    for path in (f"/enrollments/{request}", f"/enrollments/{request}/history"):
        found = {kind: (await service.call("GET", path, by=people[kind])).status_code for kind in KINDS}
        assert found == {kind: 200 if kind in seeing else 404 for kind in KINDS}
    for scope, those in {
        "mine": {"person"},
        "structure": {"employer", "referent", "staff"},
        "sessions": {"trainer", "staff"},
        "all": seeing,
    }.items():
        listed = {
            kind
            for kind in KINDS
            if (await service.call("GET", f"/enrollments?scope={scope}", by=people[kind])).json()["items"]
        }
        assert listed == those, scope


async def test_a_request_is_made_only_by_a_beneficiary_of_the_structure_named(service: EnrollmentService) -> None:
    people, person = await cast(service)
    session = await service.session(9)
    for kind in ("other person", "employer", "referent", "trainer", "staff"):
        answer = await service.asks(Person(people[kind], person.structure_id), session)
        assert (kind, answer.status_code) == (kind, 422)
        assert answer.json()["errors"] == [
            {"field": "structure_id", "message": "Vous n'êtes pas bénéficiaire dans cette structure."}
        ]
    assert await service.rows("SELECT count(*) FROM enrollments") == [(0,)]


async def test_what_does_not_exist_is_not_there_for_anybody(service: EnrollmentService) -> None:
    nothing = uuid4()
    assert (await service.accepts(nothing)).status_code == 404
    assert (await service.call("GET", f"/sessions/{nothing}/attendance", by=service.staff)).status_code == 404
    assert (await service.call("POST", f"/sessions/{nothing}/attendance/closure", by=service.staff)).status_code == 404
