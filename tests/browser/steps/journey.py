"""One run of the procedure in browsers: its people, each with a browser of their own."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from tests.browser.reader import Doors, Reader
from tests.e2e.people import Person
from tests.e2e.scenario import Scenario

STAFF: Final = "agency"
"""The key of the agency's own account."""


@dataclass
class Journey:
    """`scenario` has the people and what the API made; `readers` are their browsers, by the person's key."""

    scenario: Scenario
    doors: Doors
    readers: dict[str, Reader] = field(default_factory=dict)

    def person(self, key: str) -> Person:
        return self.scenario.staff if key == STAFF else self.scenario[key]

    async def reader(self, key: str) -> Reader:
        """The browser of a person, which stays open from step to step."""
        if key not in self.readers:
            self.readers[key] = await self.doors.visitor()
        return self.readers[key]

    async def reads_mail(self, key: str, subject: str, *, to_anybody: bool = False) -> Reader:
        """The browser of a person after the link of a mail; signed in on the way if the page asks for it.

        `to_anybody`: the mail is to an address that several people read, such as that of the desk.
        """
        reader, person = await self.reader(key), self.person(key)
        mail = await self.scenario.mails.read(None if to_anybody else person.email, subject)
        await reader.opens_mail(mail, self.doors.system)
        if "/connexion" in reader.page.url:
            await reader.sign_in(person.email, person.password)
        return reader


Step = Callable[[Journey], Awaitable[None]]
