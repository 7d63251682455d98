"""Staff set their second factor up with the pages, before they do anything else."""

from tests.web.examples import answers, problem
from tests.web.fake import ESCAPED, HOSTILE, FakeGateway, browser, token_on

FACTOR = "/api/identity/v1/me/second-factor"
CONFIRMATION = f"{FACTOR}/confirmation"
PAGE = "/compte/second-facteur"


def of_staff_without_factor() -> FakeGateway:
    missing = problem(403, "Configurez votre second facteur.", kind="second-factor-missing")
    return FakeGateway(
        {
            **answers("staff"),
            "GET /api/identity/v1/me": missing,
            f"GET {FACTOR}": {"confirmed_at": None, "recovery_codes_left": 0},
            f"POST {FACTOR}": {"secret": "JBSWY3DPEHPK3PXP", "uri": "otpauth://totp/X?secret=JBSWY3DPEHPK3PXP"},
            f"POST {CONFIRMATION}": {"recovery_codes": [HOSTILE]},
            "POST /api/identity/v1/tokens/refresh": {
                "access_token": "b", "refresh_token": "c", "expires_in": 600, "device_token": None,
            },
        }
    )  # fmt: skip


async def test_staff_without_a_second_factor_are_led_to_it_from_every_page() -> None:
    async with browser(of_staff_without_factor(), signed_in=True) as client:
        answer = await client.get("/agence")
        page = await client.get(PAGE)
    assert (answer.status_code, answer.headers["Location"]) == (303, PAGE)
    assert page.status_code == 200
    assert "Configurer le second facteur" in page.text


async def test_a_wrong_code_shows_the_same_key_again_and_a_right_one_the_recovery_codes() -> None:
    gateway = of_staff_without_factor()
    async with browser(gateway, signed_in=True) as client:
        form = {"form_token": await token_on(client, PAGE)}
        begun = await client.post(PAGE, data=form)
        sealed = begun.text.partition('name="sealed" value="')[2].partition('"')[0]
        gateway.answers[f"POST {CONFIRMATION}"] = problem(422, "", ("code", "Ce code n'est pas le bon."))
        wrong = await client.post(f"{PAGE}/code", data={**form, "sealed": sealed, "code": "000000"})
        gateway.answers[f"POST {CONFIRMATION}"] = {"recovery_codes": [HOSTILE]}
        right = await client.post(f"{PAGE}/code", data={**form, "sealed": sealed, "code": "492 039"})
        await client.get("/compte")
        late = await client.post(f"{PAGE}/code", data={**form, "sealed": "x", "code": "492039"})
    assert begun.text.count("JBSW Y3DP EHPK 3PXP") == wrong.text.count("JBSW Y3DP EHPK 3PXP") == 1
    assert wrong.status_code == 422
    assert "Ce code n&#39;est pas le bon." in wrong.text
    assert gateway.bodies("POST", CONFIRMATION) == [{"code": "000000"}, {"code": "492039"}]
    assert ESCAPED in right.text
    assert HOSTILE not in right.text
    # only the next pair of tokens has the rights of staff
    assert len(gateway.bodies("POST", "/api/identity/v1/tokens/refresh")) == 1
    assert (late.status_code, late.headers["Location"]) == (303, PAGE)
