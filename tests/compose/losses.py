"""What is lost in each of the four databases, and what must be true after it was restored."""

from collections.abc import Awaitable, Callable
from typing import Final

from tests.compose.faults import Say, Wrong
from tests.compose.lab import TRAVELLING, Lab, expect

OPEN_MAILS: Final = "SELECT id FROM mails WHERE chain_position IS NULL;"


async def of_the_notifier(lab: Lab, say: Say) -> None:
    """The mails since the backup are not listed; those that waited leave twice; those of the outage leave once."""
    person, other = lab.town().beneficiaries[:2]
    cancelled, enlarged, late = lab.session(), lab.session(), lab.session()
    request, asked = await lab.request(person, cancelled), await lab.request(other, late)
    await lab.decide(request, "acceptance")
    gone = await lab.joined("Notifiee")
    await lab.load.travel(TRAVELLING)
    await lab.drained()
    await lab.cancel(cancelled)
    await lab.until(
        lambda: lab.is_so("notifier", f"SELECT count(*) > 0 FROM ({OPEN_MAILS[:-1]}) o;", "t"), "a mail waits"
    )
    await lab.operator.back_up("notifier")

    await lab.load.travel(TRAVELLING)
    await lab.joined("Nouvelle")
    await lab.erase(gone)
    await lab.move(enlarged, "Guéret")
    await lab.drained()
    before, listed = await lab.arrived(), await lab.one("notifier", "SELECT count(*) FROM mails;")
    waiting: set[str] = set()

    async def while_it_is_stopped() -> None:
        waiting.update(f"{row[0]}@mail.parcourspro" for row in await lab.stack.query("notifier", OPEN_MAILS))
        await lab.decide(asked, "acceptance")

    await lab.operator.restore("notifier", {1: while_it_is_stopped})
    await lab.drained()
    lab.expect_answers()
    await lab.same_copies()
    after = await lab.arrived()
    twice = {one for one in before if after[one] > before[one]}
    expect(twice, waiting, "the mails that left twice")
    expect(await lab.mailed("accepted", asked), 1, "mails about what was decided while it was stopped")
    kinds = await lab.stack.query(
        "notifier",
        f"SELECT kind FROM mails WHERE status = 'sent' AND message_id IN "
        f"({', '.join(repr(f'<{one}>') for one in after if one not in before) or 'NULL'}) ORDER BY 1;",
    )
    kept = await lab.one("notifier", "SELECT count(*) FROM mails;")
    say(f"  {len(twice)} mails waited at the backup and left twice; new ones: {kinds}; listed: {listed}, then {kept}")
    if other_kinds := {kind for [kind] in kinds} - {"accepted", "request_to_validate"}:
        raise Wrong(f"mails that nothing has caused left: {other_kinds}")


async def of_enrollment(lab: Lab, say: Say) -> None:
    """What was asked and decided since the backup is gone everywhere; what others did since then is done again."""
    first, second, third = lab.town().beneficiaries[:3]
    cancelled, moved, kept = lab.session(), lab.session(), lab.session()
    ended, seated, refused = (
        await lab.request(first, cancelled), await lab.request(second, moved), await lab.request(third, kept)
    )  # fmt: skip
    await lab.decide(ended, "acceptance")
    await lab.decide(seated, "acceptance")
    gone = await lab.joined("Inscrite")
    await lab.load.travel(TRAVELLING)
    await lab.drained()
    states = dict(await lab.stack.query("enrollment", "SELECT id, approval FROM enrollments;"))
    await lab.operator.back_up("enrollment")

    await lab.decide(refused, "refusal", reason="Motif du soir.")
    await lab.cancel(cancelled)
    await lab.move(moved, "Brive")
    await lab.erase(gone)
    await lab.load.travel(TRAVELLING)
    await lab.drained()
    lost = {row[0] for row in await lab.stack.query("enrollment", "SELECT id FROM enrollments;")} - states.keys()
    before = await lab.arrived()

    await lab.operator.restore("enrollment")
    await lab.drained()
    lab.expect_answers()
    await lab.same_copies()
    found = dict(await lab.stack.query("enrollment", "SELECT id, approval FROM enrollments;"))
    expect(found, {**states, ended: "cancelled"}, "the requests")
    tombstone = f"SELECT erased FROM accounts WHERE id = '{gone.id}';"
    expect(await lab.one("enrollment", tombstone), "t", "the erased account")
    await lab.seats_are_right()
    again = [one for one in await lab.arrived() if one not in before]
    expect(again, [], "mails about what followed again from events since the backup")
    say(f"  {len(lost)} requests are lost, {len(found)} are as in the backup; no mail left a second time")
    await lab.decide(refused, "refusal", reason="Motif du matin.")
    await lab.drained()
    expect(await lab.mailed("refused", refused, facts="Motif du matin"), 1, "mails about the decision taken again")


async def of_the_catalogue(lab: Lab, say: Say) -> None:
    """Sessions go back, also where they were copied; a new one that has requests is named."""
    person, other = lab.town().beneficiaries[:2]
    moved, enlarged = lab.session(), lab.session()
    request = await lab.request(person, moved)
    await lab.decide(request, "acceptance")
    await lab.decide(request, "validation", by=lab.world.trainer)
    gone = await lab.joined("Cataloguee")
    await lab.load.travel(TRAVELLING)
    await lab.drained()
    await lab.operator.back_up("catalogue")

    await lab.move(moved, "Tulle")
    await lab.resize(enlarged, 9)
    lost = await lab.schedule()
    orphan = await lab.request(other, lost)
    await lab.decide(orphan, "acceptance")
    await lab.erase(gone)
    await lab.load.travel(TRAVELLING)
    await lab.drained()

    await lab.operator.restore("catalogue")
    await lab.drained()
    lab.expect_answers(enrollment=1, notifier=1)
    for service in ("enrollment", "notifier"):
        lab.expect_named(service, lost)
    await lab.same_copies(but=frozenset({lost}))
    tombstone = f"SELECT erased FROM accounts WHERE id = '{gone.id}';"
    expect(await lab.one("catalogue", tombstone), "t", "the erased account")
    await lab.move(moved, "Ussel")
    await lab.drained()
    expect(await lab.mailed("session_moved", request, facts="Ussel"), 1, "mails about the session that moves again")
    await lab.decide(orphan, "cancellation", by=lab.world.staff, reason="La session a été perdue.")
    await lab.drained()
    expect(await lab.mailed("cancelled", orphan), 2, "mails about the request in the lost session")
    say("  a lost session is named; a session that moves again is told")


async def of_identity(lab: Lab, say: Say) -> None:
    """Accounts since the backup are lost, and named if they have requests; erased people are named; sign-ins end."""
    person = lab.town().beneficiaries[0]
    session = lab.session()
    gone = await lab.joined("Effacee")
    await lab.load.travel(TRAVELLING)
    await lab.drained()
    old_password = person.password
    await lab.operator.back_up("identity")

    new = await lab.joined("Arrivee")
    request = await lab.request(new, session)
    await lab.decide(request, "acceptance")
    await lab.erase(gone)
    person.password = f"{old_password}-autre"
    await person.reset_password()
    await lab.stack.query("identity", "DELETE FROM signing_keys;")
    await lab.stack.compose("restart", "identity-api")
    await lab.stack.healthy()
    await lab.sign_in()
    await lab.load.travel(TRAVELLING)
    await lab.drained()
    tokens = dict(person.tokens)

    await lab.operator.restore("identity")
    await lab.drained()
    lab.expect_answers(catalogue=1, enrollment=1, notifier=1)
    for service in ("catalogue", "enrollment", "notifier"):
        lab.expect_named(service, f"{gone.id}: erased here, but not at its owner")
    for service in ("enrollment", "notifier"):
        lab.expect_named(service, f"accounts {new.id}: its owner does not have it")
    await lab.same_copies(but=frozenset({gone.id, new.id, new.attachment_id}))
    await person.call("GET", "identity/v1/me", expect=401)  # a token of the lost key
    await person.call("POST", "identity/v1/tokens/refresh", {"refresh_token": tokens["refresh_token"]}, expect=401)
    person.password = old_password
    await lab.sign_in()
    await gone.sign_in()
    await lab.erase(gone)
    await lab.drained()
    say("  lost and erased accounts are named; tokens of the lost key and refresh tokens are refused")
    await lab.staff_finds(request, new.last_name)
    await lab.decide(request, "cancellation", by=lab.world.staff, reason="Le compte a été perdu.")
    await lab.drained()


LOSSES: Final[dict[str, Callable[[Lab, Say], Awaitable[None]]]] = {
    "notifier": of_the_notifier,
    "enrollment": of_enrollment,
    "catalogue": of_the_catalogue,
    "identity": of_identity,
}
