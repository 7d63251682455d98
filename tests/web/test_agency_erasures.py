"""The ledger of erasures."""

from tests.web.desk_examples import desk_answers
from tests.web.fake import ESCAPED, HOSTILE, FakeGateway, browser


async def test_the_ledger_says_who_asked_and_what_became_of_it() -> None:
    async with browser(FakeGateway(desk_answers()), signed_in=True) as client:
        text = (await client.get("/agence/suppressions")).text
    assert ESCAPED in text
    assert HOSTILE not in text
    assert "par la personne elle-même" in text
    assert "(équipe)" in text
    assert "Refusée" in text
    assert "Supprimé" in text


async def test_without_identity_the_ledger_says_so() -> None:
    answers = {name: answer for name, answer in desk_answers().items() if "erasures" not in name}
    async with browser(FakeGateway(answers), signed_in=True) as client:
        answer = await client.get("/agence/suppressions")
    assert answer.status_code == 503
