"""The command line: python -m services.enrollment api | worker | migrate | messages …."""

from services.enrollment.wiring import SERVICE
from shared.process import command_line

command_line(SERVICE)()
