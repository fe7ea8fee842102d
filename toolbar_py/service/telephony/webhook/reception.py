"""Who may report: checks the signature of what comes in, and that it comes for the first time."""

from typing import Protocol

from toolbar_py.service.store.base import Clock
from toolbar_py.service.telephony.webhook.signature import Keyring, Message
from toolbar_py.wire.errors import UnauthenticatedError


class SeenSignatures(Protocol):
    """What was taken before; every process on the same database knows it, also after a restart."""

    async def claim_signature(self, digest: str, forget_at: int) -> bool:
        """Note a signature; gives False when it is noted already.

        Args:
            forget_at: from when on it need not be remembered, in epoch ms.
        """
        ...


class Reception:
    """Lets signed messages in, each once.

    Args:
        keyring: checks signatures.
        seen: remembers those that were taken.
        clock: gives epoch ms.
    """

    def __init__(self, keyring: Keyring, seen: SeenSignatures, clock: Clock) -> None:
        self._keyring = keyring
        self._seen = seen
        self._clock = clock

    async def admit(self, message: Message, header: str) -> None:
        """Let a message in.

        Args:
            header: the value of ``Easycim-Signature``; ``""`` when there is none.

        Raises:
            UnauthenticatedError: as :meth:`Keyring.verify`, or ``replayed_signature``.
        """
        signature = self._keyring.verify(message, header, self._clock() // 1000)
        # One second more than it is valid: a moment is cut to whole seconds when it is checked.
        if not await self._seen.claim_signature(signature.digest, (signature.valid_until + 1) * 1000):
            raise UnauthenticatedError(reason="replayed_signature")
