"""Tells the gateway what easyCIM decides by itself: CallData that a page has set, after-call work that is over.

It compares the desk as it stands with what the telephone system knows, and tells the difference until that is
accepted. So nothing piles up while the gateway is away, and what it reports itself is not told back to it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from toolbar_py.service.store.base import StoreError
from toolbar_py.service.telephony.port import Switchboard
from toolbar_py.service.telephony.webhook.gateway import LOOPBACK, Chance
from toolbar_py.service.telephony.webhook.refusals import judges_the_key
from toolbar_py.wire.actions import CtiReport
from toolbar_py.wire.contacts import NameValue
from toolbar_py.wire.errors import ToolbarError
from toolbar_py.wire.telephony import ContactEventName

PAUSE_MAX_S = 30
"""How long a gateway that is back may wait for what it missed."""

_DOUBLINGS_MAX = 5
_BEGUN_MAX = 1_000
"""Of how many calls at most it is known what they were begun with; of an older one the gateway is told once more."""

_LOG = logging.getLogger("toolbar_py.telephony.webhook")


class Teller(Protocol):
    """Takes to the gateway what it should know.

    Both raise a :class:`ToolbarError`. Only what the gateway has read and refused is not tried again.
    """

    async def tell_call_data(self, agent: str, contact_id: str, entries: Sequence[NameValue]) -> None:
        """Tell the entries of a contact's CallData that are new or have another value."""
        ...

    async def tell_ended(self, agent: str, contact_id: str) -> None:
        """Tell that a contact's after-call work is over and it has left the desk."""
        ...


class Following:
    """Follows the desks of all operators.

    Args:
        teller: takes it to the gateway.
        agents: gives the ids of all operators.
        chance: for the pauses between tries.
    """

    def __init__(self, teller: Teller, agents: Callable[[], Awaitable[Sequence[str]]], chance: Chance) -> None:
        self._teller = teller
        self._agents = agents
        self._chance = chance
        # By operator and contact: the CallData that the telephone system knows.
        self._known: dict[str, dict[str, dict[str, str]]] = {}
        # By operator: contacts that left at the telephone system's own word, until their desk was looked at.
        self._deleted: dict[str, set[str]] = {}
        # By operator and contact: reports on their way to the desk, which may show there already.
        self._in_flight: dict[tuple[str, str], list[CtiReport]] = {}
        # By operator and contact: the CallData that calls were begun with, until their desk shows it.
        self._begun: dict[tuple[str, str], dict[str, str]] = {}
        self._running: dict[str, asyncio.Task[None]] = {}
        self._changed: set[str] = set()
        # By operator: ends the pause before the next try, because there is something new to tell.
        self._hurry: dict[str, asyncio.Event] = {}

    async def start(self, switchboard: Switchboard) -> None:
        """Begin with the desks as they stand, and follow them."""
        for agent in await self._agents():
            desk = await switchboard.desk(agent)
            if desk.contacts:
                self._known[agent] = {each.event.id: _values(each.event.call_data) for each in desk.contacts}

        async def changed(agent: str) -> None:
            self._changed.add(agent)
            if agent in self._running:
                self._hurry[agent].set()
            else:
                self._hurry[agent] = asyncio.Event()
                self._running[agent] = asyncio.create_task(self._follow(switchboard, agent))

        switchboard.watch(changed)

    async def stop(self) -> None:
        """Tell nothing any more."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def begun(self, agent: str, contact_id: str, entries: Sequence[NameValue]) -> None:
        """Note what the telephone system was asked to begin a contact with: it need not be told once more."""
        self._begun[agent, contact_id] = _values(entries)
        if len(self._begun) > _BEGUN_MAX:
            del self._begun[next(iter(self._begun))]

    def reporting(self, report: CtiReport) -> None:
        """Note what the telephone system is about to report: it need not be told. :meth:`over` has to follow."""
        self._in_flight.setdefault((report.agent, report.contact_id), []).append(report)

    def taken(self, report: CtiReport) -> None:
        """Note that a report came about: its contact is at the desk, also when it leaves before anybody looks."""
        deleted = self._deleted.setdefault(report.agent, set())
        if report.event is ContactEventName.DELETE:
            deleted.add(report.contact_id)
            return
        # It may have come back to the desk.
        deleted.discard(report.contact_id)
        theirs = self._known.setdefault(report.agent, {}).setdefault(report.contact_id, {})
        theirs.update(_values(report.call_data or ()))

    def over(self, report: CtiReport) -> None:
        """Note that a report is no longer on its way, whatever became of it: only what was taken is kept."""
        place = (report.agent, report.contact_id)
        # An equal one may be on its way a second time: of those, one stays.
        self._in_flight[place].remove(report)
        if not self._in_flight[place]:
            del self._in_flight[place]

    async def _follow(self, switchboard: Switchboard, agent: str) -> None:
        failures = 0
        try:
            while agent in self._changed:
                self._changed.discard(agent)
                self._hurry[agent].clear()
                try:
                    await self._tell(switchboard, agent)
                    failures = 0
                except (ToolbarError, StoreError) as error:
                    if isinstance(error, StoreError):
                        _LOG.warning("a desk could not be read", extra={"fields": {"error": type(error).__name__}})
                    self._changed.add(agent)
                    failures = min(failures + 1, _DOUBLINGS_MAX)
                    await self._pause(agent, self._chance.draw() * min(PAUSE_MAX_S, 2**failures))
        finally:
            del self._running[agent], self._hurry[agent]

    async def _pause(self, agent: str, seconds: float) -> None:
        """Wait before the next try, but not with what has happened since: that may be accepted at once."""
        ends = [asyncio.ensure_future(self._chance.pause(seconds)), asyncio.create_task(self._hurry[agent].wait())]
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in ends:
                end.cancel()

    async def _tell(self, switchboard: Switchboard, agent: str) -> None:
        """Tell what the telephone system does not know of a desk, and first what ended there: somebody waits for that.

        Raises:
            ToolbarError: something was not accepted and may be later; the rest was told.
            StoreError: the desk could not be read.
        """
        known = self._known.setdefault(agent, {})
        # Those that come from here on may be missing from the desk as it is read.
        before = list(known)
        seen = set(self._deleted.get(agent, ()))
        desk = await switchboard.desk(agent)
        there = {each.event.id: _values(each.event.call_data) for each in desk.contacts}
        # Now, before anything is waited for: what is reported meanwhile is newer than the desk as it was read.
        news = {contact_id: self._news_of(agent, contact_id, values) for contact_id, values in there.items()}
        failed: list[ToolbarError] = []
        for contact_id in before:
            if contact_id not in there and (
                self._is_deleted(agent, contact_id)
                or await self._accepted(self._teller.tell_ended(agent, contact_id), failed)
            ):
                known.pop(contact_id)
        for contact_id, values in news.items():
            entries = [NameValue(name=name, value=value) for name, value in values.items()]
            if entries and await self._accepted(self._teller.tell_call_data(agent, contact_id, entries), failed):
                known[contact_id].update(values)
        if failed:
            raise failed[0]
        if agent in self._deleted:
            self._deleted[agent] -= seen
        if known.keys() - there.keys():
            self._changed.add(agent)

    def _news_of(self, agent: str, contact_id: str, values: dict[str, str]) -> dict[str, str]:
        """Give the CallData of a contact at a desk that the telephone system does not know."""
        theirs = self._known[agent].setdefault(contact_id, {})
        theirs.update(self._arriving(agent, contact_id, values))
        begun = _shown(self._begun.get((agent, contact_id), {}), values)
        if begun:
            del self._begun[agent, contact_id]
            # What a report has said since is newer.
            theirs.update({name: value for name, value in begun.items() if name not in theirs})
        return {name: value for name, value in values.items() if theirs.get(name) != value}

    def _arriving(self, agent: str, contact_id: str, values: dict[str, str]) -> dict[str, str]:
        """Give the CallData at a desk that a report on its way has brought."""
        found: dict[str, str] = {}
        for report in self._in_flight.get((agent, contact_id), ()):
            found.update(_shown(_values(report.call_data or ()), values))
        return found

    def _is_deleted(self, agent: str, contact_id: str) -> bool:
        """Say whether the telephone system itself has said, or is about to say, that a contact has left."""
        in_flight = self._in_flight.get((agent, contact_id), ())
        return contact_id in self._deleted.get(agent, ()) or any(
            report.event is ContactEventName.DELETE for report in in_flight
        )

    async def _accepted(self, telling: Awaitable[None], failed: list[ToolbarError]) -> bool:
        """Say whether something need not be told any more; else note why it has to be told again."""
        try:
            await telling
        except ToolbarError as error:
            if not judges_the_key(error) or error.details.get("reason") == LOOPBACK:
                failed.append(error)
                return False
            # The gateway does not want it; it would not want it the next time either.
            _LOG.warning("the gateway refused what it was told", extra={"fields": {"code": error.code.value}})
        return True


def _values(entries: Sequence[NameValue]) -> dict[str, str]:
    return {entry.name: entry.value for entry in entries}


def _shown(entries: dict[str, str], values: dict[str, str]) -> dict[str, str]:
    """Give those entries that are at a desk as they are."""
    return {name: value for name, value in entries.items() if values.get(name) == value}
