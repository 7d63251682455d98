"""The messages between services, in one or more modules for each publishing service. Importing this declares all."""

from shared.contracts import attendance, catalogue, enrollment, erasures, identity, obligations, proposals
from shared.contracts.message import REGISTRY, Message, Snapshot

__all__ = [
    "REGISTRY",
    "Message",
    "Snapshot",
    "attendance",
    "catalogue",
    "enrollment",
    "erasures",
    "identity",
    "obligations",
    "proposals",
]
