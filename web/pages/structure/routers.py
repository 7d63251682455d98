"""The routers of the pages of a structure."""

from typing import Final

from web.pages.structure import attachments, left_open, memory, people, propose, referent, year

STRUCTURE: Final = tuple(module.router for module in (attachments, people, left_open, referent, memory, propose, year))
