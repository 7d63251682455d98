"""Make a certificate of attendance."""

import base64
import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.enrollment.api.certificate_pdf import Agency, certificate_pdf
from services.enrollment.domain.attendance import Attendance, Presence, PresenceStatus, Slot
from services.enrollment.storage.certificates import Certificate

BEGINS = datetime(2026, 7, 1, 7, tzinfo=UTC)
SLOTS = [
    Slot(id=UUID(int=hours), starts_at=BEGINS + timedelta(hours=hours), ends_at=BEGINS + timedelta(hours=hours + 3))
    for hours in (0, 5)
]
certificate = Certificate(
    enrollment_id=UUID("3f2a91c0-44de-4c39-8a3d-0f5d2f1f0001"),
    version=1,
    issued_at=BEGINS + timedelta(days=1),
    civility="Mme",
    first_name="Łucja",
    last_name="Nguyễn-Çelik",
    structure="Mission locale",
    siret="73282932000074",
    title="VAE",
    kind="training",
    axis="Accompagner",
    place="Limoges",
    starts_at=SLOTS[0].starts_at,
    ends_at=SLOTS[1].ends_at,
    slots=SLOTS,
    attendance=Attendance(tuple(Presence(slot_id=slot.id, status=PresenceStatus.PRESENT) for slot in SLOTS)),
    trainers=["Lou Roux"],
)
agency = Agency(
    name="Cap Exemple", siret="73282932000074", address="87000 Limoges", town="Limoges", signatory="Hélène Martin"
)
print(json.dumps({"certificat.pdf": base64.b64encode(certificate_pdf(certificate, agency)).decode()}))  # noqa: T201
