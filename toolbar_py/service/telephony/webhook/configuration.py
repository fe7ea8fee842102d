"""How a telephone system is joined: the shared secrets, the gateway's address and the limits in time."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from toolbar_py.service.errors import SetupError

PREFIX = "TOOLBAR_CTI_"
"""What all of these settings begin with."""

SECRETS = "TOOLBAR_CTI_SECRETS"
URL = "TOOLBAR_CTI_URL"
WINDOW = "TOOLBAR_CTI_WINDOW_S"
DEADLINE = "TOOLBAR_CTI_DEADLINE_MS"
LOOPBACK = "TOOLBAR_CTI_LOOPBACK"

SECRET_MIN = 32
"""In characters. A secret from ``openssl rand -hex 32`` has 64 of them, and as many bits as HMAC-SHA256 can use."""

_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")
_SECRETS_MAX = 10
_WINDOW_MAX_S = 3_600
_DEADLINE_MIN_MS = 100
_DEADLINE_MAX_MS = 60_000
_URL_CHARACTERS = re.compile(r"[\x21-\x7e]{1,2000}")


@dataclass(frozen=True, slots=True)
class Secret:
    """One secret that is shared with the telephone system. ``key_id`` is its public name."""

    key_id: str
    text: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class CtiSettings:
    """How a telephone system is joined; as it stands here, none is.

    Args:
        secrets: the shared secrets; the first signs what goes out, any may sign what comes in.
        url: where the gateway takes what operators want; None when nothing goes out.
        window_s: how many seconds a signature's moment may lie in the past or in the future.
        deadline_ms: how long the gateway may take to accept a request, all tries together.
        allow_loopback: whether the gateway may be on this very machine; for developers.

    Raises:
        ValueError: naming the setting and what would be right, never a secret.
    """

    secrets: tuple[Secret, ...] = ()
    url: str | None = None
    window_s: int = 300
    deadline_ms: int = 5_000
    allow_loopback: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot work."""
        _check_secrets(self.secrets)
        if not 1 <= self.window_s <= _WINDOW_MAX_S:
            raise ValueError(f"{WINDOW} is a number of seconds from 1 to {_WINDOW_MAX_S}")
        if not _DEADLINE_MIN_MS <= self.deadline_ms <= _DEADLINE_MAX_MS:
            raise ValueError(f"{DEADLINE} is a number of milliseconds from {_DEADLINE_MIN_MS} to {_DEADLINE_MAX_MS}")
        if self.url is None:
            return
        _check_url(self.url, allow_loopback=self.allow_loopback)
        if not self.secrets:
            raise ValueError(f"{URL} is set without {SECRETS}: what is sent to the gateway has to be signed")

    @property
    def joined(self) -> bool:
        """Whether there is a telephone system at all."""
        return bool(self.secrets)


def cti_settings(environment: Mapping[str, str]) -> CtiSettings:
    """Read the settings from environment variables, where secrets are not seen in a list of processes.

    Raises:
        SetupError: one of them cannot be right.
    """
    try:
        return CtiSettings(
            secrets=_secrets(environment.get(SECRETS, "")),
            url=environment.get(URL, "").strip() or None,
            window_s=_number(environment, WINDOW, CtiSettings.window_s),
            deadline_ms=_number(environment, DEADLINE, CtiSettings.deadline_ms),
            allow_loopback=_switch(environment, LOOPBACK),
        )
    except ValueError as error:
        raise SetupError(str(error)) from None


def is_loopback(address: str) -> bool:
    """Say whether an IP address leads to this very machine. A zone (``%eth0``) is allowed."""
    found = ipaddress.ip_address(address.partition("%")[0])
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    plain = mapped or found
    return plain.is_loopback or plain.is_unspecified


def _secrets(text: str) -> tuple[Secret, ...]:
    entries = [entry.strip().partition(":") for entry in text.split(",") if entry.strip()]
    return tuple(Secret(key_id, secret) for key_id, _, secret in entries)


def _check_secrets(secrets: tuple[Secret, ...]) -> None:
    example = "write it like 2026a:SECRET,2025b:OLDER-SECRET"
    if len(secrets) > _SECRETS_MAX:
        raise ValueError(f"{SECRETS} has more than {_SECRETS_MAX} entries")
    for number, secret in enumerate(secrets, 1):
        # Nothing of the entry is repeated: without a colon, what looks like the name is the secret.
        if not secret.text or not _KEY_ID.fullmatch(secret.key_id):
            raise ValueError(f"entry {number} of {SECRETS} has no name of up to 32 letters and digits: {example}")
        if len(secret.text) < SECRET_MIN or not secret.text.isascii() or not secret.text.isprintable():
            raise ValueError(f"the secret in entry {number} of {SECRETS} needs at least {SECRET_MIN} ASCII characters")
    if len({secret.key_id for secret in secrets}) < len(secrets):
        raise ValueError(f"{SECRETS} has two entries of one name")


def _check_url(url: str, *, allow_loopback: bool) -> None:
    example = "write it like https://gateway.example/actions"
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise ValueError(f"{URL} is not a URL: {example}") from None
    if not _URL_CHARACTERS.fullmatch(url) or parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{URL} is not an http or https URL: {example}")
    if "@" in parts.netloc or parts.fragment:
        raise ValueError(f"{URL} holds a user, a password or a fragment: {example}")
    if not allow_loopback and _names_loopback(parts.hostname):
        raise ValueError(f"{URL} leads to this very machine: for a developer's gateway set {LOOPBACK}=1")


def _names_loopback(host: str) -> bool:
    try:
        return is_loopback(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _number(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name, "").strip()
    if not text:
        return default
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise ValueError(f"{name} is a whole number")
    return int(text)


def _switch(environment: Mapping[str, str], name: str) -> bool:
    text = environment.get(name, "").strip()
    if text not in ("", "0", "1"):
        raise ValueError(f"{name} is 1 or 0")
    return text == "1"
