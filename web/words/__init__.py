"""The words of the pages: templates and Python have short English texts, a folder for each language its own words.

A second language is another folder of `.po` files. A text without a translation is refused at the start, so that no
page mixes languages.
"""

import gettext
import io
from functools import cache
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

FOLDER: Final = Path(__file__).parent


def catalogue(language: str) -> Catalog:
    """All translations of a language, from its files."""
    merged = Catalog(locale=language)
    for path in sorted((FOLDER / language).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=language):
                if message.id and message.id in merged:
                    text = f"{path.name}: {message.id!r} is translated twice"
                    raise ValueError(text)
                if message.id:
                    merged[message.id] = message
    return merged


@cache
def translations(language: str) -> gettext.GNUTranslations:
    """What templates and view models translate with. Raises LookupError for a text that has no translation."""
    compiled = io.BytesIO()
    write_mo(compiled, catalogue(language))
    compiled.seek(0)
    found = gettext.GNUTranslations(compiled)
    found.add_fallback(_Untranslated())
    return found


class _Untranslated(gettext.NullTranslations):
    def gettext(self, message: str) -> str:
        raise LookupError(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:  # noqa: ARG002 - the signature of gettext
        raise LookupError(msgid1)
