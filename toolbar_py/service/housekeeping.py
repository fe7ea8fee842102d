"""What a service does by itself from time to time."""

import asyncio
import logging

from toolbar_py.service.settings import Settings
from toolbar_py.service.store.base import Clock, Store, StoreError
from toolbar_py.service.store.deskbase import Retention

_EVERY_S = 3600

_LOG = logging.getLogger("toolbar_py.housekeeping")


async def keep_house(store: Store, clock: Clock, settings: Settings) -> None:
    """Forget the answers of old saves and what is old of the desks, now and every hour, until cancelled.

    Args:
        settings: how long each of them is kept.
    """
    while True:
        try:
            now = clock()
            purged = await store.purge_saves(now - settings.save_retention_ms)
            before = Retention(
                events=now - settings.event_retention_ms,
                contacts=now - settings.contact_retention_ms,
                operations=now - settings.operation_retention_ms,
            )
            forgotten = await store.desks.purge(before) + await store.desks.purge_signatures()
            _LOG.info("purged", extra={"fields": {"saves": purged, "desks": forgotten}})
        except StoreError:
            _LOG.warning("could not purge, will try again")
        await asyncio.sleep(_EVERY_S)
