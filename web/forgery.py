"""Forms work only from our own pages: each carries a token made of the secret in the reader's cookie."""

import hashlib
import hmac
import secrets
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request

from web.session import Session

FIELD: Final = "form_token"
HEADER: Final = "X-Form-Token"
_SIZE: Final = hashlib.sha256().digest_size
_OURS: Final = frozenset({"same-origin", "none"})


class Forged(Exception):
    """The form does not come from a page of this browser, or is older than its sign-in."""


def form_token(session: Session) -> str:
    """The token for the forms of a page. It tells nothing of the secret.

    It differs in each answer, so that the size of a compressed page that repeats what an attacker has chosen does not
    betray it: a random mask, and the token under that mask.
    """
    mask = secrets.token_bytes(_SIZE)
    return (mask + _masked(_token(session), mask)).hex()


def check(request: Request, session: Session, sent: str, *, public_url: str) -> None:
    """Raises Forged. Browsers name the origin of a form; what they say is checked beside the token."""
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    origin = request.headers.get("Origin")
    known = {_origin(public_url), _origin(str(request.base_url))}
    foreign = origin not in {None, "null"} and _origin(origin or "") not in known
    if site not in _OURS or foreign or not hmac.compare_digest(_token(session), _token_in(sent)):
        raise Forged


def _token(session: Session) -> bytes:
    return hmac.digest(session.kept.secret.encode(), b"form", hashlib.sha256)


def _token_in(sent: str) -> bytes:
    try:
        both = bytes.fromhex(sent)
    except ValueError:
        return b""
    return _masked(both[_SIZE:], both[:_SIZE])


def _masked(token: bytes, mask: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(token, mask, strict=False))


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc
