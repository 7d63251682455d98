"""What is lost in each of the four databases, and what must be true after it was restored."""

from collections import Counter
from typing import Final

from tests.compose.faults import Say, Wrong
from tests.compose.lab import Lab, expect
from tests.e2e.people import Person

OPEN_MAILS: Final = "SELECT id FROM mails WHERE chain_position IS NULL"


class Loss:
    """One database that is lost: `begin` is before the backup, `go_on` between the backup and the loss."""

    def __init__(self, lab: Lab, say: Say) -> None:
        self.lab = lab
        self.say = say
        self.stack = lab.stack
        self.beneficiaries = lab.town().beneficiaries
        self.arrived: Counter[str] = Counter()
        """The mails that had arrived when the database was lost, by their ids."""

    async def begin(self) -> None:
        raise NotImplementedError

    async def go_on(self) -> None:
        raise NotImplementedError

    async def while_it_is_stopped(self) -> None:
        """When the backup is in its place, and nothing of the service runs yet."""

    async def compare(self) -> None:
        raise NotImplementedError

    async def is_erased_in(self, service: str, person: Person) -> None:
        tombstone = f"SELECT erased FROM accounts WHERE id = '{person.id}';"
        expect(await self.lab.one(service, tombstone), "t", f"the erased account in {service}")

    async def new_mails(self) -> list[str]:
        return [one for one in await self.lab.arrived() if one not in self.arrived]


class OfTheNotifier(Loss):
    """The mails since the backup are not listed; those that waited leave twice; those of the outage leave once."""

    async def begin(self) -> None:
        lab = self.lab
        cancelled, late = lab.session(), lab.session()
        request, self.asked = (
            await lab.request(self.beneficiaries[0], cancelled), await lab.request(self.beneficiaries[1], late)
        )  # fmt: skip
        await lab.decide(request, "acceptance")
        self.gone = await lab.joined("Notifiee")
        await lab.drained()
        await lab.cancel(cancelled)
        is_there = f"SELECT count(*) > 0 FROM ({OPEN_MAILS}) AS waiting;"
        await lab.until(lambda: lab.is_so("notifier", is_there, "t"), "a mail waits")

    async def go_on(self) -> None:
        lab = self.lab
        await lab.joined("Nouvelle")
        await lab.erase(self.gone)
        await lab.move(lab.session(), "Guéret")
        await lab.drained()
        self.listed = await lab.one("notifier", "SELECT count(*) FROM mails;")

    async def while_it_is_stopped(self) -> None:
        rows = await self.stack.query("notifier", f"{OPEN_MAILS};")
        self.waiting = {f"{row[0]}@mail.parcourspro" for row in rows}
        await self.lab.decide(self.asked, "acceptance")

    async def compare(self) -> None:
        lab = self.lab
        lab.expect_answers()
        await lab.same_copies()
        await self.is_erased_in("notifier", self.gone)
        after = await lab.arrived()
        twice = {one for one in self.arrived if after[one] > self.arrived[one]}
        expect(twice, self.waiting, "the mails that left twice")
        expect(await lab.mailed("accepted", self.asked), 1, "mails about what was decided while it was stopped")
        new = ", ".join(f"'<{one}>'" for one in await self.new_mails())
        kinds = await self.stack.query("notifier", f"SELECT kind FROM mails WHERE message_id IN ({new});")
        if others := {kind for [kind] in kinds} - {"accepted", "request_to_validate"}:
            raise Wrong(f"mails about nothing new left: {others}")
        kept = await lab.one("notifier", "SELECT count(*) FROM mails;")
        self.say(f"  of {self.listed} mails {kept} are listed; {len(twice)} waited at the backup and left twice")


class OfEnrollment(Loss):
    """What was asked and decided since the backup is gone everywhere; what others did since then is done again."""

    async def begin(self) -> None:
        lab, (first, second, third, *_) = self.lab, self.beneficiaries
        self.cancelled, self.moved, kept = lab.session(), lab.session(), lab.session()
        self.ended, seated, self.refused = (
            await lab.request(first, self.cancelled), await lab.request(second, self.moved),
            await lab.request(third, kept),
        )  # fmt: skip
        await lab.decide(self.ended, "acceptance")
        await lab.decide(seated, "acceptance")
        self.gone, self.leaver = await lab.joined("Inscrite"), await lab.joined("Partante")
        both = [await lab.request(self.leaver, lab.session()) for _ in range(2)]
        self.cancelled_since = dict.fromkeys([self.ended, *both], "cancelled")
        await lab.decide(both[0], "acceptance")
        await lab.drained()
        self.states = await self._states()

    async def go_on(self) -> None:
        lab = self.lab
        await lab.decide(self.refused, "refusal", reason="Motif du soir.")
        await lab.cancel(self.cancelled)
        await lab.move(self.moved, "Brive")
        await lab.erase(self.gone)
        await lab.end_attachment(self.leaver)
        await lab.drained()
        self.lost = (await self._states()).keys() - self.states.keys()

    async def compare(self) -> None:
        lab = self.lab
        lab.expect_answers()
        await lab.same_copies()
        found = await self._states()
        expect(found, self.states | self.cancelled_since, "the requests")
        await self.is_erased_in("enrollment", self.gone)
        await lab.seats_are_right()
        expect(await self.new_mails(), [], "mails about what followed again from events since the backup")
        self.say(f"  {len(self.lost)} requests are lost, {len(found)} are as in the backup; no mail left again")
        await lab.decide(self.refused, "refusal", reason="Motif du matin.")
        await lab.drained()
        mails = await lab.mailed("refused", self.refused, words="Motif du matin")
        expect(mails, 1, "mails about the decision taken again")

    async def _states(self) -> dict[str, str]:
        return dict(await self.stack.query("enrollment", "SELECT id, approval FROM enrollments;"))


class OfTheCatalogue(Loss):
    """Sessions go back, also where they were copied; a new one that has requests is named."""

    async def begin(self) -> None:
        lab = self.lab
        self.moved, self.enlarged = lab.session(), lab.session()
        self.request = await lab.request(self.beneficiaries[0], self.moved)
        await lab.decide(self.request, "acceptance")
        await lab.decide(self.request, "validation", by=lab.world.trainer)
        self.gone = await lab.joined("Cataloguee")
        await lab.drained()

    async def go_on(self) -> None:
        lab = self.lab
        await lab.move(self.moved, "Tulle")
        await lab.resize(self.enlarged, 9)
        self.lost = await lab.schedule()
        self.orphan = await lab.request(self.beneficiaries[1], self.lost)
        await lab.decide(self.orphan, "acceptance")
        await lab.erase(self.gone)

    async def compare(self) -> None:
        lab = self.lab
        lab.expect_answers(enrollment=1, notifier=1)
        for service in ("enrollment", "notifier"):
            lab.expect_named(service, f"sessions {self.lost}: its owner does not have it")
        lab.lost.add(self.lost)
        await lab.same_copies()
        await self.is_erased_in("catalogue", self.gone)
        expect(await self.new_mails(), [], "mails about what was put back")
        await lab.move(self.moved, "Ussel")
        await lab.drained()
        mails = await lab.mailed("session_moved", self.request, words="Ussel")
        expect(mails, 1, "mails about the session that is moved again")
        await lab.decide(self.orphan, "agreement-withdrawal", reason="La session a été perdue.")
        await lab.drained()
        expect(await lab.mailed("cancelled", self.orphan), 1, "mails about the request in the lost session")
        self.say("  a lost session is named, and its requests can be ended; a session that is moved again is told")


class OfIdentity(Loss):
    """Accounts since the backup are lost, and named if they have requests; erased people are named; sign-ins end."""

    async def begin(self) -> None:
        self.gone = await self.lab.joined("Effacee")
        self.person = self.beneficiaries[0]
        self.password = self.person.password
        await self.lab.drained()

    async def go_on(self) -> None:
        lab, person = self.lab, self.person
        self.new = await lab.joined("Arrivee")
        self.request = await lab.request(self.new, lab.session())
        await lab.decide(self.request, "acceptance")
        await lab.erase(self.gone)
        person.password = f"{self.password}-autre"
        await person.reset_password()
        await self.stack.query("identity", "DELETE FROM signing_keys;")
        await self.stack.compose("restart", "identity-api")
        await self.stack.healthy()
        await lab.sign_in()
        self.tokens = dict(person.tokens)

    async def compare(self) -> None:
        lab, person = self.lab, self.person
        lab.expect_answers(catalogue=1, enrollment=1, notifier=1)
        for service in ("catalogue", "enrollment", "notifier"):
            lab.expect_named(service, f"accounts {self.gone.id}: erased here, but not at its owner")
        for service in ("enrollment", "notifier"):
            lab.expect_named(service, f"accounts {self.new.id}: its owner does not have it")
        lab.lost.add(self.new.id)
        await lab.same_copies(but=self.gone.id)
        await person.call("GET", "identity/v1/me", expect=401)  # the token is of the lost key
        refresh = {"refresh_token": self.tokens["refresh_token"]}
        await person.call("POST", "identity/v1/tokens/refresh", refresh, expect=401)
        person.password = self.password
        await lab.sign_in()
        await self.gone.sign_in()
        await lab.erase(self.gone)
        await lab.drained()
        for service in ("catalogue", "enrollment", "notifier"):
            await self.is_erased_in(service, self.gone)
        await lab.same_copies()
        self.say("  lost and erased accounts are named; tokens of the lost key and refresh tokens are refused")
        await lab.staff_finds(self.request, self.new.last_name)
        await lab.decide(self.request, "agreement-withdrawal", reason="Le compte a été perdu.")
        await lab.drained()


LOSSES: Final[dict[str, type[Loss]]] = {
    "notifier": OfTheNotifier,
    "enrollment": OfEnrollment,
    "catalogue": OfTheCatalogue,
    "identity": OfIdentity,
}
