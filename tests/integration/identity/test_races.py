"""Two transactions at once, the first of them held just before its commit: this is what the locks are for."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from ipaddress import IPv4Address
from typing import Any
from uuid import UUID

import pytest

from services.identity.domain.accounts import PasswordChanged
from services.identity.domain.attachment_moves import (
    LastReferent,
    State,
)
from services.identity.domain.attachments import (
    Status,
)
from services.identity.domain.budgets import Client
from services.identity.domain.links import InvalidLink, Purpose
from services.identity.domain.sign_in_sessions import RefreshTokenReplayed, SessionOver
from services.identity.storage.access import Actor
from services.identity.storage.transaction import Transaction
from services.identity.use_cases.accounts import mark_account
from services.identity.use_cases.attach import attach
from services.identity.use_cases.attachments import change_statuses
from services.identity.use_cases.hashing import HashQueue
from services.identity.use_cases.passwords import Passwords
from services.identity.use_cases.record import record_password, record_replay
from tests.integration.identity.identity_service import PASSWORD, STAFF, IdentityService
from tests.support.eventually import eventually


async def while_held(
    service: IdentityService, first: Callable[[Transaction], Awaitable[Any]], second: Callable[[], Awaitable[Any]]
) -> Any:
    """Run the first, start the second, commit the first when the second waits; the result of the second."""

    async def is_waiting() -> bool:
        assert not task.done(), "the second waited for no lock"
        return await service.is_waiting_for_a_lock()

    async with service.database.transaction() as work:
        await first(Transaction(work))
        task = asyncio.ensure_future(second())
        await eventually(is_waiting)
    return await task


async def account_of(service: IdentityService, email: str) -> UUID:
    return UUID((await service.ask("GET", "/me", by=email))["id"])


async def test_the_second_first_user_waits_and_is_not_the_referent(service: IdentityService) -> None:
    structure, other = UUID(await service.structure()), await service.structure(1)
    await service.join("a@x.example", other)
    first, second = await account_of(service, STAFF), await account_of(service, "a@x.example")
    late = await while_held(
        service,
        lambda tx: attach(tx, account_id=first, structure_id=structure, now=service.now),
        lambda: service.within(lambda tx: attach(tx, account_id=second, structure_id=structure, now=service.now)),
    )
    assert late.state is State.REQUESTED
    emitted = [message for message in await service.emitted() if "attachment" in message]
    assert [message["name"] for message in emitted if message["attachment"]["structure_id"] == str(structure)] == [
        "account_attachment_confirmed",
        "account_attachment_requested",
    ]


async def test_the_second_referent_who_steps_down_waits_and_is_the_last(service: IdentityService) -> None:
    structure = await service.structure()
    rose = UUID(await service.join("rose@x.example", structure))
    paul = UUID(await service.join("paul@x.example", structure))
    await service.ask("POST", f"/attachments/{paul}/confirmation", {"statuses": ["referent"]}, by="rose@x.example")
    who = Actor(await account_of(service, "paul@x.example"), is_staff=False)
    before = len(await service.emitted())
    with pytest.raises(LastReferent):
        await while_held(
            service,
            lambda tx: change_statuses(tx, who, rose, [Status.EMPLOYER], reason=None, expected=1, now=service.now),
            lambda: service.within(
                lambda tx: change_statuses(tx, who, paul, [Status.EMPLOYER], reason=None, expected=2, now=service.now)
            ),
        )
    assert await service.emitted_names(before) == ["attachment_statuses_changed"]


async def test_the_second_use_of_a_refresh_token_waits_and_is_a_replay(service: IdentityService) -> None:
    token = service.tokens[STAFF]["refresh_token"]
    client = Client.at(IPv4Address("192.0.2.7"))

    async def use(tx: Transaction) -> None:
        presented = await tx.sign_in_sessions.presented(token)
        assert presented is not None
        await tx.sign_in_sessions.use(token, presented.family_id, client=b"another", now=service.now)

    with pytest.raises(SessionOver):
        await while_held(
            service,
            use,
            lambda: service.signing_in.refresh(token, client=client, program="Firefox", now=service.now),
        )
    assert [row.why_ended for row in await service.rows("SELECT why_ended FROM families")] == ["replayed"]


@pytest.mark.parametrize("ends", ["the password is changed", "the account is disabled"])
async def test_the_end_of_all_sessions_waits_for_a_replay_and_the_replay_does_not_wait_for_it(
    service: IdentityService, ends: str
) -> None:
    """Both lock sessions of the account and add a line to its history: not in the opposite order."""
    structure = await service.structure()
    await service.join("rose@x.example", structure)
    token = service.tokens["rose@x.example"]["refresh_token"]
    staff = Actor(await account_of(service, STAFF), is_staff=True)
    rose = await account_of(service, "rose@x.example")

    async def end(tx: Transaction) -> None:
        if ends == "the account is disabled":
            version = (await tx.accounts.own(rose)).version
            await mark_account(tx, staff, rose, is_staff=None, disabled=True, expected=version, now=service.now)
        else:
            account = await tx.accounts.own(rose, lock=True)
            await record_password(tx, PasswordChanged(account), "another hash", now=service.now)
            await tx.sign_in_sessions.end_all(rose, why="password changed", now=service.now)

    async with service.database.transaction() as work:
        tx = Transaction(work)
        presented = await tx.sign_in_sessions.presented(token)
        assert presented is not None
        task = asyncio.ensure_future(service.within(end))
        await eventually(service.is_waiting_for_a_lock)
        fact = RefreshTokenReplayed(account_id=rose, family_id=presented.family_id)
        await record_replay(tx, fact, now=service.now)
    await task
    assert len(await service.acts(rose)) == 3


async def test_a_password_that_is_changed_while_it_is_compared_opens_nothing(service: IdentityService) -> None:
    account_id = await account_of(service, STAFF)

    class ChangedMeanwhile(Passwords):
        async def matches(self, password: str, stored: str | None, queue: HashQueue | None = None) -> bool:
            right = await super().matches(password, stored, queue)
            await service.within(lambda tx: tx.accounts.set_password(account_id, "another hash"))
            return right

    service.signing_in = replace(service.signing_in, passwords=ChangedMeanwhile(at_once=2))
    answer = await service.call("POST", "/tokens", {"email": STAFF, "password": PASSWORD})
    assert answer.status_code == 401
    assert [row.password_hash for row in await service.rows("SELECT password_hash FROM accounts")] == ["another hash"]


async def test_two_links_of_one_address_followed_at_once_do_not_lock_each_other_out(service: IdentityService) -> None:
    structure, other = await service.structure(), await service.structure(1, "Ailleurs")
    links = [await service.register("claire@ml.example", structure_id) for structure_id in (structure, other)]
    await service.ask("POST", "/accounts", {"first_name": "N", "last_name": "F", "email": "n@x.example"}, by=STAFF)
    links.append(await service.link("n@x.example"))
    await service.ask("POST", "/password-resets", {"email": "n@x.example"})
    reset = await service.link("n@x.example", "send_password_reset")
    calls = [
        service.call("POST", path, {"token": token, "password": PASSWORD})
        for path, token in [*(("/address-proofs", link) for link in links), ("/password-resets/confirmation", reset)]
        for _ in range(4)
    ]
    answers = await asyncio.gather(*calls)
    assert sorted(answer.status_code for answer in answers) == [204] * 2 + [410] * 14
    assert await service.rows("SELECT email FROM links") == []


async def test_a_link_is_taken_under_the_lock_of_its_address(service: IdentityService) -> None:
    structure = await service.structure()
    first, second = [await service.register("claire@ml.example", structure) for _ in range(2)]

    async def take(tx: Transaction) -> None:
        registration = await tx.links.take(Purpose.PROOF, first, now=service.now)
        await tx.links.forget(registration.email)

    with pytest.raises(InvalidLink):
        await while_held(
            service, take, lambda: service.within(lambda tx: tx.links.take(Purpose.PROOF, second, now=service.now))
        )
