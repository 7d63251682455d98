"""Takes the personal data of one person out of the messages that a service still has.

The contracts declare which fields of a message are personal. Events keep their place with empty texts, because others
may still need them; commands about the person alone are dropped.
"""

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    LargeBinary,
    Text,
    Uuid,
    any_,
    bindparam,
    cast,
    delete,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, JSONPATH
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts import REGISTRY
from shared.contracts.fields import personal_fields
from shared.messaging.undelivered import drop
from shared.tables import event_log, idempotency_keys, outbox, undelivered

_PERSONAL: Final = {message.wire_name: personal_fields(message) for message in REGISTRY.all()}
_COMMANDS: Final = {message.wire_name for message in REGISTRY.all() if message.recipient is not None}
_OWNERS: Final = {"account_id", "reported_by", "email", "contact_email", "enrollment_id"}
"""The fields that name whose data the personal fields of a message are; `id` does so in the snapshot of an account."""
_ID: Final = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
FAILURES_LOCK: Final = 7_267_006
"""The advisory lock that an erasure takes alone, and whoever keeps a failed delivery shares with others."""
_LOCK_FAILURES: Final = select(func.pg_advisory_xact_lock(literal(FAILURES_LOCK)))
_SET_PAYLOAD: Final = update(outbox).where(outbox.c.id == bindparam("number")).values(payload=bindparam("emptied"))
_SET_BODY: Final = update(undelivered).where(undelivered.c.id == bindparam("number")).values(body=bindparam("emptied"))


@dataclass(frozen=True, slots=True)
class Person:
    """Whose data it is: the account, and what else stands for the person, as an address or the id of a request.

    `words`: the name, if it is known; kept answers to others may have it without an id.
    """

    account_id: UUID
    others: Collection[str] = ()
    words: Collection[str] = ()

    @property
    def names(self) -> frozenset[str]:
        """What stands in a message in the place of the person."""
        return frozenset({str(self.account_id), *self.others})


async def erase_messages(connection: AsyncConnection, person: Person) -> None:
    """Empty the person's texts in the event log, in the outbox, in failed deliveries and in kept answers."""
    await _erase_log(connection, person)
    await _erase_outbox(connection, person)
    await connection.execute(_LOCK_FAILURES)
    await _erase_undelivered(connection, person)
    actor = str(person.account_id)
    await connection.execute(delete(idempotency_keys).where(idempotency_keys.c.actor == actor))
    mentioned = or_(*(_is_said(words) for words in sorted({*person.names, *person.words})))
    await connection.execute(update(idempotency_keys).where(mentioned).values(body=null()))


def _is_said(words: str) -> ColumnElement[bool]:
    """Whether a text of a kept answer has these words, whole and in any case.

    A short name stands by chance in fields' names, and in words such as `open`: these say nothing of the person, and
    whoever repeats a call would lose the answer. They count only where the answer says the last name.
    """
    body = idempotency_keys.c.body
    texts = func.jsonb_path_query(body, cast('strict $.** ? (@.type() == "string")', JSONPATH)).column_valued("texts")
    said = texts.op("#>>")(literal([], ARRAY(Text)))
    whole = rf"\m{re.escape(words)}\M"
    return or_(
        exists().where(said.regexp_match(whole, flags="i"), said.regexp_match("[^a-z_]")),
        func.jsonb_path_exists(
            body, cast("$.** ? (@.last_name == $name)", JSONPATH), literal({"name": words}, type_=JSONB)
        ),
    )


async def _erase_log(connection: AsyncConnection, person: Person) -> None:
    mentioned = or_(*(event_log.c.payload.contains(name, autoescape=True) for name in sorted(person.names)))
    rows = await connection.execute(
        select(event_log.c.aggregate_id, event_log.c.event_id, event_log.c.name, event_log.c.payload).where(mentioned)
    )
    erased = [
        (row.aggregate_id, row.event_id, path)
        for row in rows
        if is_about(content := json.loads(row.payload), person.names)
        for path in _texts(row.name, content)
    ]
    if erased:
        aggregates, events, paths = zip(*erased, strict=True)
        await connection.execute(
            select(
                func.erase_from_event_log(
                    literal(list(aggregates), ARRAY(Uuid)),
                    literal(list(events), ARRAY(Uuid)),
                    literal(list(paths), ARRAY(Text)),
                )
            )
        )


async def _erase_outbox(connection: AsyncConnection, person: Person) -> None:
    mentioned = or_(*(outbox.c.payload.contains(name, autoescape=True) for name in sorted(person.names)))
    dropped = []
    for row in (await connection.execute(select(outbox).where(mentioned).with_for_update())).all():
        content = json.loads(row.payload)
        if not is_about(content, person.names):
            continue
        if row.recipient is not None:
            dropped.append(row.id)
        elif _texts(row.name, content):
            await connection.execute(
                _SET_PAYLOAD, {"number": row.id, "emptied": json.dumps(emptied(row.name, content))}
            )
    await connection.execute(delete(outbox).where(outbox.c.id == any_(literal(dropped, ARRAY(BigInteger)))))


async def _erase_undelivered(connection: AsyncConnection, person: Person) -> None:
    mentioned = or_(
        *(
            func.pg_catalog.position(undelivered.c.body, literal(name.encode(), LargeBinary)) > 0
            for name in sorted(person.names)
        )
    )
    for row in (await connection.execute(select(undelivered).where(mentioned).with_for_update())).all():
        body = bytes(row.body)
        left = what_is_left(row.name, body, person.names)
        if left is None:
            await drop(connection, row.id)
        elif left is not body:
            await connection.execute(_SET_BODY, {"number": row.id, "emptied": left})


def ids_in(body: bytes) -> set[str]:
    """Every id that stands somewhere in the body of a message, as it is written there."""
    return {found.decode() for found in _ID.findall(body)}


def what_is_left(name: str, body: bytes, names: Collection[str]) -> bytes | None:
    """What may be kept of the body of a failed delivery in which one of these names of erased people stands.

    Nothing is left of a command about them, and of what cannot be read: nobody knows where its personal data is. It is
    the same body if none of it is theirs.
    """
    content = _parsed(body)
    if not isinstance(content, dict) or name not in _PERSONAL:
        return None
    if not is_about(content, names):
        return body
    if name in _COMMANDS:
        return None
    return json.dumps(emptied(name, content)).encode() if _texts(name, content) else body


def is_about(content: dict[str, Any], names: Collection[str]) -> bool:
    """Whether the personal data in the body of a message is that of somebody with one of these names."""
    account = content.get("account")
    if isinstance(account, dict) and account.get("id") in names:
        return True
    parts = [content, *(part for part in content.values() if isinstance(part, dict))]
    return any(part.get(field) in names for part in parts for field in _OWNERS if isinstance(part.get(field), str))


def emptied(name: str, content: dict[str, Any]) -> dict[str, Any]:
    """The body of a message without the texts of its personal fields."""
    without: dict[str, Any] = json.loads(json.dumps(content))
    for path in _texts(name, content):
        *parents, field = path.split(".")
        part = without
        for parent in parents:
            part = part[parent]
        part[field] = ""
    return without


def _texts(name: str, content: dict[str, Any]) -> list[str]:
    """The paths of the personal fields that have a text in this body."""
    return [path for path in _PERSONAL.get(name, ()) if isinstance(_at(content, path), str)]


def _at(content: Any, path: str) -> Any:  # noqa: ANN401 - any JSON value
    for field in path.split("."):
        content = content.get(field) if isinstance(content, dict) else None
    return content


def _parsed(body: bytes) -> Any:  # noqa: ANN401 - any JSON value
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
