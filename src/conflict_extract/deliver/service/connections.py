"""Connections on which no request begins: uvicorn itself waits for a request's headers as long as the client likes."""

from __future__ import annotations

from typing import Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol

BUSY = object()


def closing_after(seconds: float) -> type[Any]:
    """uvicorn's HTTP protocol, for its setting `http`, but that it closes a connection without a request in work.

    Args:
        seconds: between two looks; a connection is closed when it had no request in work at both and none between them.
    """

    class Protocol(AutoHTTPProtocol):  # type: ignore[misc, valid-type]  # its class depends on what is installed
        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self.loop.call_later(seconds, self.look, self.cycle)

        def look(self, before: Any) -> None:
            """Close the connection when nothing began since the look before."""
            if self.transport.is_closing():
                return
            busy = self.cycle is not None and not self.cycle.response_complete
            if not busy and self.cycle is before:
                self.transport.close()
                return
            self.loop.call_later(seconds, self.look, BUSY if busy else self.cycle)

    return Protocol
