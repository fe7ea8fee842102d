"""Who is to be called next: contacts of a campaign, each offered to one operator at a time."""

import asyncio
from collections.abc import Collection

from toolbar_py.service.store.base import Clock
from toolbar_py.service.store.duebase import Dialling, DueContact, DueQuery
from toolbar_py.service.telephony.simulator.course import Customer
from toolbar_py.service.telephony.simulator.pace import Pace
from toolbar_py.wire.calldata import ECID
from toolbar_py.wire.contacts import NameValue

_REST_S = 600.0


class Supply:
    """Gives the customers for dialled contacts.

    Somebody who was offered is not offered again for ten simulated minutes, worked or not: a page that saves nothing
    must not get the same customer for ever.

    Args:
        clock: gives epoch ms.
    """

    def __init__(self, dialling: Dialling, clock: Clock, pace: Pace) -> None:
        self._dialling = dialling
        self._clock = clock
        self._pace = pace
        self._resting: dict[str, int] = {}
        self._turn = asyncio.Lock()

    async def next(self, operator: str, at_desks: Collection[str]) -> Customer | None:
        """Give the next customer for an operator; None when nobody is to be called.

        Args:
            at_desks: ECIDs that are being worked.
        """
        async with self._turn:
            self._wake()
            # One of so many is neither resting nor being worked, or there is none.
            limit = len(self._resting) + len(at_desks) + 1
            for contact in await self._dialling.due(DueQuery(operator, limit, self._pace.speed)):
                if contact.ecid not in self._resting and contact.ecid not in at_desks:
                    self._resting[contact.ecid] = self._clock() + self._pace.ms(_REST_S)
                    return _customer(contact)
            return None

    async def complete(self, customer: Customer) -> Customer:
        """Give a scripted customer with the number that the campaign knows, where the script names none."""
        ecid = next((entry.value for entry in customer.call_data if entry.name == ECID), "")
        if customer.number or not ecid:
            return customer
        return Customer(await self._dialling.phone_number(ecid), customer.call_data, customer.waiting_s)

    def _wake(self) -> None:
        now = self._clock()
        while self._resting and (first := next(iter(self._resting))) and self._resting[first] <= now:
            del self._resting[first]


def _customer(contact: DueContact) -> Customer:
    entries = {ECID: contact.ecid, "CAMPAIGN": contact.campaign, "MACRO_ACTIVITY": contact.macro_activity}
    call_data = tuple(NameValue(name=name, value=value) for name, value in entries.items() if value)
    return Customer(contact.phone_number, call_data)
