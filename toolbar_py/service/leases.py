"""Keeps reservations sure while their desks are not silent (contract section 3)."""

import asyncio
import logging

from toolbar_py.service.events.stream import Sources
from toolbar_py.service.store.base import StoreError

_RENEWALS_A_LEASE = 4
"""How often a lease is renewed in its own length: a renewal that fails is made up for by the next."""

_LOG = logging.getLogger("toolbar_py.leases")


async def keep_leases(sources: Sources, lease_ms: int) -> None:
    """Renew the reservations of all operators with an open event stream, again and again, until cancelled.

    A desk that listens is not silent. One that is gone closes its stream, and its leases run out.

    Args:
        sources: the desks, and whose streams are open.
        lease_ms: how long a reservation is sure.
    """
    while True:
        await asyncio.sleep(lease_ms / _RENEWALS_A_LEASE / 1000)
        operators = sources.hub.operators()
        if not operators:
            continue
        try:
            await sources.desks.renew_leases(operators, sources.clock() + lease_ms)
        except StoreError:
            _LOG.warning("could not renew the leases, will try again")
