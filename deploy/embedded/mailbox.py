"""All mails of an embedded installation, at `/mailbox`: as pages for people, and in Mailpit's API for programs."""

import base64
import re
import secrets
from collections.abc import Awaitable, Callable
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from deploy.embedded.pages import render
from services.notifier.domain.wording import day, hour
from services.notifier.storage.transaction import Transaction
from services.notifier.use_cases.read_mailbox import KeptMail, kept_file, kept_mail, kept_mails
from shared.database import Database

MOST: Final = 500
COOKIE: Final = "mailbox"
_FEW_DIGITS: Final = re.compile(r"[0-9]{1,9}")
MAIL_POLICY: Final = (
    "sandbox allow-top-navigation-by-user-activation; default-src 'none'; style-src 'unsafe-inline'; "
    "frame-ancestors 'self'"
)
"""A mail is untrusted content: it may not run scripts or load anything, and only the mailbox may show it in a frame."""

Answer = Callable[[Request, Transaction], Awaitable[Response]]


async def _list(request: Request, tx: Transaction) -> Response:
    # PostgreSQL's texts have no NUL, so no address has one
    recipient = request.query_params.get("a", "").replace("\0", "") or None
    mails = await kept_mails(tx, limit=MOST, recipient=recipient)
    return render("mailbox.html", mails=mails, recipient=recipient, day=day, hour=hour)


async def _show(request: Request, tx: Transaction) -> Response:
    mail = await kept_mail(tx, request.path_params["mail_id"])
    if mail is None:
        return render("missing.html", 404, path=request.url.path)
    return render("mail.html", mail=mail, day=day, hour=hour)


async def _html(request: Request, tx: Transaction) -> Response:
    mail = await kept_mail(tx, request.path_params["mail_id"])
    if mail is None:
        return render("missing.html", 404, path=request.url.path)
    # links open outside the frame, because the linked pages refuse to be shown in one
    page = mail.html.replace("<head>", '<head><base target="_top">', 1)
    return Response(page, media_type="text/html", headers={"Content-Security-Policy": MAIL_POLICY})


async def _file(request: Request, tx: Transaction) -> Response:
    file = await kept_file(tx, request.path_params["mail_id"], request.path_params["number"])
    if file is None:
        return render("missing.html", 404, path=request.url.path)
    headers = {"Content-Security-Policy": MAIL_POLICY, "Content-Disposition": f'attachment; filename="{file.name}"'}
    return Response(file.content, media_type=file.content_type, headers=headers)


async def _messages(request: Request, tx: Transaction) -> Response:
    limit = request.query_params.get("limit", "")
    mails = await kept_mails(tx, limit=min(int(limit), MOST) if _FEW_DIGITS.fullmatch(limit) else 50)
    return JSONResponse({"messages": [_summary(mail) for mail in mails], "total": len(mails)})


async def _message(request: Request, tx: Transaction) -> Response:
    mail = await kept_mail(tx, request.path_params["mail_id"])
    if mail is None:
        return JSONResponse({"error": "no such mail"}, 404)
    files = [{"FileName": file.name, "ContentType": file.content_type.split(";")[0]} for file in mail.files]
    return JSONResponse({**_summary(mail), "Text": mail.text, "HTML": mail.html, "Attachments": files})


async def _headers(request: Request, tx: Transaction) -> Response:
    mail = await kept_mail(tx, request.path_params["mail_id"])
    if mail is None:
        return JSONResponse({"error": "no such mail"}, 404)
    headers = {
        "Subject": mail.subject,
        "To": mail.recipient,
        "Message-Id": mail.message_id,
        "X-Correlation-Id": mail.correlation_id,
    }
    return JSONResponse({name: [value] for name, value in headers.items() if value})


def _summary(mail: KeptMail) -> dict[str, Any]:
    return {
        "ID": str(mail.id),
        "MessageID": (mail.message_id or "").strip("<>"),
        "Subject": mail.subject,
        "To": [{"Address": mail.recipient, "Name": ""}],
        "Created": mail.sent_at.isoformat(),
    }


def mailbox(database: Database, key: str) -> list[BaseRoute]:
    """The routes of the mailbox. `database`: the notifier's; `key`: only who has it reads the mails.

    People open `/mailbox?key=…` once, and a cookie keeps the key; programs send it as the password of HTTP Basic.
    """

    def guarded(answer: Answer) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            if _same(request.query_params.get("key"), key):
                response: Response = RedirectResponse("/mailbox", 303)
                response.set_cookie(COOKIE, key, path="/mailbox", httponly=True, samesite="strict")
            elif _same(request.cookies.get(COOKIE), key) or _same(_basic_password(request), key):
                async with database.transaction() as work:
                    response = await answer(request, Transaction(work))
            else:
                response = render("locked.html", 403)
            response.headers["Cache-Control"] = "no-store"
            return response

        return endpoint

    shown: dict[str, Answer] = {
        "/mailbox": _list,
        "/mailbox/api/v1/messages": _messages,
        "/mailbox/api/v1/message/{mail_id:uuid}": _message,
        "/mailbox/api/v1/message/{mail_id:uuid}/headers": _headers,
        "/mailbox/{mail_id:uuid}": _show,
        "/mailbox/{mail_id:uuid}/html": _html,
        "/mailbox/{mail_id:uuid}/files/{number:int}": _file,
    }
    return [Route(path, guarded(answer)) for path, answer in shown.items()]


def _same(sent: str | None, key: str) -> bool:
    return sent is not None and secrets.compare_digest(sent.encode(), key.encode())


def _basic_password(request: Request) -> str | None:
    scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(credentials).decode().partition(":")[2]
    except ValueError:
        return None
