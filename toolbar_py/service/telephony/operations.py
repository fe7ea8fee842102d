"""Operations on the telephone side: of all requests with the same Idempotency-Key, one has its effect."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from toolbar_py.service.store.base import StoreError
from toolbar_py.service.store.deskbase import DeskStore
from toolbar_py.wire.errors import ConflictError, ToolbarError

_LOG = logging.getLogger("toolbar_py.telephony")


class Done(NamedTuple):
    """The answer of an operation as JSON text, and whether it is that of an earlier request."""

    text: str
    replayed: bool


class Operations:
    """Runs operations once.

    Args:
        desks: keeps the keys and answers.
    """

    def __init__(self, desks: DeskStore) -> None:
        self._desks = desks
        self._running: dict[tuple[str, str], tuple[str, asyncio.Task[Done]]] = {}

    async def once(self, operator: str, key: str, content_hash: str, work: Callable[[], Awaitable[str]]) -> Done:
        """Give the answer of ``work``, or the one it gave for the key before.

        Args:
            content_hash: of everything that was asked, to tell a repetition from a reused key.

        Raises:
            ConflictError: the key was used for something else, or nobody knows whether its effect came about.
            ToolbarError: ``work`` was refused; the key is free again.
            StoreError: the store failed; when that was in ``work``, the key is free again.
        """
        own = (operator, key)
        running = self._running.get(own)
        if running is not None:
            known_hash, task = running
            if known_hash != content_hash:
                raise ConflictError(reason="key_reused")
            return Done((await asyncio.shield(task)).text, replayed=True)
        # A task of its own: an effect that has begun is also kept when its caller is cancelled.
        task = asyncio.create_task(self._run(operator, key, content_hash, work))
        self._running[own] = (content_hash, task)
        task.add_done_callback(lambda _: self._running.pop(own, None))
        return await asyncio.shield(task)

    async def _run(self, operator: str, key: str, content_hash: str, work: Callable[[], Awaitable[str]]) -> Done:
        claim = await self._desks.claim(operator, key, content_hash)
        if not claim.fresh:
            if claim.content_hash != content_hash:
                raise ConflictError(reason="key_reused")
            if claim.answer is None:
                raise ConflictError(reason="outcome_unknown")
            return Done(claim.answer, replayed=True)
        try:
            text = await work()
        except (ToolbarError, StoreError) as error:
            # The telephone system knows the key too and does nothing twice; the store fails before it is asked.
            await self._release(operator, key, error)
            raise
        await self._desks.settle(operator, key, text)
        return Done(text, replayed=False)

    async def _release(self, operator: str, key: str, error: ToolbarError | StoreError) -> None:
        """Let a key go after an error, which says more than that the store cannot be written either."""
        try:
            await self._desks.settle(operator, key, None)
        except StoreError:
            fields = {"operator": operator, "key": key, "error": type(error).__name__}
            _LOG.warning("the key of an operation could not be released", extra={"fields": fields})
