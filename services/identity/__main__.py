"""`python -m services.identity api | worker | migrate | messages …`."""

from services.identity.wiring import SERVICE
from shared.process import command_line

command_line(SERVICE)()
