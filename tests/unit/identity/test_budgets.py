"""Who pays from which bucket, and what a refusal says."""

from datetime import timedelta
from ipaddress import ip_address
from uuid import uuid4

import pytest

from services.identity.domain.budgets import (
    REGISTRATION_MAILS,
    RESET_MAILS,
    SIGN_IN_OF_PAIR,
    Charge,
    Client,
    Device,
    TooManyAttempts,
    TooSoon,
    filled_by_new_password,
    mail_to,
    of_address_change,
    of_own_password,
    of_registration,
    of_reset,
    of_sign_in,
    of_structure_request,
)

CLIENT = Client(address="192.0.2.7/32", network="192.0.2.0/24")
DEVICE = Device(id=uuid4(), account_id=uuid4())
EMAIL = "claire@ml.example"


@pytest.mark.parametrize(
    ("address", "near", "around"),
    [
        ("192.0.2.7", "192.0.2.7/32", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", "2001:db8:1::/48"),
    ],
)
def test_a_client_is_an_address_in_a_network(address: str, near: str, around: str) -> None:
    assert Client.at(ip_address(address)) == Client(address=near, network=around)


def buckets(charges: list[Charge]) -> list[tuple[str, tuple[str, ...]]]:
    return [(charge.budget.name, charge.of) for charge in charges]


def test_a_sign_in_is_paid_by_the_account_the_client_and_both() -> None:
    assert buckets(of_sign_in(EMAIL, CLIENT, None)) == [
        ("sign-in, account and client", (EMAIL, "192.0.2.7/32")),
        ("sign-in, account", (EMAIL,)),
        ("sign-in, client", ("192.0.2.7/32",)),
        ("sign-in, network", ("192.0.2.0/24",)),
    ]


def test_on_a_known_device_only_the_device_pays() -> None:
    assert buckets(of_sign_in(EMAIL, CLIENT, DEVICE)) == [("sign-in, device", (str(DEVICE.id),))]
    assert buckets(of_reset(EMAIL, CLIENT, DEVICE)) == [("reset, device", (str(DEVICE.id),))]


def test_a_reset_and_a_registration_have_nothing_in_common() -> None:
    reset = {charge.key for charge in [*of_reset(EMAIL, CLIENT, None), mail_to(EMAIL, RESET_MAILS)]}
    registration = {charge.key for charge in [*of_registration(EMAIL, CLIENT), mail_to(EMAIL, REGISTRATION_MAILS)]}
    assert (len(reset), len(registration), reset & registration) == (4, 4, set())
    assert not reset & {charge.key for charge in of_sign_in(EMAIL, CLIENT, None)}


def test_a_structure_request_is_paid_by_the_client_alone() -> None:
    assert [name for name, _ in buckets(of_structure_request(CLIENT))] == [
        "structure request, client",
        "structure request, network",
    ]


def test_a_new_password_fills_the_buckets_of_the_account() -> None:
    assert filled_by_new_password(EMAIL, CLIENT) == of_sign_in(EMAIL, CLIENT, None)[:2]
    assert buckets(of_address_change(DEVICE.account_id)) == [("address change, account", (str(DEVICE.account_id),))]
    assert buckets(of_own_password(DEVICE.account_id)) == [("current password", (str(DEVICE.account_id),))]


def test_a_key_tells_its_parts_apart_and_shows_none_of_them() -> None:
    keys = {Charge(budget=SIGN_IN_OF_PAIR, of=parts).key for parts in (("ab", "c"), ("a", "bc"), ("abc",))}
    assert {len(key) for key in keys} == {32}
    assert len(keys) == 3


def test_a_bucket_is_refilled_evenly() -> None:
    assert SIGN_IN_OF_PAIR.step == timedelta(minutes=3)


@pytest.mark.parametrize(
    ("wait", "seconds", "words"),
    [
        (timedelta(milliseconds=-4), 1, "1 seconde"),
        (timedelta(seconds=12, milliseconds=1), 13, "13 secondes"),
        (timedelta(seconds=90), 90, "90 secondes"),
        (timedelta(seconds=91), 91, "2 minutes"),
    ],
)
def test_a_refusal_says_how_long_to_wait(wait: timedelta, seconds: int, words: str) -> None:
    assert TooSoon(wait).seconds == seconds
    assert TooSoon(wait).sentence == (
        f"Trop de demandes en peu de temps depuis votre connexion : réessayez dans {words}."
    )
    assert TooManyAttempts(wait).sentence == (
        f"Trop d'essais : réessayez dans {words}. Vous pouvez aussi demander un nouveau mot de passe dès maintenant."
    )
