"""Every text of the pages has a translation, and no translation is left over."""

from babel.messages.extract import extract_from_dir

from tests.architecture.tree import ROOT
from web.words import catalogue

KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "go": (2,)}
OF_CALLS = {"Your account is ready: sign in.", "Your new password is set: sign in with it."}
"""Texts that a function hands on to `go`."""

Message = str | tuple[str, ...]


def used() -> set[Message]:
    methods = [("**.html", "jinja2"), ("**.py", "python")]
    options = {"**.html": {"extensions": "jinja2.ext.i18n", "trim_blocks": "true"}}
    found = extract_from_dir(str(ROOT / "web"), methods, options, keywords=KEYWORDS)
    return {message for _, _, message, _, _ in found} | OF_CALLS


def translated() -> set[Message]:
    ids = [message.id for message in catalogue("fr") if message.id]
    return {each if isinstance(each, str) else tuple(each) for each in ids}


def test_every_text_is_translated_and_every_translation_used() -> None:
    assert used() - translated() == set()
    assert translated() - used() == set()


def test_translations_are_complete_and_have_typographic_apostrophes() -> None:
    for message in catalogue("fr"):
        texts = [message.string] if isinstance(message.string, str) else list(message.string or ())
        assert not message.id or all(texts), message.id
        assert not any("'" in text for text in texts), message.id
