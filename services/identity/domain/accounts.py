"""What an account is."""

from dataclasses import dataclass, replace
from uuid import UUID


class OwnAccount(Exception):
    """Staff do not take their own rights away: the last one would lock everybody out."""

    sentence = "Vous ne pouvez pas retirer vos propres droits ni désactiver votre propre compte."


@dataclass(frozen=True, slots=True)
class Account:
    """One person who can sign in, once the address was proved. `email` is lower-case."""

    id: UUID
    version: int
    civility: str | None
    first_name: str
    last_name: str
    email: str
    is_staff: bool = False
    disabled: bool = False
    proved: bool = False

    @property
    def words(self) -> tuple[str, str, str]:
        """What the person's password must not contain."""
        return self.first_name, self.last_name, self.email.split("@")[0]

    def proven(self) -> "Account":
        """The address is this person's."""
        return replace(self, version=self.version + 1, proved=True)

    def renamed(self, *, civility: str | None, first_name: str, last_name: str) -> "Account":
        """The person is called so now."""
        return replace(self, version=self.version + 1, civility=civility, first_name=first_name, last_name=last_name)

    def marked(self, *, is_staff: bool, disabled: bool, by: UUID | None) -> "Account":
        """Staff (or, at the start, the operator: None) set the marks; raises OwnAccount."""
        if by == self.id and (disabled or not is_staff):
            raise OwnAccount
        return replace(self, version=self.version + 1, is_staff=is_staff, disabled=disabled)
