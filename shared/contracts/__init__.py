"""The messages that services exchange: one module per speaker. Importing this package declares them all."""

from shared.contracts import catalogue, enrollment, identity
from shared.contracts.message import REGISTRY, Message, Snapshot

__all__ = ["REGISTRY", "Message", "Snapshot", "catalogue", "enrollment", "identity"]
