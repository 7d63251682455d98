"""Style, fonts, icons and scripts, under names that change with their content: browsers keep them for a year."""

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

FOLDER: Final = Path(__file__).parent / "static"
PREFIX: Final = "/static/"
_SERVED: Final = frozenset({".css", ".js", ".svg", ".woff2", ".png", ".ico"})
_COMPRESSED: Final = frozenset({".css", ".js", ".svg"})


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, as it is sent."""

    media_type: str
    body: bytes
    compressed: bytes | None


class Assets:
    """All files, read once. A style sheet names its fonts by their short names, which are replaced."""

    def __init__(self, folder: Path = FOLDER) -> None:
        """Raises KeyError later, at rendering, if a page names a file that is not there."""
        files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.suffix in _SERVED}
        self._urls: dict[str, str] = {}
        self._assets: dict[str, Asset] = {}
        for name, path in sorted(files.items(), key=lambda item: item[1].suffix == ".css"):  # style sheets last
            body = path.read_bytes()
            if path.suffix == ".css":
                body = _with_urls(body.decode(), self._urls).encode()
            self._add(name, path.suffix, body)

    def url(self, name: str) -> str:
        """The address of a file: `style.css` → `/static/style.3f9a….css`."""
        return self._urls[name]

    def answer(self, request: Request, path: str) -> Response | None:
        """The file, or None."""
        asset = self._assets.get(path)
        if asset is None:
            return None
        headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
        if asset.compressed is not None and "gzip" in request.headers.get("Accept-Encoding", ""):
            return Response(
                asset.compressed, headers={**headers, "Content-Encoding": "gzip"}, media_type=asset.media_type
            )
        return Response(asset.body, headers=headers, media_type=asset.media_type)

    def _add(self, name: str, suffix: str, body: bytes) -> None:
        digest = hashlib.sha256(body).hexdigest()[:12]
        path = f"{name.removesuffix(suffix)}.{digest}{suffix}"
        self._urls[name] = PREFIX + path
        media_type = mimetypes.types_map.get(suffix, "font/woff2")
        self._assets[path] = Asset(
            media_type=media_type,
            body=body,
            compressed=gzip.compress(body, 9, mtime=0) if suffix in _COMPRESSED else None,
        )


def _with_urls(style: str, urls: Mapping[str, str]) -> str:
    for name, url in urls.items():
        style = style.replace(f'url("{name}")', f'url("{url}")')
    return style
