"""The record that declares one kind of mail: everything about the kind except its words, which are its template."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from services.notifier.domain.audience import Audience
from services.notifier.domain.mail import Mail, Situation
from services.notifier.domain.mails.conditions import Condition


class About(Enum):
    """Which copies a mail needs, and so what `subject_id` identifies."""

    NOTHING = "nothing"
    """The event contains everything that the mail needs."""
    ATTACHMENT = "attachment"
    CART = "cart"
    ATTENDANCE_SHEET = "attendance sheet"
    REQUEST = "request"
    SESSION = "session"
    FACTS = "facts"
    """The facts contain the ids: of a session, a structure, a person, requests."""


class CalendarEffect(Enum):
    """What a mail does to the recipient's calendar."""

    NONE = "none"
    PUTS = "puts"
    """It carries the calendar entries of an enrolled person, or of a trainer; it removes those that are wrong now."""
    CANCELS = "cancels"
    """It carries the cancellation of the entries that the recipient has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSpec:
    """One kind of mail.

    - `kind`: its name, which the table of mails keeps, and the name of its template.
    - `label`: the kind in French, for staff.
    - `audiences`: the only roles in which people receive it. The order matters where only the first audience that has
      people gets it, and for a person in two audiences.
    - `true_while`: what must still hold when it leaves, in the order of the checks; `ALWAYS` if nothing can change it.
    - `page`: the path of the page where the next step is taken; `pages`: of audiences that may not see that one.
    - `secret`: its link is a secret. It appears in no log, and the database does not keep it after sending over SMTP.
    - `newest_only`: it is dropped if a newer mail about the same subject is waiting.
    - `motivation`: it asks for a decision, so it contains what the person wrote, which is not kept afterwards.
    - `includes`: the kinds about requests of the person in the structure that it says too, if they wait when it leaves.
    - `replaces`: the kinds about the same subject that it puts right, so that it reads as first news without them.
    """

    kind: str
    label: str
    audiences: tuple[Audience, ...]
    about: About
    true_while: tuple[Condition, ...]
    page: str
    pages: Mapping[Audience, str] = field(default_factory=dict)
    calendar: CalendarEffect = CalendarEffect.NONE
    secret: bool = False
    newest_only: bool = False
    motivation: bool = False
    includes: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()

    def path(self, mail: Mail, situation: Situation) -> str:
        """The path of a mail's page, without a slash before it."""
        session = situation.session.id if situation.session else ""
        structure = situation.structure.id if situation.structure else mail.facts.get("structure_id", "")
        token = mail.facts.get("token", "")
        page = self.pages.get(mail.audience, self.page)
        return page.format(subject=mail.subject_id, session=session, structure=structure, token=token)

    def facts_to_keep(self, mail: Mail) -> Mapping[str, Any]:
        """The facts of a finished mail: without the token, which nobody needs any more."""
        return {name: value for name, value in mail.facts.items() if not (self.secret and name == "token")}
