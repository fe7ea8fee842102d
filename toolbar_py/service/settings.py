"""How one service is set up: everything that may differ between two installations, in one immutable value."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from toolbar_py.service.telephony.simulator.setup import Setup
from toolbar_py.service.telephony.webhook.configuration import CtiSettings

SDK_DIR = Path(__file__).parent / "sdk"
"""Where the web build puts the browser files."""

PAGES_DIR = Path(__file__).parent / "pages"
"""The demo pages."""

_MINUTE_MS = 60_000
_PUBLIC_URL = re.compile(r"(https?://[^/?#]+)((?:/[A-Za-z0-9._~%!$&'()*+,;=:@-]+)*/?)")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a service needs to know before it starts.

    Args:
        data_dir: the folder of the database and the signing secret; created when missing.
        host: the address to listen on.
        port: the TCP port; 0 takes a free one.
        public_url: how pages reach the service, when that is not ``http://host:port`` (a reverse proxy).
        allow_origins: the exact origins whose pages may call the API (CORS).
        demo: whether to hold the demo campaign and serve the demo pages.
        sdk_dir: the built browser files, served under ``/sdk/``.
        pages_dir: the demo pages, served under ``/demo/`` when ``demo`` is set.
        lease_ms: how long a reservation is sure without a sign of life.
        token_ttl_s: how long a token from ``POST /login`` is valid.
        body_limit: the largest request body, in bytes. The longest legal save is 59,000 characters, up to six bytes
            each as JSON escapes.
        import_limit: the largest uploaded import, in bytes.
        save_retention_ms: how long the answer of a save is kept for its ``Idempotency-Key`` (contract section 5 asks
            for at least 7 days).
        heartbeat_ms: how often an event stream says something at least.
        event_retention_ms: how long a desk's events can be asked for again.
        contact_retention_ms: how long a contact that has left the desk is known there (contract section 3 asks for at
            least 24 hours), and a telephone system's reports are recognised.
        operation_retention_ms: how long the answer of a call or action is kept for its ``Idempotency-Key``, why a
            report was refused, and what a call was begun with whose contact was never reported.
        slot_capacity: how many group appointments a half hour takes.
        cti: how a real telephone system is joined, if one is.
        simulator: what the simulated telephone system does when there is no real one; None for no telephones at all.
    """

    data_dir: Path
    host: str = "127.0.0.1"
    port: int = 8765
    public_url: str | None = None
    allow_origins: tuple[str, ...] = ()
    demo: bool = False
    sdk_dir: Path = SDK_DIR
    pages_dir: Path = PAGES_DIR
    lease_ms: int = 30 * _MINUTE_MS
    token_ttl_s: int = 12 * 3600
    body_limit: int = 512 * 1024
    import_limit: int = 64 * 1024 * 1024
    save_retention_ms: int = 30 * 24 * 60 * _MINUTE_MS
    heartbeat_ms: int = 5_000
    event_retention_ms: int = 24 * 60 * _MINUTE_MS
    contact_retention_ms: int = 7 * 24 * 60 * _MINUTE_MS
    operation_retention_ms: int = 7 * 24 * 60 * _MINUTE_MS
    slot_capacity: int = 10
    cti: CtiSettings = field(default_factory=CtiSettings)
    simulator: Setup | None = field(default_factory=Setup)

    def __post_init__(self) -> None:
        """Refuse addresses that no browser would ever send or follow.

        Raises:
            ValueError: naming the address and what would be right.
        """
        if self.public_url is not None:
            check_public_url(self.public_url)
        for origin in self.allow_origins:
            check_origin(origin)

    @property
    def database(self) -> Path:
        """The file of the embedded database."""
        return self.data_dir / "easycim.sqlite3"


def check_public_url(url: str) -> None:
    """Make sure that a text can be how pages reach the service: an origin, perhaps with the path that a proxy adds.

    Raises:
        ValueError: naming the text and what would be right.
    """
    example = "write it like https://easycim.example or https://www.example/easycim"
    found = _PUBLIC_URL.fullmatch(url)
    if found is None:
        raise ValueError(f"'{url}' is not the address of a service: {example}")
    check_origin(found[1])


def check_origin(origin: str) -> None:
    """Make sure that a text is an origin exactly as browsers send it.

    Raises:
        ValueError: naming the origin and what would be right.
    """
    example = "write it like https://crm.example or http://localhost:3000"
    if origin == "*":
        raise ValueError(f"origin '*' would let any page in: {example}")
    try:
        parts = urlsplit(origin)
        port = parts.port
    except ValueError:
        raise ValueError(f"'{origin}' is not an origin: {example}") from None
    # Browsers send international names in their ASCII form (punycode).
    known = parts.scheme in ("http", "https") and re.fullmatch(r"[a-z0-9._:-]+", parts.hostname or "")
    if not known or parts.hostname is None or "@" in parts.netloc:
        raise ValueError(f"'{origin}' is not an origin: {example}")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    default_port = {"http": 80, "https": 443}[parts.scheme]
    plain = f"{parts.scheme}://{host}" + (f":{port}" if port is not None and port != default_port else "")
    if origin != plain:
        raise ValueError(f"'{origin}' is not what a browser sends: write {plain}")
