"""Which addresses a webhook may lead to: checked on the socket, so that no name can lie about it."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

import aiohttp

from monitor.core.addresses import is_public


class PublicConnector(aiohttp.TCPConnector):
    """Connects to public addresses only; `refused` names the last address that was none."""

    def __init__(self) -> None:
        super().__init__(limit=4, keepalive_timeout=5, socket_factory=self._socket)
        self.refused = ""

    def _socket(self, found: tuple[Any, ...]) -> socket.socket:
        family, kind, protocol, _name, place = found
        host = str(place[0])
        if not is_public(ipaddress.ip_address(host)):
            self.refused = host
            raise PermissionError("not a public address")
        return socket.socket(family=family, type=kind, proto=protocol)
