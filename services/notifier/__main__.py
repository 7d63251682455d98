"""`python -m services.notifier api | worker | migrate | messages …`."""

from services.notifier.wiring import SERVICE
from shared.process import command_line

command_line(SERVICE)()
