"""Passwords are hashed outside transactions, and only so many wait for it."""

import asyncio
from collections import Counter
from dataclasses import replace
from typing import Literal

import pytest
from argon2 import PasswordHasher

from services.identity.use_cases.passwords import Passwords
from shared.messaging.wakeup import Notices
from tests.integration.identity.identity_service import PASSWORD, STAFF, IdentityService

CLAIRE = "claire@ml.example"


class Hasher(PasswordHasher):
    """A quick hasher that counts the database connections in use while it works."""

    def __init__(self, service: IdentityService) -> None:
        super().__init__(time_cost=1, memory_cost=1024, parallelism=1)
        self._pool = service.database.engine.pool
        self.held: list[int] = []

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        self.held.append(self._pool.checkedout())  # type: ignore[attr-defined]
        return super().hash(password, salt=salt)

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002 - as in argon2
        self.held.append(self._pool.checkedout())  # type: ignore[attr-defined]
        return super().verify(hash, password)


async def test_no_connection_is_held_while_a_password_is_hashed(
    service: IdentityService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Notices, "send_soon", lambda _: None)  # after a commit it takes a connection for a moment
    token = await service.register(CLAIRE, await service.structure())
    await service.ask("POST", "/password-resets", {"email": STAFF})
    hasher = Hasher(service)
    service.signing_in = replace(service.signing_in, passwords=Passwords(at_once=2, hasher=hasher))
    hasher.held.clear()
    held = {}
    for act, path, body, by in (
        ("a sign-in", "/tokens", {"email": STAFF, "password": PASSWORD}, None),
        ("a refused sign-in", "/tokens", {"email": STAFF, "password": "non"}, None),
        ("a proof", "/address-proofs", {"token": token, "password": PASSWORD}, None),
        (
            "a reset",
            "/password-resets/confirmation",
            {"token": await service.link(STAFF, "send_password_reset"), "password": "un tout nouveau sésame"},
            None,
        ),
        (
            "a change",
            "/me/password",
            {"current_password": "un tout nouveau sésame", "new_password": "encore un autre mot"},
            STAFF,
        ),
    ):
        answer = await service.call("POST", path, body, by=by)
        assert answer.status_code in {200, 204, 401}, (act, answer.text)
        held[act] = max(hasher.held)
        hasher.held.clear()
    assert held == dict.fromkeys(held, 0)


async def test_a_full_queue_answers_at_once_and_holds_up_no_other(service: IdentityService) -> None:
    token = await service.register(CLAIRE, await service.structure())
    passwords = service.signing_in.passwords
    await service.execute("DELETE FROM budgets")
    async with passwords.sign_ins.turn(), passwords.sign_ins.turn():
        waiting = [
            asyncio.ensure_future(
                service.call(
                    "POST",
                    "/tokens",
                    {"email": f"p{number}@ml.example", "password": "non"},
                    X_Real_IP=f"203.0.{number}.1",
                )
            )
            for number in range(70)
        ]
        done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        refused = done.pop().result()
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "2")
        assert "réessayez" in refused.json()["detail"]
        proof = await service.call("POST", "/address-proofs", {"token": token, "password": PASSWORD})
        assert proof.status_code == 204
    codes = Counter(answer.status_code for answer in await asyncio.gather(*waiting))
    assert codes == {401: 60, 503: 10}
    # those who were refused have spent nothing; of the others, two buckets of each are refilled slowly
    spent = "SELECT count(*) AS buckets FROM budgets WHERE full_at > now() + interval '2 minutes'"
    assert [row.buckets for row in await service.rows(spent)] == [60 * 2]
