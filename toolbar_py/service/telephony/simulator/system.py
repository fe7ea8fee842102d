"""The simulator as the service sees it: the telephone system below the switchboard."""

import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence

from toolbar_py.service.store.base import StoreError, UnknownOperatorError
from toolbar_py.service.store.duebase import Dialling
from toolbar_py.service.telephony.port import ActionCommand, Switchboard
from toolbar_py.service.telephony.simulator.core import Core
from toolbar_py.service.telephony.simulator.course import NATURES, Kind, Nature
from toolbar_py.service.telephony.simulator.driver import Driver
from toolbar_py.service.telephony.simulator.exchange import Exchange, Wish
from toolbar_py.service.telephony.simulator.kernel import Timer
from toolbar_py.service.telephony.simulator.line import Line
from toolbar_py.service.telephony.simulator.link import Answer, Counts
from toolbar_py.service.telephony.simulator.setup import Setup
from toolbar_py.service.telephony.simulator.supply import Supply
from toolbar_py.service.telephony.simulator.wire import Answered
from toolbar_py.wire.actions import CallRequest, CtiReport
from toolbar_py.wire.calldata import ECID, parse, value_of
from toolbar_py.wire.contacts import NameValue
from toolbar_py.wire.errors import ConflictError, ServiceError, ToolbarError
from toolbar_py.wire.phases import Action
from toolbar_py.wire.telephony import ContactEventName, ContactType, DeskSnapshot, JobType, MediaType, Presence

_LOG = logging.getLogger("toolbar_py.simulator")

_STALE_READS = 5

_SETTLING_MS = 10_000
"""How long the service may take to note a presence that it told; after that, what it has noted counts."""

_DATA = {
    Action.SET_CALL_DATA: (),
    Action.START_RECORDING: (NameValue(name="RECORDING", value="on"),),
    Action.STOP_RECORDING: (NameValue(name="RECORDING", value="off"),),
}
"""What an action adds to a contact's CallData by itself."""

Agents = Callable[[], Awaitable[Sequence[str]]]
"""Gives the operators who are logged in or paused, and those at whose desk something was left."""


class Simulator:
    """A :class:`toolbar_py.service.telephony.port.TelephoneSystem` that makes everything up.

    Args:
        dialling: where those to be called come from.
        agents: is asked once, at the start: who logged in with an earlier run goes on, who has left leaves nothing.
        driver: makes time pass.
    """

    def __init__(self, setup: Setup, dialling: Dialling, agents: Agents, driver: Driver) -> None:
        self._setup = setup
        self._supply = Supply(dialling, driver.now, setup.pace)
        self._agents = agents
        self._driver = driver
        self._board: Switchboard | None = None
        self._core: Core | None = None
        # The operator's last event that is known here: a desk read before it is out of date.
        self._numbers: dict[str, int] = {}
        self._sending: Counter[str] = Counter()
        # How many changes of a desk, made while reports about it were under way, were not made by them.
        self._unexplained: Counter[str] = Counter()
        # Presences that were told and that no desk has shown yet, and what ends the waiting for that.
        self._settling: dict[str, tuple[Presence, Timer]] = {}

    @property
    def counts(self) -> Counts:
        """What became of the reports so far."""
        return self._running.link.counts

    async def start(self, switchboard: Switchboard) -> None:
        """Begin to report to a switchboard, and go on with what an earlier run left at the desks."""
        self._board = switchboard
        core = Core(
            self._setup, self._driver.now(), deliver=self._deliver_later, wish=self._serve_later, over=self._seen_to
        )
        self._core = core
        self._driver.attach(core.kernel)
        switchboard.watch(self._changed)
        for agent in await self._agents():
            await self._compare(agent)

    async def stop(self) -> None:
        """Report nothing any more."""
        await self._driver.stop()

    async def set_presence(self, agent: str, presence: Presence, code: str | None, key: str | None = None) -> None:
        """Let an operator come, pause or leave; the reason of a pause makes no difference here."""
        self._driver.catch_up()
        self._settle(agent)
        self._settling[agent] = (presence, self._running.kernel.after(_SETTLING_MS, lambda: self._settled(agent)))
        self._exchange.set_presence(agent, presence)
        self._driver.look_ahead()

    async def begin(self, agent: str, request: CallRequest, key: str, *, repeated: bool = False) -> str:
        """Begin a contact, or have the preview dialled that the operator means; gives its ContactID.

        Raises:
            ToolbarError: the CallData is malformed, the operator is not logged in, or another contact is online; or
                the request is repeated.
        """
        _refuse_repetition(repeated)
        call_data = parse(request.call_data)
        if self._exchange.presence_of(agent) is Presence.LOGGED_OUT:
            # The service has made sure of the login, and tells no presence meanwhile: its desk counts.
            self._settle(agent)
            await self._compare(agent)
        self._driver.catch_up()
        preview = None if request.job else self._preview(agent, request.destination, call_data)
        contact_id = self._exchange.begin(agent, request.destination, call_data, _nature(request), preview)
        self._driver.look_ahead()
        return contact_id

    async def act(self, command: ActionCommand) -> None:
        """Do something with a contact.

        Raises:
            ToolbarError: there is no such contact here, or it cannot be done now; or the command is repeated.
        """
        _refuse_repetition(command.repeated)
        if self._exchange.line(command.contact_id) is None:
            await self._compare(command.agent)
        to = None
        if command.action is Action.TRANSFER:
            to = await self._operator(command.parameters.get("destination", ""))
        self._driver.catch_up()
        line = self._exchange.require(command.agent, command.contact_id)
        self._do(line, command.action, parse(command.parameters.get("call_data", "")), to)
        self._driver.look_ahead()

    @property
    def _running(self) -> Core:
        if self._core is None:
            raise ServiceError(reason="not_started")
        return self._core

    @property
    def _exchange(self) -> Exchange:
        return self._running.exchange

    @property
    def _switchboard(self) -> Switchboard:
        if self._board is None:
            raise ServiceError(reason="not_started")
        return self._board

    async def _operator(self, name: str) -> str | None:
        """Give an operator's name, whether one came in this run or not; None for what is nobody's."""
        try:
            await self._switchboard.desk(name)
        except UnknownOperatorError:
            return None
        return name

    def _do(self, line: Line, action: Action, call_data: list[NameValue], to: str | None) -> None:
        exchange = self._exchange
        plain = {
            Action.ANSWER: exchange.answer,
            Action.HOLD: exchange.hold,
            Action.RETRIEVE: exchange.retrieve,
            Action.HANGUP: exchange.clear,
            Action.OFFLINE_END: exchange.end_work,
            Action.PLAY_DTMF: exchange.play_digits,
        }
        if action in plain:
            plain[action](line)
        elif action is Action.TRANSFER:
            exchange.transfer(line, to, call_data)
        else:
            exchange.add_data(line, action, [*call_data, *_DATA[action]])

    def _preview(self, agent: str, number: str, call_data: list[NameValue]) -> str | None:
        """Find the preview that is meant by a call: by its ECID, else by its number."""
        ecid = value_of(call_data, ECID)
        for line in self._exchange.lines_of(agent):
            if line.waits_for_dialling and (
                value_of(line.call_data, ECID) == ecid if ecid else bool(number) and line.number == number
            ):
                return line.contact_id
        return None

    def _deliver_later(self, report: CtiReport, answered: Answered) -> None:
        self._driver.begin(lambda: self._deliver(report, answered))

    async def _deliver(self, report: CtiReport, answered: Answered) -> None:
        agent = report.agent
        self._sending[agent] += 1
        try:
            receipt = await self._switchboard.report(report)
        except StoreError:
            answer = Answer.UNABLE
        except ToolbarError as error:
            answer = Answer.UNABLE if error.retryable else Answer.REFUSED
        else:
            answer = Answer.TAKEN if receipt.taken else Answer.KNOWN
            self._unexplained[agent] -= receipt.taken
            self._numbers[agent] = max(self._numbers.get(agent, 0), receipt.number or 0)
        finally:
            self._sending[agent] -= 1
            if not self._sending[agent] and self._unexplained.pop(agent, 0) > 0:
                self._driver.begin(lambda: self._compare(agent))
        self._driver.catch_up()
        answered(report, answer)
        self._driver.look_ahead()

    def _seen_to(self, report: CtiReport, taken: bool) -> None:
        """After a report that may have ended something, or was refused, see how the desk stands."""
        if not taken or report.event is ContactEventName.CONNECTION_CLEARED:
            self._driver.begin(lambda: self._compare(report.agent))

    async def _changed(self, agent: str) -> None:
        # Our own reports change desks all the time, and tell nothing new.
        if self._sending[agent]:
            self._unexplained[agent] += 1
        else:
            self._driver.begin(lambda: self._compare(agent))

    async def _compare(self, agent: str) -> None:
        """Take over what the service has done by itself: ended after-call work, added data, noted a presence."""
        for _ in range(_STALE_READS):
            desk = await self._switchboard.desk(agent)
            if desk.number >= self._numbers.get(agent, 0):
                self._numbers[agent] = desk.number
                self._driver.catch_up()
                self._take_over(agent, desk)
                self._driver.look_ahead()
                return
        _LOG.warning("a desk moved too fast to be compared")

    def _take_over(self, agent: str, desk: DeskSnapshot) -> None:
        core = self._running
        here = {contact.event.id: contact for contact in desk.contacts}
        for contact_id, contact in here.items():
            line = core.exchange.line(contact_id)
            if line is not None:
                core.exchange.mirror(line, contact)
            elif not core.exchange.knew(contact_id) and not core.link.waits(contact_id):
                core.exchange.adopt(agent, contact)
        for line in core.exchange.lines_of(agent):
            if line.contact_id not in here and not core.link.waits(line.contact_id):
                core.exchange.forget(line)
        told, _ = self._settling.get(agent, (desk.agent.presence, None))
        if told is desk.agent.presence:
            self._settle(agent)
            core.exchange.set_presence(agent, told)

    def _settle(self, agent: str) -> None:
        """Wait no longer for a desk that shows the presence that was told."""
        if agent in self._settling:
            _, timer = self._settling.pop(agent)
            timer.cancel()

    def _settled(self, agent: str) -> None:
        """See what the service has noted of a presence that no desk has shown: it may have failed to."""
        self._settle(agent)
        self._driver.begin(lambda: self._compare(agent))

    def _serve_later(self, wish: Wish) -> None:
        self._driver.begin(lambda: self._serve(wish))

    async def _serve(self, wish: Wish) -> None:
        """Bring a contact to an operator who is free here and at the desk."""
        plan, customer = wish.plan, None
        try:
            desk = await self._switchboard.desk(wish.agent)
            if desk.agent.presence is Presence.LOGGED_IN and not desk.contacts:
                if plan.customer is not None:
                    customer = await self._supply.complete(plan.customer)
                else:
                    customer = await self._supply.next(wish.agent, self._exchange.ecids())
                if customer is None and plan.instead is not None:
                    plan, customer = plan.instead, plan.instead.customer
        except StoreError:
            _LOG.warning("could not find a contact to bring, will try again")
        self._driver.catch_up()
        if customer is None:
            self._exchange.decline(wish)
        else:
            self._exchange.bring(wish, plan, customer)
        self._driver.look_ahead()


def _refuse_repetition(repeated: bool) -> None:
    """Do nothing a second time: what was asked here was answered, and the service could not keep the answer."""
    if repeated:
        raise ConflictError(reason="outcome_unknown")


def _nature(request: CallRequest) -> Nature:
    if not request.job:
        return NATURES[Kind.MANUAL]
    media = MediaType.EMAIL if "mail" in request.resource_type.casefold() else MediaType.CHAT
    return Nature(ContactType.OUTBOUND, media, JobType.MANUAL)
