"""The messages between services, in one module for each publishing service. Importing this package declares all."""

from shared.contracts import catalogue, enrollment, identity
from shared.contracts.message import REGISTRY, Message, Snapshot

__all__ = ["REGISTRY", "Message", "Snapshot", "catalogue", "enrollment", "identity"]
