"""python -m services.catalogue api | worker | migrate | messages …."""

from services.catalogue.wiring import SERVICE
from shared.process import command_line

command_line(SERVICE)()
