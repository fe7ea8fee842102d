"""What a service does by itself from time to time."""

import asyncio
import logging

from toolbar_py.service.store.base import Clock, Store, StoreError

_EVERY_S = 6 * 3600

_LOG = logging.getLogger("toolbar_py.housekeeping")


async def keep_house(store: Store, clock: Clock, save_retention_ms: int) -> None:
    """Forget the answers of old saves, now and every six hours, until cancelled.

    Args:
        save_retention_ms: how long an answer is kept for its ``Idempotency-Key``.
    """
    while True:
        try:
            purged = await store.purge_saves(clock() - save_retention_ms)
            _LOG.info("purged saves", extra={"fields": {"purged": purged}})
        except StoreError:
            _LOG.warning("could not purge saves, will try again")
        await asyncio.sleep(_EVERY_S)
