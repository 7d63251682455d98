"""The newest revision of a service's schema, known without Alembic, which running processes do not import."""

import re
from importlib.resources import files

_FILE = re.compile(r"(\d{4})_\w+\.py")


def newest_revision(package: str) -> str:
    """The number in front of the last file of a package of migrations, which is also the name of the revision."""
    names = (_FILE.fullmatch(file.name) for file in (files(package) / "versions").iterdir())
    return max(name[1] for name in names if name)
