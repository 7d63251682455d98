"""Staff set their second factor up with the pages, before they do anything else."""

import pytest

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


async def test_the_key_is_shown_as_a_qr_code_that_the_policy_admits_and_that_has_a_name() -> None:
    gateway = of_staff_without_factor()
    gateway.answers[f"POST {FACTOR}"] = {"secret": "JBSWY3DPEHPK3PXP", "uri": f"otpauth://totp/{HOSTILE}?secret=X"}
    async with browser(gateway, signed_in=True) as client:
        page = await client.post(PAGE, data={"form_token": await token_on(client, PAGE)})
    _, _, rest = page.text.partition('<svg viewBox="0 0 ')
    drawing, end, after = rest.partition("</svg>")
    assert end
    assert 'role="img" aria-label="Code QR de la clé, écrite en toutes lettres ci-dessous"' in drawing
    # black on white in every theme, with four light modules around: a code on a dark page is not found otherwise
    side = int(drawing.partition(" ")[0])
    assert f'<path fill="#fff" d="M0 0h{side}v{side}h-{side}z"/><path stroke="#000" d="M4 4.5h7' in drawing
    assert "style" not in drawing
    assert "<script" not in drawing
    assert "style-src 'self';" in page.headers["Content-Security-Policy"]
    # who cannot scan it has the key as text
    assert "JBSW Y3DP EHPK 3PXP" in after
    assert HOSTILE not in page.text


@pytest.mark.parametrize(
    ("confirmed_at", "is_staff", "state"),
    [
        ("2027-03-02T09:00:00+00:00", True, "activé (obligatoire pour qui travaille à l’agence)"),
        ("2027-03-02T09:00:00+00:00", False, "activé"),
        (None, False, "désactivé"),
    ],
)
async def test_my_account_says_whether_there_is_a_second_factor(
    confirmed_at: str | None, state: str, *, is_staff: bool
) -> None:
    every = answers("beneficiary")
    me = {**every["GET /api/identity/v1/me"], "is_staff": is_staff}
    factor = {"confirmed_at": confirmed_at, "recovery_codes_left": 10}
    gateway = FakeGateway({**every, "GET /api/identity/v1/me": me, f"GET {FACTOR}": factor})
    async with browser(gateway, signed_in=True) as client:
        page = await client.get("/compte")
        del gateway.answers[f"GET {FACTOR}"]
        without = await client.get("/compte")
    assert f'<a href="{PAGE}">Second facteur de connexion</a> : {state}</li>' in page.text
    # the rest of the page does not depend on it
    assert without.status_code == 200
    assert f'<a href="{PAGE}">Second facteur de connexion</a>' in without.text
    assert "activé" not in without.text
