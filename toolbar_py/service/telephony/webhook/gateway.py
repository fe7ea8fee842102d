"""Takes messages to a telephone system's gateway over HTTP: signed, within a deadline, tried again when it may help."""

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from socket import SOCK_STREAM
from urllib.parse import urlsplit

import httpx2

from toolbar_py.service.store.base import Clock
from toolbar_py.service.telephony.webhook.configuration import is_loopback
from toolbar_py.service.telephony.webhook.refusals import is_passing, judges_the_key, refusal
from toolbar_py.service.telephony.webhook.signature import HEADER, Keyring, Message
from toolbar_py.wire.errors import ConflictError, DeadlineError, ServiceError, ToolbarError

ANSWER_MAX = 64 * 1024
"""The longest answer that is read, in bytes: a ContactID or a problem fits many times."""

TRIES = 4
BACKOFF_S = 0.1
BACKOFF_MAX_S = 1.0
"""An operator waits for the answer: two of the default deadline's five seconds at most go by between tries."""

LOOPBACK = "telephones_loopback"
"""Why nothing was sent: somebody has to put the gateway's name right, which need not be done here."""

_CONNECTIONS_MAX = 50
_RETRY_AFTER_MAX = 6
"""In digits. Whoever asks for more than eleven days does not want to be asked again."""

_LOG = logging.getLogger("toolbar_py.telephony.webhook")


@dataclass(frozen=True, slots=True)
class Chance:
    """What differs from run to run, handed in so that a test can foresee it.

    Args:
        draw: gives a number from 0 to 1.
        pause: waits for so many seconds.
    """

    draw: Callable[[], float]
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep


@dataclass(frozen=True, slots=True)
class Line:
    """Where the gateway is and how long it may take.

    Args:
        url: http or https; its path and query are signed as they stand.
        deadline_ms: for one message, all tries together.
        allow_loopback: whether it may be on this very machine.
    """

    url: str
    deadline_ms: int
    allow_loopback: bool


@dataclass(frozen=True, slots=True)
class _Answered:
    status: int
    retry_after_s: float
    body: bytes


class Gateway:
    """The way out to one gateway. No redirect is followed and no proxy used; no answer is longer than it should be.

    Args:
        line: where it is.
        keyring: signs.
        clock: gives epoch ms.
        chance: for the pauses between tries.
    """

    def __init__(self, line: Line, keyring: Keyring, clock: Clock, chance: Chance) -> None:
        self._line = line
        self._keyring = keyring
        self._clock = clock
        self._chance = chance
        parts = urlsplit(line.url)
        self._host = parts.hostname or ""
        self._port = parts.port or {"http": 80, "https": 443}[parts.scheme]
        self._url = httpx2.URL(line.url)
        self._http = httpx2.AsyncClient(
            # Reading the certificates that this machine trusts takes a while; plain HTTP needs none.
            verify=ssl.create_default_context() if parts.scheme == "https" else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
            timeout=None,  # the deadline holds for all tries together
            limits=httpx2.Limits(max_connections=_CONNECTIONS_MAX, max_keepalive_connections=_CONNECTIONS_MAX),
            follow_redirects=False,
            trust_env=False,
        )

    async def post(self, key: str, body: bytes) -> bytes:
        """Take a message to the gateway; gives the body of its answer.

        Args:
            key: the ``Idempotency-Key``, the same in every try.

        Raises:
            ConflictError, InvalidArgumentError: the gateway refuses it, or must not be asked (:data:`LOOPBACK`).
            DeadlineError: it said nothing in time.
            RateLimitedError, ServiceError: it cannot be reached, or answers nothing usable.
        """
        try:
            async with asyncio.timeout(self._line.deadline_ms / 1000):
                return await self._post(key, body)
        except TimeoutError:
            _LOG.warning("the gateway was silent", extra={"fields": {"key": key}})
            timeout_ms = self._line.deadline_ms
            raise DeadlineError(reason="telephones_silent", timeoutMs=timeout_ms, outcome_known=False) from None

    async def close(self) -> None:
        """Close every connection."""
        await self._http.aclose()

    async def _post(self, key: str, body: bytes) -> bytes:
        until = asyncio.get_running_loop().time() + self._line.deadline_ms / 1000
        tries = 0
        perhaps_done = False
        while True:
            pause_s = self._chance.draw() * min(BACKOFF_MAX_S, BACKOFF_S * 2**tries)
            tries += 1
            try:
                answered = await self._try(key, body)
            except (httpx2.TransportError, OSError) as error:
                # The kind of error only: its text can hold an address, never what was said.
                _LOG.warning(
                    "the gateway was not reached", extra={"fields": {"key": key, "error": type(error).__name__}}
                )
                failure: ToolbarError = ServiceError(reason="telephones_unreachable", outcome_known=False)
                passing = True
            else:
                if httpx2.codes.is_success(answered.status):
                    return answered.body
                _LOG.warning("the gateway refused", extra={"fields": {"key": key, "status": answered.status}})
                failure = refusal(answered.status, answered.body, answered.retry_after_s)
                if judges_the_key(failure):
                    raise failure
                passing = is_passing(answered.status)
                pause_s = max(pause_s, answered.retry_after_s)
            # A gateway that turns a later try away unread says nothing of an earlier one.
            perhaps_done = perhaps_done or not failure.outcome_known
            if not passing or tries == TRIES or asyncio.get_running_loop().time() + pause_s >= until:
                failure.outcome_known = not perhaps_done
                raise failure
            await self._chance.pause(pause_s)

    async def _try(self, key: str, body: bytes) -> _Answered:
        if not self._line.allow_loopback:
            await self._refuse_loopback()
        path = self._url.raw_path.decode("ascii")
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json, application/problem+json",
            # What is not compressed cannot grow when it is read.
            "Accept-Encoding": "identity",
            "Idempotency-Key": key,
            HEADER: self._keyring.sign(Message("POST", path, body), self._clock() // 1000),
        }
        async with self._http.stream("POST", self._url, content=body, headers=headers) as response:
            received = bytearray()
            async for part in response.aiter_raw():
                received += part
                if len(received) > ANSWER_MAX:
                    raise ServiceError(reason="telephones_unusable", outcome_known=False)
            return _Answered(response.status_code, _seconds(response.headers.get("retry-after", "")), bytes(received))

    async def _refuse_loopback(self) -> None:
        """Make sure that the gateway's name does not lead to this very machine, where other doors are open to us."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(self._host, self._port, type=SOCK_STREAM)
        if any(is_loopback(str(address[0])) for *_, address in found):
            _LOG.error("the gateway's name leads to this very machine")
            raise ConflictError(reason=LOOPBACK)


def _seconds(retry_after: str) -> float:
    text = retry_after.strip()
    if not (text.isascii() and text.isdigit()):
        return 0.0
    return float(text[:_RETRY_AFTER_MAX]) if len(text) <= _RETRY_AFTER_MAX else float("inf")
