"""The signature of a message between the service and a telephone system.

::

    Easycim-Signature: key=2026a, t=1767225600, v1=5f0c...

``v1`` is the HMAC-SHA256, in lower-case hexadecimal digits, over ``t . METHOD . path . body`` with literal dots between
them: the same bytes in both directions. ``path`` is what stands in the request line, its query included. The
three parts may come in any order.
"""

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass

from toolbar_py.service.telephony.webhook.configuration import Secret
from toolbar_py.wire.errors import UnauthenticatedError

HEADER = "Easycim-Signature"

_PARTS = {
    "key": re.compile(r"[A-Za-z0-9_-]{1,32}"),
    "t": re.compile(r"[0-9]{1,12}"),
    "v1": re.compile(r"[0-9a-f]{64}"),
}
_SEPARATOR = re.compile(r" ?, ?")

# Checked in place of an unknown key's secret, so that the answer takes as long and nobody learns which keys there are.
_NOBODYS = "0" * 64


@dataclass(frozen=True, slots=True)
class Message:
    """What is signed. ``path``: with its query."""

    method: str
    path: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature that was right. ``valid_until``: the last epoch second at which it would be taken."""

    digest: str
    valid_until: int


class Keyring:
    """Signs and checks messages.

    Args:
        secrets: the first signs, all are accepted: that is how secrets are exchanged without a gap.
        window_s: how many seconds a signature's moment may lie in the past or in the future.
    """

    def __init__(self, secrets: Sequence[Secret], window_s: int) -> None:
        self._signing = secrets[0]
        self._secrets = {secret.key_id: secret.text for secret in secrets}
        self._window_s = window_s

    def sign(self, message: Message, moment_s: int) -> str:
        """Give the header's value for a message. ``moment_s`` in epoch seconds."""
        digest = _digest(self._signing.text, str(moment_s), message)
        return f"key={self._signing.key_id}, t={moment_s}, v1={digest}"

    def verify(self, message: Message, header: str, now_s: int) -> Signature:
        """Check the header's value against a message.

        The digest is checked first: only who knows a secret learns anything about the clock.

        Args:
            now_s: the present moment in epoch seconds.

        Raises:
            UnauthenticatedError: ``missing_signature``, ``malformed_signature``, ``wrong_signature``,
                ``stale_signature`` or ``early_signature``.
        """
        if not header:
            raise UnauthenticatedError(reason="missing_signature")
        found = _parts(header)
        secret = self._secrets.get(found["key"])
        moment_s = int(found["t"])
        digest = _digest(_NOBODYS if secret is None else secret, found["t"], message)
        if not hmac.compare_digest(digest, found["v1"]) or secret is None:
            raise UnauthenticatedError(reason="wrong_signature")
        if moment_s < now_s - self._window_s:
            raise UnauthenticatedError(reason="stale_signature")
        if moment_s > now_s + self._window_s:
            raise UnauthenticatedError(reason="early_signature")
        return Signature(digest, moment_s + self._window_s)


def _parts(header: str) -> dict[str, str]:
    """Give the parts of the header's value by name, each of which it has once."""
    written = [part.partition("=") for part in _SEPARATOR.split(header.strip())]
    found = {name: value for name, _, value in written}
    # One that comes twice would leave open which one counts.
    if len(written) != len(_PARTS) or found.keys() != _PARTS.keys():
        raise UnauthenticatedError(reason="malformed_signature")
    if not all(form.fullmatch(found[name]) for name, form in _PARTS.items()):
        raise UnauthenticatedError(reason="malformed_signature")
    return found


def _digest(secret: str, moment: str, message: Message) -> str:
    head = f"{moment}.{message.method}.{message.path}."
    return hmac.digest(secret.encode(), head.encode() + message.body, "sha256").hex()
