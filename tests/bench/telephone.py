"""A real telephone system's gateway as the service sees it: signed reports over a few kept connections."""

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

from toolbar_py.service.telephony.webhook.configuration import SECRETS, Secret
from toolbar_py.service.telephony.webhook.signature import HEADER, Keyring, Message

_PATH = "/easycim/v1/cti/events"
_WINDOW_S = 300
_SECRET = Secret("bench", "0123456789abcdef" * 4)

ENVIRONMENT = {SECRETS: f"{_SECRET.key_id}:{_SECRET.text}"}
"""What a service needs to know to take the reports."""

Report = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of reports that were sent together.

    Args:
        sent_ms: just before the first byte went out, in epoch ms.
        answered_ms: when the answer was there.
        numbers: the operators' events that they became, in the order of the reports.
    """

    sent_ms: float
    answered_ms: float
    numbers: list[int]


class RefusedError(Exception):
    """The service did not take reports."""


class Telephone:
    """Sends reports to a service; use it as an async context manager.

    Args:
        url: of the service.
        connections: how many requests are under way at most; more wait for one of them.
    """

    def __init__(self, url: str, connections: int = 1) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._keyring = Keyring([_SECRET], _WINDOW_S)
        self._connections = connections
        self._idle: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
        self._writers: list[asyncio.StreamWriter] = []

    async def __aenter__(self) -> Self:
        """Open the connections, so that none is opened while something is measured."""
        for _ in range(self._connections):
            reader, writer = await asyncio.open_connection(self._host, self._port)
            self._writers.append(writer)
            self._idle.put_nowait((reader, writer))
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connections."""
        for writer in self._writers:
            writer.close()

    async def post(self, reports: Sequence[Report], since_ms: float | None = None) -> Posted:
        """Send reports in one request.

        Args:
            since_ms: when they came up, if the moment of sending is not what counts: who waits for a connection waits.

        Raises:
            RefusedError: the service did not take all of them.
        """
        body = json.dumps(reports).encode()
        reader, writer = await self._idle.get()
        try:
            signature = self._keyring.sign(Message("POST", _PATH, body), int(time.time()))
            lines = [
                f"POST {_PATH} HTTP/1.1",
                f"host: {self._host}",
                "content-type: application/json",
                f"content-length: {len(body)}",
                f"{HEADER.lower()}: {signature}",
                "",
                "",
            ]
            sent_ms = epoch_ms() if since_ms is None else since_ms
            writer.write("\r\n".join(lines).encode() + body)
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            length = int(head.partition("content-length:")[2].partition("\r\n")[0])
            answer = await reader.readexactly(length)
        finally:
            self._idle.put_nowait((reader, writer))
        answered_ms = epoch_ms()
        if " 200 " not in head.partition("\r\n")[0]:
            raise RefusedError(f"the service refused reports: {answer.decode()}")
        results: list[dict[str, Any]] = json.loads(answer)["results"]
        refused = [result for result in results if result["result"] != "taken"]
        if refused:
            raise RefusedError(f"the service refused a report: {refused[0]}")
        return Posted(sent_ms, answered_ms, [result["number"] for result in results])


def epoch_ms() -> float:
    """Give the moment, in epoch ms with decimals; the clock that the browser's ``performance`` counts from too."""
    return time.time_ns() / 1e6
