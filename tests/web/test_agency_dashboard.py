"""The dashboard of staff, its plots and files, and the search for everything."""

import re
from datetime import UTC, datetime
from gettext import NullTranslations

import pytest

from tests.web.desk_examples import ENROLLMENT, IDENTITY, NOTIFIER, desk_answers, figures, structure_figures
from tests.web.examples import ID, problem
from tests.web.fake import ESCAPED, HOSTILE, FakeGateway, browser
from web import plots
from web.client.figures import RequestFigures
from web.dates import Dates
from web.pages.agency_dashboard import views

NOW = datetime(2027, 1, 31, 23, 30, tzinfo=UTC)
"""Already February in Paris."""


async def test_what_needs_a_hand_is_counted_with_its_list() -> None:
    async with browser(FakeGateway(desk_answers()), signed_in=True) as client:
        text = (await client.get("/agence")).text
    found = re.findall(r'<li><a href="([^"]+)"><b>(\d+)</b> <span>([^<]+)</span>', text)
    assert [(path, int(number), words.strip()) for path, number, words in found] == [
        ("/agence/structures/demandes", 3, "structures à ajouter"),
        ("/agence/rattachements?etat=a-confirmer", 2, "premiers référents à confirmer"),
        ("/agence/rattachements", 1, "rattachement attend une réponse"),
        ("/agence/structures/signalements", 1, "changement de structure signalé"),
        ("/agence/structures?manque=referent", 4, "structures sans référent"),
        ("/agence/sessions?liste=sans-formateur", 1, "session sans formateur"),
        ("/agence/sessions?liste=passees", 2, "feuilles de présence à clore"),
        ("/agence/mails?etat=failed", 1, "message en échec"),
        ("/agence/mails?etat=unknown", 2, "messages peut-être arrivés"),
        ("/agence/echanges", 3, "échanges internes non aboutis"),
    ]


async def test_nothing_to_do_is_said() -> None:
    gateway = FakeGateway(desk_answers())
    quiet = figures()
    quiet["waiting"] = dict.fromkeys(quiet["waiting"], 0) | {"decision_hours": None}
    quiet |= {"counted_at": None, "fill": [], "requests": [], "delays": [{"since": 0, "until": None, "decisions": 0}]}
    gateway.answers[f"GET {ENROLLMENT}/figures"] = quiet
    gateway.answers[f"GET {IDENTITY}/figures"] = dict.fromkeys(structure_figures(), 0)
    gateway.answers[f"GET {NOTIFIER}/mails/figures"] = {"failed": 0, "unknown": 0, "waiting": []}
    async with browser(gateway, signed_in=True) as client:
        text = (await client.get("/agence")).text
    assert "Rien n’attend l’agence pour le moment." in text
    assert text.count('<svg class="plot"') == 1
    assert "Personne n’attend de place." in text
    assert "Aucun employeur n’a décidé" in text
    assert "Ils sont comptés pour la première fois en ce moment" in text


async def test_every_plot_has_a_name_its_values_a_table_and_a_file() -> None:
    async with browser(FakeGateway(desk_answers()), signed_in=True) as client:
        text = (await client.get("/agence")).text
    plotted = re.findall(r'<svg class="plot".*?</svg>', text, re.DOTALL)
    assert len(plotted) == 4
    assert "Tels qu’ils étaient mercredi 25 novembre à 9\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}10 :" in text
    for svg in plotted:
        title, description = re.findall(r'aria-labelledby="(\w+) (\w+)"', svg)[0]
        assert f'<title id="{title}">' in svg
        assert f'<desc id="{description}">' in svg
        assert "style" not in svg
    assert text.count("<caption") == 4
    assert re.findall(r'href="/agence/chiffres/(\w+)\.csv"', text) == ["demandes", "remplissage", "delais", "attente"]
    assert "en 2 jours et 4 h." in re.sub(r"\s+", " ", text)


@pytest.mark.parametrize(
    ("name", "head", "line"),
    [
        ("demandes", "Mois;Demandes;Validées;En cours;Closes sans inscription", None),
        ("remplissage", "Axe thématique;Sessions;Places;Occupées;Pour cent", f"{HOSTILE};2;20;15;75"),
        ("delais", "Délai de décision;Décisions", "1 à 3 j;2"),
        ("attente", "Axe thématique;Personnes en attente", "'=1+1;0"),
    ],
)
async def test_a_plot_as_a_file(name: str, head: str, line: str | None) -> None:
    async with browser(FakeGateway(desk_answers()), signed_in=True) as client:
        answer = await client.get(f"/agence/chiffres/{name}.csv")
        assert (await client.get("/agence/chiffres/autre.csv")).status_code == 404
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0] == head
    assert line is None or line in lines
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"


def test_every_month_is_shown_by_what_became_of_its_requests() -> None:
    found = RequestFigures.model_validate(
        {
            **figures(),
            "requests": [
                {"month": "2026-12", "approval": "validated", "requests": 3},
                {"month": "2026-12", "approval": "awaiting_employer", "requests": 2},
                {"month": "2026-12", "approval": "withdrawn", "requests": 1},
                {"month": "2025-12", "approval": "validated", "requests": 9},
            ],
        }
    )
    months = views.months(found, Dates("fr", NullTranslations()), NOW)
    assert [each.short for each in months] == [
        "mars", "avr", "mai", "juin", "juil", "août", "sept", "oct", "nov", "déc", "janv", "févr",
    ]  # fmt: skip
    december = months[9]
    assert (december.name, december.total) == ("décembre 2026", 6)
    assert (december.validated, december.open, december.closed) == (3, 2, 1)
    assert sum(each.total for each in months) == 6


def test_long_names_beside_bars_are_shortened_and_stay_apart() -> None:
    svg = plots.bars([("Accueil et accompagnement A", 1), ("Accueil et accompagnement B", 3)], title="Un titre")
    assert svg.count("Accueil et accompagneme…") == 2
    assert svg.count("<rect") == 3  # the ground and two bars
    tops = re.findall(r'<rect x="[^"]+" y="([^"]+)" width="[^"]+" height="[^"]+" fill="#', svg)
    assert len(set(tops)) == 2
    assert "Accueil et accompagnement B : 3" in svg


def test_scales_end_at_round_numbers() -> None:
    for values, expected in (([0], 1), ([3], 3), ([18], 20), ([41], 60), ([1900], 2000)):
        top, ticks = plots._scale(values)
        assert top == ticks[-1] == expected
        assert len(ticks) <= 5


def test_a_hostile_name_stays_text_in_a_plot() -> None:
    svg = plots.bars([("<script>", 1)], title="<b>")
    assert "<script>" not in svg
    assert "<b>" not in svg
    assert "&lt;script&gt;" in svg


async def test_a_search_leads_to_whole_lists_and_to_the_rest() -> None:
    gateway = FakeGateway(desk_answers())
    gateway.answers[f"GET {IDENTITY}/accounts"] = {**gateway.answers[f"GET {IDENTITY}/accounts"], "total": 12}
    async with browser(gateway, signed_in=True) as client:
        text = (await client.get("/agence/recherche?q=du+pont")).text
        nothing = (await client.get("/agence/recherche?q=+")).text
    assert f'href="/agence/personnes/{ID}"' in text
    assert f'href="/agence/structures/{ID}"' in text
    assert f'href="/agence/catalogue/{ID}"' in text
    assert 'href="/agence/personnes?q=du+pont"' in text
    assert 'hx-get="/agence/recherche/sessions-et-demandes?q=du+pont"' in text
    assert {each.url.params["q"] for each in gateway.sent if "q" in each.url.params} == {"du pont"}
    assert "Tapez un nom" in nothing


async def test_the_second_part_of_a_search_is_a_page_or_a_part_of_one() -> None:
    async with browser(FakeGateway(desk_answers()), signed_in=True) as client:
        whole = (await client.get("/agence/recherche/sessions-et-demandes?q=a")).text
        part = (await client.get("/agence/recherche/sessions-et-demandes?q=a", headers={"HX-Request": "true"})).text
    assert "<h1>" in whole
    assert "<html" not in part
    for text in (whole, part):
        assert f'href="/agence/sessions/{ID}"' in text
        assert f'href="/demandes/{ID}"' in text
        assert ESCAPED in text


async def test_the_number_of_a_request_leads_to_it() -> None:
    gateway = FakeGateway(desk_answers())
    async with browser(gateway, signed_in=True) as client:
        known = await client.get(f"/agence/recherche?q={ID}")
        gateway.answers[f"GET {ENROLLMENT}/enrollments/{ID}"] = problem(404, "")
        unknown = await client.get(f"/agence/recherche?q={ID}")
    assert (known.status_code, known.headers["Location"]) == (303, f"/demandes/{ID}")
    assert unknown.status_code == 200
