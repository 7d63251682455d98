"""A password that a person chooses: which ones are refused, and its hash. No transaction may be open meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from services.identity.domain.accounts import Account
from services.identity.domain.passwords import reason_to_refuse
from services.identity.storage.common_passwords import COMMON
from services.identity.use_cases.passwords import Passwords
from shared.errors import WrongFields

SAME: Final = "C'est votre mot de passe actuel : choisissez-en un autre."


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPasswords:
    """Checks new passwords and hashes them. `agency`: the name of the agency, whose words nobody may use."""

    passwords: Passwords
    agency: str

    async def of_proof(self, password: str, account: Account, *, structures: Sequence[str]) -> str:
        """The hash of a first password; raises WrongFields or TooBusy."""
        self._check(password, account, structures, field="password")
        return await self.passwords.hash(password, self.passwords.proofs)

    async def of_reset(
        self, password: str, account: Account, *, structures: Sequence[str], stored: str | None, field: str = "password"
    ) -> str:
        """The hash of a password that replaces another one, `stored`; raises WrongFields or TooBusy."""
        self._check(password, account, structures, field=field)
        queue = self.passwords.resets
        if stored is not None and await self.passwords.matches(password, stored, queue):
            raise WrongFields([(field, SAME)])
        return await self.passwords.hash(password, queue)

    def _check(self, password: str, account: Account, structures: Sequence[str], *, field: str) -> None:
        reason = reason_to_refuse(
            password, words=account.words, structures=structures, agency=self.agency, common=COMMON
        )
        if reason is not None:
            raise WrongFields([(field, reason)])
