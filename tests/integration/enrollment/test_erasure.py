"""The erasure of a person: what stands against it, what is left, and what comes too late to bring anybody back."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from services.enrollment.wiring import SERVICE
from shared.chains import broken_chains
from shared.contracts.erasures import AccountErased, AccountErasureRequested
from shared.contracts.identity import AccountSnapshot, AccountUpdated
from shared.contracts.obligations import AccountErasureReviewed
from tests.integration.enrollment.enrollment_service import EnrollmentService, Person
from tests.support.traces import traces

NAME = "Quillfeldt"


@pytest.fixture
async def person(service: EnrollmentService) -> Person:
    [made] = await service.people(1)
    await service.tell(service.account(made.account_id, version=2, last_name=NAME))
    return made


async def reviewed(service: EnrollmentService, account_id: UUID) -> tuple[str, ...]:
    """The obligations in the answer to an erasure that is asked for."""
    await service.tell(AccountErasureRequested(occurred_at=service.now, erasure_id=uuid4(), account_id=account_id))
    return (await service.emitted(AccountErasureReviewed))[-1].obligations


async def erased(service: EnrollmentService, account_id: UUID) -> None:
    await service.tell(AccountErased(occurred_at=service.now, account_id=account_id, version=9))


async def tables_with(service: EnrollmentService, word: str) -> list[str]:
    async with service.database.engine.connect() as connection:
        return sorted(table for table, _ in await traces(connection, [word]))


async def test_what_was_written_about_a_person_is_erased_and_the_chains_hold(
    service: EnrollmentService, person: Person
) -> None:
    first, second = await service.session(3), await service.session(3)
    enrolled = await service.enrolled(person, first)
    note = {"text": f"Madame {NAME} arrivera plus tard."}
    assert (await service.call("POST", f"/enrollments/{enrolled}/notes", note, by=service.staff)).status_code == 201
    declined = await service.request(person, second)
    why = f"Madame {NAME} est en congé."
    assert (await service.decides(service.employer, declined, "refusal", reason=why)).status_code == 200
    cancelled = await service.decides(service.employer, enrolled, "agreement-withdrawal", reason=why)
    assert cancelled.status_code == 200
    await service.call("PUT", f"/cart/sessions/{await service.session(3)}", by=person.account_id)
    assert {"accounts", "enrollment_history", "enrollment_notes", "outbox"} <= set(await tables_with(service, NAME))
    assert set(await tables_with(service, "Accompagner")) == {"enrollments", "outbox"}

    data = (await service.call("GET", "/me/data", by=person.account_id)).json()
    assert (data["account"][0]["last_name"], len(data["requests"]), len(data["cart"])) == (NAME, 2, 1)
    assert why in {line["note"] for line in data["history"]}
    assert note["text"] not in str(data), "only staff read their notes"

    assert await reviewed(service, person.account_id) == ()
    await erased(service, person.account_id)

    assert await tables_with(service, NAME) == []
    assert await tables_with(service, "Accompagner") == []
    assert await service.rows("SELECT 1 FROM carts") == []
    [row] = await service.rows("SELECT * FROM accounts WHERE id = :id", id=person.account_id)
    assert (row.first_name, row.last_name, row.email, row.erased) == ("Compte", "supprimé", None, True)
    async with service.database.engine.connect() as connection:
        assert await broken_chains(connection, SERVICE.chains) == []
    assert await service.audit() == []
    # the same again, and what is older or newer, bring nothing back
    await erased(service, person.account_id)
    for version in (3, 12):
        snapshot = AccountSnapshot(
            id=person.account_id, version=version, first_name="Lou", last_name=NAME, email="lou@exemple.fr"
        )
        await service.tell(AccountUpdated(occurred_at=service.now, account=snapshot))
    assert await tables_with(service, NAME) == []


async def test_open_requests_stand_against_it_until_they_end(service: EnrollmentService, person: Person) -> None:
    session = await service.session(3)
    request = await service.request(person, session)
    assert await reviewed(service, person.account_id) == ("open_requests",)
    assert (await service.call("GET", "/me", by=person.account_id)).status_code == 200
    await service.withdraws(person, request)
    assert await reviewed(service, person.account_id) == ()
    # the account can do nothing any more, before its data is erased
    assert (await service.asks(person, session)).status_code == 403


async def test_a_trainer_has_sessions_to_train_and_then_a_sheet_to_close(
    service: EnrollmentService, person: Person
) -> None:
    session = await service.session(3)
    await service.enrolled(person, session)
    assert await reviewed(service, service.trainer) == ("sessions_to_train",)
    await service.moves(session, -timedelta(days=40))
    assert await reviewed(service, service.trainer) == ("open_sheets",)
    assert await reviewed(service, person.account_id) == ("open_sheets",)


async def test_an_erasure_that_comes_first_keeps_the_account_away(service: EnrollmentService) -> None:
    account = uuid4()
    assert await reviewed(service, account) == ()
    await erased(service, account)
    await service.tell(service.account(account, last_name=NAME))
    assert await tables_with(service, NAME) == []
