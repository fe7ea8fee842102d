"""easyCIM over HTTP (contract section 5), its scripts and contacts; ``telephone`` has the rest of it.

These two are what a site replaces when its easyCIM speaks another dialect.
"""

from toolbar_py.page.exchange import READ_WAITS, WRITE_WAITS, Exchange, quoted, read
from toolbar_py.wire.contacts import ContactInfo
from toolbar_py.wire.errors import ServiceError, UnknownEcidError
from toolbar_py.wire.scripts import OpenedScript, OpenInboundRequest, OpenRequest, SavedScript, SaveRequest


class Gateway:
    """Asks easyCIM, and gives its answers as models and its refusals as ``ToolbarError``.

    Every request may be sent again: reads by nature, opening because the service keeps an own reservation, saving
    because of its ``Idempotency-Key``. So a request lost on the way is repeated before anybody is told.
    """

    def __init__(self, exchange: Exchange) -> None:
        self._send = exchange.send

    async def open_script(self, request: OpenRequest, trace: str) -> OpenedScript:
        """``POST /scripts/open``"""
        text = await self._send("POST", "/scripts/open", request.to_json(), trace, READ_WAITS)
        return read(OpenedScript, text)

    async def open_inbound(self, request: OpenInboundRequest, trace: str) -> OpenedScript:
        """``POST /scripts/open-inbound``"""
        text = await self._send("POST", "/scripts/open-inbound", request.to_json(), trace, READ_WAITS)
        return read(OpenedScript, text)

    async def contact(self, ecid: str, trace: str) -> str:
        """``GET /contacts/{ecid}``

        Returns:
            the ContactInfo as the JSON text that came, after it was found valid: writing the model out again would
            only give the same text.
        """
        if ecid in (".", ".."):
            # A URL cannot carry them: they mean folders, however they are written.
            raise UnknownEcidError(ecid=ecid)
        text = await self._send("GET", f"/contacts/{quoted(ecid)}", "", trace, READ_WAITS)
        read(ContactInfo, text)
        return text

    async def save(self, request: SaveRequest, key: str, trace: str) -> SavedScript:
        """``POST /scripts/save``

        Args:
            key: the ``Idempotency-Key``: the same for every repetition of this save, and for no other.

        Raises:
            ToolbarError: with ``outcome_known=False`` when the request went out and no answer came back.
        """
        text = await self._send("POST", "/scripts/save", request.to_json(), trace, WRITE_WAITS, key=key)
        try:
            return read(SavedScript, text)
        except ServiceError as error:
            error.outcome_known = False
            raise
