"""The signature of a message between the service and a telephone system.

::

    Easycim-Signature: key=2026a, t=1767225600, v1=5f0c...

``v1`` is the HMAC-SHA256, in lower-case hexadecimal digits, over ``t . METHOD . path . body`` with literal dots between
them: the same bytes in both directions. ``path`` is what stands in the request line, its query included.
"""

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass

from toolbar_py.service.telephony.webhook.configuration import Secret
from toolbar_py.wire.errors import UnauthenticatedError

HEADER = "Easycim-Signature"

_FORM = re.compile(r"key=(?P<key>[A-Za-z0-9_-]{1,32}), ?t=(?P<moment>[0-9]{1,12}), ?v1=(?P<digest>[0-9a-f]{64})")

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
        found = _FORM.fullmatch(header.strip())
        if found is None:
            raise UnauthenticatedError(reason="malformed_signature")
        secret = self._secrets.get(found["key"])
        moment_s = int(found["moment"])
        digest = _digest(_NOBODYS if secret is None else secret, found["moment"], message)
        if not hmac.compare_digest(digest, found["digest"]) or secret is None:
            raise UnauthenticatedError(reason="wrong_signature")
        if moment_s < now_s - self._window_s:
            raise UnauthenticatedError(reason="stale_signature")
        if moment_s > now_s + self._window_s:
            raise UnauthenticatedError(reason="early_signature")
        return Signature(digest, moment_s + self._window_s)


def _digest(secret: str, moment: str, message: Message) -> str:
    head = f"{moment}.{message.method}.{message.path}."
    return hmac.digest(secret.encode(), head.encode() + message.body, "sha256").hex()
