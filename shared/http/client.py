"""The address of the client, which only the gateway knows.

The gateway sets `X-Real-IP` on every request that it forwards, and so replaces whatever the visitor has sent under that
name. Services are reachable only through it. A request without the header comes from a process that calls a service
directly: the address is then that of the connection.
"""

from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Annotated, Final

from fastapi import Depends, Request

HEADER: Final = "X-Real-IP"
UNKNOWN: Final = IPv4Address("0.0.0.0")  # noqa: S104 - no address to listen on
"""For a connection without an address, such as a Unix socket. All such clients count as one."""


async def client_address(request: Request) -> IPv4Address | IPv6Address:
    """The address from the gateway's header. Of several values, the last one is the gateway's."""
    sent = request.headers.getlist(HEADER)
    peer = request.client.host if request.client else ""
    try:
        address = ip_address((sent[-1] if sent else peer).strip())
    except ValueError:
        return UNKNOWN
    # an IPv4 client of a socket that listens on both protocols
    return getattr(address, "ipv4_mapped", None) or address


ClientAddress = Annotated[IPv4Address | IPv6Address, Depends(client_address)]
