"""`python -m services.identity api | worker | migrate | messages … | reset-second-factor ADDRESS`."""

from services.identity.commands import command

command()
