"""The certificate of attendance ("certificat de réalisation") in PDF."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.enrollment.api.pdf_page import LINE, Page
from services.enrollment.domain.attendance import Presence, PresenceStatus, Slot, planned
from services.enrollment.domain.certificate import duration
from services.enrollment.domain.paris import date_in_words, hour
from services.enrollment.storage.certificates import Certificate

_NATURES: Final[Mapping[str, str]] = {
    "training": "Action de formation",
    "other_action": "Autre action (atelier, visite, conférence…)",
}
_STATUSES: Final[Mapping[PresenceStatus, str]] = {
    PresenceStatus.PRESENT: "présent·e",
    PresenceStatus.EXCUSED: "absent·e, excusé·e",
    PresenceStatus.UNEXCUSED: "absent·e",
}
_MARGIN: Final = 20.0
_WIDTH: Final = 170.0
_LABEL: Final = 48.0
_FOOT: Final = 14.0
_KEPT: Final = (
    "Sans préjudice des délais imposés par les règles fiscales, comptables ou commerciales, l’organisme conserve "
    "l’ensemble des pièces justificatives qui ont permis d’établir le présent certificat pendant une durée de trois "
    "ans à compter de la fin de l’année du dernier paiement."
)
_BOX_HEIGHT: Final = 34.0
_LINES_BEFORE_THE_BOX: Final = 62.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """The agency that signs. What it has not set is left out."""

    name: str
    siret: str | None
    address: str | None
    town: str | None
    signatory: str | None


class _CertificatePage(Page):
    """A page of the certificate with its foot, so that no page can be taken for one of another certificate."""

    def __init__(self, certificate: Certificate, agency: Agency) -> None:
        self._title = f"Certificat de réalisation n° {certificate.number}"
        super().__init__(title=self._title, author=agency.name, at=certificate.issued_at, margin=_MARGIN)

    def footer(self) -> None:
        self.set_y(-_FOOT)
        self.style(8, pale=True)
        self.cell(_WIDTH, 5, f"{self._title} · page {self.page_no()} sur {{nb}}", align="C")


def certificate_pdf(certificate: Certificate, agency: Agency) -> bytes:
    """The certificate on one page; on more if the session has many slots."""
    page = _CertificatePage(certificate, agency)
    page.add_page()
    _head(page, certificate, agency)
    _person(page, certificate, agency)
    _action(page, certificate)
    _slots(page, certificate)
    _signature(page, certificate, agency)
    return bytes(page.output())


def _head(page: Page, certificate: Certificate, agency: Agency) -> None:
    page.style(12, bold=True)
    page.multi_cell(_WIDTH, 6, agency.name, new_x="LMARGIN", new_y="NEXT")
    page.style(9, pale=True)
    for line in (agency.address, agency.siret and f"SIRET\u00a0: {siret(agency.siret)}"):
        if line:
            page.multi_cell(_WIDTH, 4.6, line, new_x="LMARGIN", new_y="NEXT")
    page.ln(12)
    page.style(22, bold=True)
    page.cell(_WIDTH, 10, "Certificat de réalisation", new_x="LMARGIN", new_y="NEXT")
    page.style(10, pale=True)
    page.cell(_WIDTH, 6, f"N°\u00a0{certificate.number}", new_x="LMARGIN", new_y="NEXT")
    if certificate.replaces is not None:
        page.cell(
            _WIDTH,
            6,
            f"Ce certificat remplace le certificat n°\u00a0{certificate.replaces}, corrigé.",
            new_x="LMARGIN",
            new_y="NEXT",
        )
    page.ln(7)


def _person(page: Page, certificate: Certificate, agency: Agency) -> None:
    who = f"{agency.signatory}, pour {agency.name}, atteste que" if agency.signatory else f"{agency.name} atteste que"
    page.style(11)
    page.multi_cell(_WIDTH, 6, f"{who}\u00a0:", new_x="LMARGIN", new_y="NEXT")
    page.ln(2)
    names = (certificate.civility, certificate.first_name, certificate.last_name)
    page.style(14, bold=True)
    page.multi_cell(_WIDTH, 7.5, " ".join(name for name in names if name), new_x="LMARGIN", new_y="NEXT")
    page.style(11)
    employer = f"de la structure {certificate.structure}"
    if certificate.siret:
        employer += f" (SIRET\u00a0{siret(certificate.siret)})"
    page.multi_cell(_WIDTH, 6, employer, new_x="LMARGIN", new_y="NEXT")
    page.ln(2)
    page.multi_cell(_WIDTH, 6, "a suivi l’action suivante\u00a0:", new_x="LMARGIN", new_y="NEXT")
    page.ln(3)


def _action(page: Page, certificate: Certificate) -> None:
    first, last = date_in_words(certificate.starts_at), date_in_words(certificate.ends_at)
    trainers = len(certificate.trainers)
    rows = [
        ("Intitulé", certificate.title),
        ("Nature de l’action", _NATURES.get(certificate.kind, _NATURES["other_action"])),
        ("Axe thématique", certificate.axis or ""),
        ("Dates", f"le {first}" if first == last else f"du {first} au {last}"),
        ("Lieu", certificate.place),
        ("Formateur·rice" if trainers < 2 else "Formateurs·rices", ", ".join(certificate.trainers)),  # noqa: PLR2004
        ("Durée prévue", duration(planned(certificate.slots))),
        ("Durée suivie", duration(certificate.attendance.followed(certificate.slots))),
    ]
    for label, value in rows:
        if value:
            _row(page, label, value, bold=label in {"Intitulé", "Durée suivie"})
    page.ln(4)


def _row(page: Page, label: str, value: str, *, bold: bool) -> None:
    top = page.get_y()
    page.style(10, pale=True)
    page.multi_cell(_LABEL, 6.4, label, new_x="RIGHT", new_y="TOP")
    page.style(10.5, bold=bold)
    page.set_xy(_MARGIN + _LABEL, top)
    page.multi_cell(_WIDTH - _LABEL, 6.4, value, align="L", new_x="LMARGIN", new_y="NEXT")


def _slots(page: Page, certificate: Certificate) -> None:
    presences = {presence.slot_id: presence for presence in certificate.attendance.presences}
    widths = (70.0, 50.0, 50.0)
    page.set_draw_color(*LINE)
    page.style(9, pale=True)
    for title, width in zip(("Créneau", "Horaires", "Présence"), widths, strict=True):
        page.cell(width, 6.5, title, border="B")
    page.ln()
    page.style(9.5)
    for slot in certificate.slots:
        times = f"{_hour(slot.starts_at)} – {_hour(slot.ends_at)}"
        presence = _presence(presences.get(slot.id), slot)
        for text, width in zip((date_in_words(slot.starts_at), times, presence), widths, strict=True):
            page.cell(width, 6.5, text, border="B")
        page.ln()
    page.ln(5)


def _presence(presence: Presence | None, slot: Slot) -> str:
    if presence is None:
        return "–"
    if presence.arrived_at is None:
        return _STATUSES[presence.status]
    return f"à partir de {_hour(presence.arrived_at)} ({duration(slot.ends_at - presence.arrived_at)})"


def _hour(at: datetime) -> str:
    return hour(at).replace(" ", "\u00a0")


def _signature(page: Page, certificate: Certificate, agency: Agency) -> None:
    if page.will_page_break(_LINES_BEFORE_THE_BOX):
        page.add_page()
    page.style(8.5, pale=True)
    page.multi_cell(_WIDTH, 4.4, _KEPT, align="L", new_x="LMARGIN", new_y="NEXT")
    page.ln(6)
    page.style(10.5)
    issued = date_in_words(certificate.issued_at)
    left = f"Fait à {agency.town}, le {issued}" if agency.town else f"Fait le {issued}"
    top = page.get_y()
    page.multi_cell(80, 6, left)
    page.set_xy(_MARGIN + 85, top)
    page.style(9, pale=True)
    page.multi_cell(85, 5, "Cachet et signature", new_x="LMARGIN", new_y="NEXT")
    page.rect(_MARGIN + 85, top + 6, 85, _BOX_HEIGHT)
    if agency.signatory:
        page.set_xy(_MARGIN + 88, top + _BOX_HEIGHT - 1)
        page.style(9.5)
        page.multi_cell(79, 4.8, agency.signatory)


def siret(digits: str) -> str:
    """A SIRET as people write it: "732 829 320 00074"."""
    return "\u00a0".join((digits[:3], digits[3:6], digits[6:9], digits[9:]))
