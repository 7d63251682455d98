"""`python -m services.notifier api | worker | migrate | messages …`."""

from shared.process import command_line

from services.notifier.wiring import SERVICE

command_line(SERVICE)()
