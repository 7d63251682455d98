"""What a person wrote does not become a header of a mail, whatever this Python makes of encoded words (RFC 2047)."""

from dataclasses import replace
from email import message_from_bytes
from email.policy import default

import pytest

from services.notifier.domain.headers import UnsafeHeader
from services.notifier.domain.mails.all import SPECS
from services.notifier.use_cases.compose import SenderIdentity, compose
from services.notifier.use_cases.message import message_of
from tests.unit.notifier.records import NOW, PERSON, SESSION, mail_of
from tests.unit.notifier.test_composition import SENDER, SITUATION, composed

HEADERS = [
    *("From", "To", "Reply-To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Correlation-ID", "MIME-Version"),
    "Content-Type",
]
HOSTILE = [
    "=?utf-8?q?a=0D=0ABcc=3A_pirate=40evil.example?=",
    "a=?utf-8?q?b=0A=0A=3Cp=3E?=",
    "=?utf-8?b?YQ0KUmVwbHktVG86IHBpcmF0ZUBldmlsLmV4YW1wbGU=?=",
    "=?=?utf-8?q?a=0ABcc=3A_pirate=40evil.example?=",
    "=?utf-8?q?a?= =?utf-8?q?=0ABcc=3A_pirate=40evil.example?=",
]


def parsed_headers(title: str, sender: SenderIdentity = SENDER, correlation_id: str = "request-1") -> dict[str, str]:
    """The headers of a mail about a training of this title, read from its bytes as a mail server reads them."""
    mail = replace(mail_of("refused"), correlation_id=correlation_id)
    situation = replace(SITUATION, session=replace(SESSION, training_title=title))
    refused = compose(SPECS["refused"], mail, situation, sender, now=NOW)
    message = message_from_bytes(message_of(mail, refused, sender, now=NOW), policy=default)
    assert sorted(message.keys()) == sorted(HEADERS)
    return {name: str(value) for name, value in message.items()}


@pytest.mark.parametrize("hostile", HOSTILE)
def test_an_encoded_word_in_a_title_is_read_as_it_was_typed(hostile: str) -> None:
    assert hostile.replace("=?", "= ?") in parsed_headers(hostile)["Subject"]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_an_encoded_word_in_the_name_of_the_sender_adds_no_header(hostile: str) -> None:
    parsed_headers("Tenir une réunion", sender=replace(SENDER, name=hostile))


@pytest.mark.parametrize("hostile", HOSTILE)
def test_an_encoded_word_in_a_correlation_id_adds_no_header(hostile: str) -> None:
    parsed_headers("Tenir une réunion", correlation_id=hostile)


@pytest.mark.parametrize("address", ["=?utf-8?q?a=0ABcc=3A_b?=@example.org", "=?x@example.org"])
def test_an_address_with_an_encoded_word_is_refused(address: str) -> None:
    situation = replace(SITUATION, recipient=replace(PERSON, email=address))
    with pytest.raises(UnsafeHeader):
        composed("refused", situation=situation)


def test_an_ordinary_mail_keeps_its_words() -> None:
    assert composed("refused").subject in parsed_headers(SESSION.training_title)["Subject"]
