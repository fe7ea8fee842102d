"""A telephone system that does what a test tells it, and reports of it."""

import itertools

from toolbar_py.service.telephony.port import ActionCommand, Switchboard
from toolbar_py.wire.actions import CallRequest, CtiReceipt, CtiReport
from toolbar_py.wire.calldata import parse
from toolbar_py.wire.errors import ToolbarError
from toolbar_py.wire.telephony import ContactEventName, ContactType, JobType, MediaType, Presence

_EVENT_NUMBERS = itertools.count(1)


def cti_report(
    agent: str, contact_id: str, event: str, *, at: int = 0, call_data: str | None = None, event_id: str | None = None
) -> CtiReport:
    """Give a report of a dialler's voice contact.

    Args:
        at: when it happened, in epoch ms.
        call_data: as text; None when it did not change.
    """
    first = event in ("POPUP", "connectionstarted")
    return CtiReport(
        event_id=event_id or f"event-{next(_EVENT_NUMBERS):012}",
        agent=agent,
        contact_id=contact_id,
        event=ContactEventName(event),
        at=at,
        type=ContactType.DIALLER if first else None,
        media_type=MediaType.TELEPHONY if first else None,
        job_type=JobType.PREVIEW if first else None,
        dnis="0555010001" if first else None,
        ani="0555019999" if first else None,
        call_data=None if call_data is None else parse(call_data),
    )


class StandInTelephones:
    """A :class:`toolbar_py.service.telephony.port.TelephoneSystem` that notes what it is asked, and does it once a key.

    Args:
        refusal: what it answers to everything, once set.
        silence: what becomes of its answers, once set: it does what it is asked all the same.
    """

    def __init__(self) -> None:
        self.switchboard: Switchboard | None = None
        self.asked: list[tuple[object, ...]] = []
        self.refusal: ToolbarError | None = None
        self.silence: ToolbarError | None = None
        self._done: dict[str, str] = {}
        self._numbers = itertools.count(1)

    async def start(self, switchboard: Switchboard) -> None:
        """Report to a switchboard from now on."""
        self.switchboard = switchboard

    async def stop(self) -> None:
        """Report nothing any more."""
        self.switchboard = None

    async def set_presence(self, agent: str, presence: Presence, code: str | None, key: str | None = None) -> None:
        """Note it."""
        self._take(key, agent, presence.value, code)
        self._answer()

    async def begin(self, agent: str, request: CallRequest, key: str, *, repeated: bool = False) -> str:
        """Note it, and report the beginning of a contact."""
        if self._take(key, agent, "begin", request.destination):
            self._done[key] = f"made-{next(self._numbers)}@stand-in.example"
            await self.report(agent, self._done[key], "connectionstarted", call_data=request.call_data)
        self._answer()
        return self._done[key]

    async def act(self, command: ActionCommand) -> None:
        """Note it."""
        agent, contact_id = command.agent, command.contact_id
        self._take(command.key, agent, command.action.value, contact_id, command.parameters)
        self._answer()

    async def report(self, agent: str, contact_id: str, *events: str, call_data: str | None = None) -> list[CtiReceipt]:
        """Report events of one contact, one after the other; CallData goes with the first."""
        assert self.switchboard is not None
        return [
            await self.switchboard.report(
                cti_report(agent, contact_id, event, at=1_000 * at, call_data=call_data if at == 0 else None)
            )
            for at, event in enumerate(events)
        ]

    def _take(self, key: str | None, *what: object) -> bool:
        """Note what is asked; gives whether it is to be done, or was before."""
        if self.refusal is not None:
            raise self.refusal
        if key is not None and key in self._done:
            return False
        if key is not None:
            self._done[key] = ""
        self.asked.append(what)
        return True

    def _answer(self) -> None:
        if self.silence is not None:
            raise self.silence
