# ruff: noqa: INP001 - a folder of documents with the programs that write them
"""`python -m docs.mails` (make mails) writes every kind of mail for every audience, to be read by a person.

Each is a text, a page and, if Chromium is installed, a picture; `index.html` shows them all. The facts are examples.
"""

import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html import escape
from pathlib import Path

from docs.example_mails import NOW, SENDER, VARIANTS, mail_of, situation_of
from services.notifier.domain.mails.all import SPECS
from services.notifier.use_cases.compose import ComposedMail, compose

FOLDER = Path(".data/mails")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars")


def all_mails() -> Iterator[tuple[str, str, ComposedMail]]:
    """The name of each mail, its label in French, and the mail."""
    for kind, spec in SPECS.items():
        for audience in spec.audiences:
            for name, changes in VARIANTS.get(kind, {"": {}}).items():
                mail = mail_of(kind, audience, changes)
                composed = compose(spec, mail, situation_of(kind, audience, changes), SENDER, now=NOW)
                yield "-".join(part for part in (kind, audience, name) if part), spec.label, composed


def write(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    cells = []
    for name, label, mail in all_mails():
        files = "".join(f"\n[fichier joint : {file.name}]\n{file.content}" for file in mail.files)
        (folder / f"{name}.txt").write_text(f"À : {mail.recipient}\nObjet : {mail.subject}\n\n{mail.text}{files}")
        (folder / f"{name}.html").write_text(mail.html)
        cells.append(
            f'<figure><figcaption><b>{escape(label)}</b><br><a href="{name}.html">{name}</a> '
            f'(<a href="{name}.txt">texte</a>)<br>{escape(mail.subject)}</figcaption>'
            f'<iframe src="{name}.html" loading="lazy"></iframe></figure>'
        )
    style = "body{font-family:sans-serif} figure{display:inline-block;width:26rem;vertical-align:top;margin:.5rem}"
    frame = "iframe{width:100%;height:34rem;border:1px solid #ccc}"
    (folder / "index.html").write_text(
        f'<!doctype html><html lang="fr"><meta charset="utf-8"><title>Messages</title><style>{style}{frame}</style>'
        + "".join(cells)
    )


def draw(folder: Path) -> bool:
    """A picture beside each page; False without a browser."""
    browser = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if browser is None:
        return False

    def picture(page: Path) -> None:
        profile = folder / ".profiles" / page.stem
        target = page.with_suffix(".png").resolve()
        command = [browser, *FLAGS, f"--user-data-dir={profile.resolve()}", "--window-size=640,1000"]
        subprocess.run(  # noqa: S603 - a browser on pages that this program wrote
            [*command, f"--screenshot={target}", page.resolve().as_uri()], check=True, capture_output=True, timeout=60
        )

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(picture, sorted(page for page in folder.glob("*.html") if page.stem != "index")))
    shutil.rmtree(folder / ".profiles", ignore_errors=True)
    return True


if __name__ == "__main__":
    write(FOLDER)
    drawn = draw(FOLDER)
    print(f"{FOLDER / 'index.html'}{'' if drawn else ' (no pictures: Chromium is not installed)'}")  # noqa: T201
