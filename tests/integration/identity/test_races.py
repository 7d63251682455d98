"""Two at once, one of them held just before its commit: what the locks are for."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest

from services.identity.domain.attachments import LastReferent, State, Status
from services.identity.storage.access import Actor
from services.identity.storage.transaction import Transaction
from services.identity.use_cases.attach import attach
from services.identity.use_cases.attachments import change_statuses
from services.identity.use_cases.sign_in import SessionOver
from tests.integration.identity.town import STAFF, Town

HELD_SECONDS = 0.5
"""More than the second one needs when nothing makes it wait."""


async def while_held(
    town: Town, first: Callable[[Transaction], Awaitable[Any]], second: Callable[[], Awaitable[Any]]
) -> Any:
    """Do the first, begin the second before the first is committed, and give what the second came to."""
    async with town.database.transaction() as work:
        await first(Transaction(work))
        task = asyncio.ensure_future(second())
        await asyncio.wait({task}, timeout=HELD_SECONDS)
    return await task


async def account_of(town: Town, email: str) -> UUID:
    return UUID((await town.does("GET", "/me", who=email))["id"])


async def test_the_second_first_user_waits_and_is_not_the_referent(town: Town) -> None:
    structure, other = UUID(await town.structure()), await town.structure(1)
    await town.joins("a@x.example", other)
    one, two = await account_of(town, STAFF), await account_of(town, "a@x.example")
    late = await while_held(
        town,
        lambda tx: attach(tx, one, structure, now=town.now),
        lambda: town.within(lambda tx: attach(tx, two, structure, now=town.now)),
    )
    assert late.state is State.REQUESTED
    said = [one["name"] for one in await town.said() if one.get("attachment", {}).get("structure_id") == str(structure)]
    assert said == ["account_attachment_confirmed", "account_attachment_requested"]


async def test_the_second_referent_who_steps_down_waits_and_is_the_last(town: Town) -> None:
    structure = await town.structure()
    rose = UUID(await town.joins("rose@x.example", structure))
    paul = UUID(await town.joins("paul@x.example", structure))
    await town.does("POST", f"/attachments/{paul}/confirmation", {"statuses": ["referent"]}, who="rose@x.example")
    desk = Actor(await account_of(town, STAFF), is_staff=True)
    before = len(await town.said())
    with pytest.raises(LastReferent):
        await while_held(
            town,
            lambda tx: change_statuses(tx, desk, rose, [Status.EMPLOYER], expected=1, now=town.now),
            lambda: town.within(
                lambda tx: change_statuses(tx, desk, paul, [Status.EMPLOYER], expected=2, now=town.now)
            ),
        )
    assert await town.names_said(before) == ["attachment_statuses_changed"]


async def test_the_second_use_of_a_refresh_token_waits_and_is_a_replay(town: Town) -> None:
    token = town.tokens[STAFF]["refresh_token"]

    async def use(tx: Transaction) -> None:
        assert await tx.families.shown(token) is not None
        await tx.families.use(token)

    with pytest.raises(SessionOver):
        await while_held(town, use, lambda: town.app.state.sign_in.refresh(token, now=town.now))
    assert (await town.rows("SELECT why_ended FROM families"))[0].why_ended == "replayed"


async def test_a_password_that_is_changed_while_it_is_compared_opens_nothing(town: Town) -> None:
    passwords = town.app.state.sign_in.passwords
    matches = passwords.matches

    async def slowly(password: str, kept: str | None) -> bool:
        right: bool = await matches(password, kept)
        await town.within(lambda tx: tx.accounts.set_password(account_id, "another hash"))
        return right

    account_id = await account_of(town, STAFF)
    passwords.matches = slowly
    answer = await town.call("POST", "/tokens", {"email": STAFF, "password": "quatre chevaux dans le pré"})
    assert answer.status_code == 401
    assert (await town.rows("SELECT password_hash FROM accounts"))[0].password_hash == "another hash"
