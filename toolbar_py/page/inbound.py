"""The inbound rule: the toolbar opens the scripts of inbound contacts by itself (contract section 3)."""

from collections.abc import Callable, Iterable

from toolbar_py.page.gateway import Gateway
from toolbar_py.page.host.base import Host
from toolbar_py.page.instance import LocalInstance
from toolbar_py.page.tasks import Tasks
from toolbar_py.page.telephone import Telephone
from toolbar_py.page.traces import new_trace
from toolbar_py.wire.errors import DeadlineError, ToolbarError, UnauthenticatedError
from toolbar_py.wire.profile import Profile
from toolbar_py.wire.scripts import OpenInboundRequest
from toolbar_py.wire.telephony import ContactType, DeskContact, MediaType

_PROFILE_MS = 300_000
"""How long a profile is taken for the operator's: a supervisor who changes it is heard within five minutes."""
_OPEN_MS = 10_000
"""How long a page may take with a contact: one whose tab is frozen never gives its token, and the customer waits."""


class Opener:
    """A page as the rule uses it: through its browser easyCIM is asked, and the script kept.

    Args:
        tasks: of the page.
    """

    def __init__(
        self, host: Host, tasks: Tasks, gateway: Gateway, telephone: Telephone, instance: LocalInstance
    ) -> None:
        self.host = host
        self.tasks = tasks
        self._gateway = gateway
        self._telephone = telephone
        self._instance = instance

    async def profile(self, trace: str) -> Profile:
        """Give the profile of the operator."""
        return await self._telephone.profile(trace)

    async def open(self, contact_id: str, trace: str) -> None:
        """Open the script of a contact, and keep it in the local instance."""
        script = await self._gateway.open_inbound(OpenInboundRequest(contact_id=contact_id), trace)
        await self._instance.remember(script.contact_info)


class InboundRule:
    """Opens the script of each inbound contact of one operator, unless the profile leaves that to the page.

    Args:
        openers: gives the operator's pages, the leading one first.
    """

    def __init__(self, openers: Callable[[], list[Opener]]) -> None:
        self._openers = openers
        self._profile: Profile | None = None
        self._profile_at = 0
        self._busy: dict[str, Opener] = {}
        self._done: set[str] = set()
        """The contacts whose script was opened, or is left to the page."""
        self._refused: set[str] = set()
        """Those whose script was not opened, and would not be now."""
        self._proved: Opener | None = None
        """The page that did it last: the leading one may be the one whose tab is frozen."""

    def begin(self, contacts: Iterable[DeskContact]) -> None:
        """Take the desk as a new stream tells it: what was refused before it is tried again."""
        self._refused.clear()
        self.apply(contacts)

    def apply(self, contacts: Iterable[DeskContact]) -> None:
        """Open the scripts of contacts at the desk, each if it has to be and is not under way."""
        for contact in contacts:
            contact_id = contact.event.id
            if _concerns(contact) and not any(contact_id in each for each in (self._busy, self._done, self._refused)):
                self._try(contact_id, self._openers())

    def forget(self, contact_id: str) -> None:
        """Let go of a contact that has left the desk."""
        self._busy.pop(contact_id, None)
        self._done.discard(contact_id)
        self._refused.discard(contact_id)

    def leave(self, opener: Opener) -> None:
        """Let go of a page: what it had begun may never end. To open again is without effect where it has."""
        self._busy = {contact_id: busy for contact_id, busy in self._busy.items() if busy is not opener}

    def _try(self, contact_id: str, openers: list[Opener]) -> None:
        """Open a script through the first of some pages that can."""
        opener = self._proved if self._proved in openers else openers[0]
        self._busy[contact_id] = opener

        def over(_: str | None, error: BaseException | None) -> None:
            if error is not None:
                code = error.code if isinstance(error, ToolbarError) else type(error).__name__
                opener.host.log("warn", f"the script of an inbound contact was not opened: {code}")
            if self._busy.get(contact_id) is not opener:
                return  # the contact has left, or the page, and then another one tries
            del self._busy[contact_id]
            if error is None:
                self._done.add(contact_id)
                self._proved = opener
                return
            here = self._openers()
            others = [each for each in openers if each is not opener and each in here]
            if isinstance(error, DeadlineError | UnauthenticatedError):
                # The page gives no token, or one that is refused: another page's may do.
                self._proved = None if self._proved is opener else self._proved
                if others:
                    self._try(contact_id, others)
                    return
            if not (isinstance(error, ToolbarError) and error.retryable):
                self._refused.add(contact_id)  # else its next event tries again

        opener.tasks.start(self._open(opener, contact_id), over)

    async def _open(self, opener: Opener, contact_id: str) -> str:
        with opener.tasks.deadline(_OPEN_MS):
            trace = new_trace(opener.host)
            enabled = await self._script_enabled(opener, trace)
            # Meanwhile the contact may have left, or the page have gone over to another operator.
            if not enabled and self._busy.get(contact_id) is opener:
                await opener.open(contact_id, trace)
        return ""

    async def _script_enabled(self, opener: Opener, trace: str) -> bool:
        now = opener.host.now_ms()
        if self._profile is None or now - self._profile_at > _PROFILE_MS:
            self._profile = await opener.profile(trace)
            self._profile_at = now
        return self._profile.script_enabled


def _concerns(contact: DeskContact) -> bool:
    """Say whether a contact is one of those: inbound, by telephone, and without an ECID so far."""
    event = contact.event
    inbound = event.type is ContactType.INBOUND and event.media_type is MediaType.TELEPHONY
    return inbound and contact.ecid is None and not contact.saved
