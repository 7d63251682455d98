"""The shards of the outbox, apart from it: settings know them without a database."""

from typing import Final

SHARD_SPACE: Final = 64
"""Rows have a shard number below this. Of N relays, relay number i publishes the rows whose shard modulo N is i."""
