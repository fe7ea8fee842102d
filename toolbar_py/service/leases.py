"""Keeps reservations sure while their desks are not silent (contract section 3).

A desk that listens is not silent: its leases are renewed when it begins, when it ends, and in between again and again.
So a lease runs out when nobody has listened for as long as it lasts, and not before.
"""

import asyncio
import logging
from collections.abc import Sequence

from toolbar_py.service.events.hub import Hub
from toolbar_py.service.store.base import StoreError
from toolbar_py.service.store.deskbase import DeskStore

_RENEWALS_A_LEASE = 4
"""How often a lease is renewed in its own length: a renewal that fails is made up for by the next."""

_LOG = logging.getLogger("toolbar_py.leases")


class Leases:
    """Renews the leases of operators, and knows until when they are sure."""

    def __init__(self, desks: DeskStore) -> None:
        self._desks = desks
        self._until: dict[str, int] = {}

    def until(self, operator: str) -> int | None:
        """Until when every reservation of an operator is sure at least, in epoch ms; None before the first renewal."""
        return self._until.get(operator)

    async def renew(self, operators: Sequence[str]) -> None:
        """Renew the reservations of operators; what cannot be written now is left to the next time."""
        try:
            until = await self._desks.renew_leases(operators)
        except StoreError:
            _LOG.warning("could not renew the leases, will try again")
        else:
            self._until.update(dict.fromkeys(operators, until))

    async def keep(self, hub: Hub, lease_ms: int) -> None:
        """Renew the reservations of all operators with an open event stream, again and again, until cancelled.

        Args:
            hub: knows whose streams are open.
            lease_ms: how long a reservation is sure.
        """
        while True:
            await asyncio.sleep(lease_ms / _RENEWALS_A_LEASE / 1000)
            operators = hub.operators()
            if operators:
                await self.renew(operators)
