"""Write dates and words in French, a QR code and a plot, and encrypt a cookie."""

from datetime import UTC, datetime

from cryptography.fernet import Fernet

from web.dates import Dates
from web.plots import columns
from web.qr import qr_code
from web.words import translations

dates = Dates("fr", translations("fr"))
moment = datetime(2026, 3, 12, 8, 30, tzinfo=UTC)
assert dates.day(moment, year=True) == "jeudi 12 mars 2026"
assert dates.moment(datetime(2026, 8, 1, 22, 30, tzinfo=UTC)) == "dimanche 2 août à 0\u00a0h\u00a030"
assert dates.abbreviated_weekday(moment) == "jeu."
assert "<path" in qr_code("otpauth://totp/ParcoursPro", title="Le code")
assert "<rect" in columns([("mars", 3.0), ("avril", 5.0)], title="Demandes")
cipher = Fernet(Fernet.generate_key())
assert cipher.decrypt(cipher.encrypt(b"bread")) == b"bread"
print("{}")  # noqa: T201 - a program
