"""The telephone system of a service that has none: operators come and go, nobody is called."""

from toolbar_py.service.telephony.port import ActionCommand, Switchboard
from toolbar_py.wire.actions import CallRequest
from toolbar_py.wire.errors import ConflictError, ToolbarError
from toolbar_py.wire.telephony import Presence


class NoTelephones:
    """:class:`toolbar_py.service.telephony.port.TelephoneSystem` with nothing behind it."""

    async def start(self, switchboard: Switchboard) -> None:
        """Have nothing to report."""

    async def stop(self) -> None:
        """Have nothing to let go of."""

    async def set_presence(self, agent: str, presence: Presence, code: str | None, key: str | None = None) -> None:
        """Accept it: scripts are worked without telephones too."""

    async def begin(self, agent: str, request: CallRequest, key: str, *, repeated: bool = False) -> str:
        """Refuse."""
        raise _refusal()

    async def act(self, command: ActionCommand) -> None:
        """Refuse."""
        raise _refusal()


def _refusal() -> ToolbarError:
    # Not a failure in passing: nothing was asked of anybody, and the next time it will not be either.
    return ConflictError(reason="no_telephones")
