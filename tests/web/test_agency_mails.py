"""The ledger of mails: filters, the mail as it was, and sending it again."""

import httpx
import pytest

from tests.web.desk_examples import MAIL, NOTIFIER, desk_answers, mail
from tests.web.examples import ID, OTHER, problem
from tests.web.fake import HOSTILE, FakeGateway, browser, token_on

PAGE = f"/agence/mails/{ID}"


async def test_the_filters_of_the_list_and_its_file() -> None:
    gateway = FakeGateway(desk_answers())
    gateway.answers[f"GET {NOTIFIER}/mails/export"] = httpx.Response(200, content=b"a;b")
    query = f"destinataire=a%40b.example&etat=failed&du=2031-03-12&au=2031-03-12&compte={ID}&sujet={OTHER}"
    async with browser(gateway, signed_in=True) as client:
        await client.get(f"/agence/mails?{query}")
        file = await client.get(f"/agence/mails/fichier.csv?{query}")
    assert file.content == b"a;b"
    filters = {
        "recipient": "a@b.example",
        "status": "failed",
        "from": "2031-03-11T23:00:00+00:00",
        "to": "2031-03-12T23:00:00+00:00",
        "account_id": ID,
        "subject_id": OTHER,
    }
    for path, more in (("mails", {"limit": "25"}), ("mails/export", {"format": "csv"})):
        [sent] = [each for each in gateway.sent if each.url.path == f"{NOTIFIER}/{path}"]
        assert dict(sent.url.params) == {**filters, **more}


@pytest.mark.parametrize("day", ["gestern", "9999-12-31", "2031-02-30"])
async def test_a_day_that_does_not_exist_is_left_out(day: str) -> None:
    gateway = FakeGateway(desk_answers())
    async with browser(gateway, signed_in=True) as client:
        answer = await client.get(f"/agence/mails?au={day}")
    assert answer.status_code == 200
    [sent] = [each for each in gateway.sent if each.url.path == f"{NOTIFIER}/mails"]
    assert "to" not in sent.url.params


async def test_a_mail_is_shown_in_a_frame_that_runs_and_fetches_nothing() -> None:
    async with browser(FakeGateway(desk_answers()), signed_in=True) as client:
        around = await client.get(PAGE)
        framed = await client.get(f"{PAGE}/page")
    assert f'<iframe class="mail-frame" sandbox src="{PAGE}/page"' in around.text
    assert around.headers["Content-Security-Policy"].endswith("frame-ancestors 'none'; frame-src 'self'")
    assert framed.text == HOSTILE
    policy = framed.headers["Content-Security-Policy"].split("; ")
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert not [each for each in policy if each.startswith("script-src")]


async def test_a_mail_with_a_secret_link_has_no_text_and_no_page() -> None:
    gateway = FakeGateway({**desk_answers(), f"GET {MAIL}": mail(text=None, html=None, can_be_resent=False)})
    async with browser(gateway, signed_in=True) as client:
        answer = await client.get(PAGE)
        framed = await client.get(f"{PAGE}/page")
    assert "son texte n’est pas conservé" in answer.text
    assert "<iframe" not in answer.text
    assert f"{PAGE}/renvoi" not in answer.text
    assert framed.status_code == 404


async def test_a_mail_is_sent_again_after_a_page_that_says_what_follows() -> None:
    gateway = FakeGateway(
        {**desk_answers(), f"POST {MAIL}/resend": problem(409, "Ce message contient un lien secret.")}
    )
    async with browser(gateway, signed_in=True) as client:
        form = {"form_token": await token_on(client, f"{PAGE}/renvoi")}
        refused = await client.post(f"{PAGE}/renvoi", data=form)
        gateway.answers[f"POST {MAIL}/resend"] = httpx.Response(201, json=mail(id=OTHER))
        answer = await client.post(f"{PAGE}/renvoi", data=form)
    assert refused.status_code == 409
    assert "Ce message contient un lien secret." in refused.text
    assert answer.headers["Location"] == f"/agence/mails/{OTHER}"
