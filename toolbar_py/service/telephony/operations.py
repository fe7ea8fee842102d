"""Operations on the telephone side: of all requests with the same Idempotency-Key, one has its effect.

A key is claimed before its operation begins, and keeps the answer. It is free again after a refusal. When nobody knows
what became of the operation, since the telephone system was silent or the service died, the key stays claimed and
unanswered, and a repetition asks the telephone system again under the same key: it knows whether it has done it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from toolbar_py.service.store.base import StoreError
from toolbar_py.service.store.deskbase import DeskStore
from toolbar_py.wire.errors import ConflictError, ServiceError, ToolbarError

_LOG = logging.getLogger("toolbar_py.telephony")


class Done(NamedTuple):
    """The answer of an operation as JSON text, and whether it is that of an earlier request."""

    text: str
    replayed: bool


Work = Callable[[bool], Awaitable[str]]
"""Gives an operation's answer as JSON text. It is told whether this is a repetition of one that may have been done."""


class Operations:
    """Runs operations once.

    Args:
        desks: keeps the keys and answers.
    """

    def __init__(self, desks: DeskStore) -> None:
        self._desks = desks
        self._running: dict[tuple[str, str], tuple[str, asyncio.Task[Done]]] = {}

    async def once(self, operator: str, key: str, content_hash: str, work: Work) -> Done:
        """Give the answer of ``work``, or the one it gave for the key before.

        Args:
            content_hash: of everything that was asked, to tell a repetition from a reused key.

        Raises:
            ConflictError: the key was used for something else.
            ToolbarError: ``work`` was refused; the key is free again, unless ``outcome_known`` is False.
            StoreError: the store failed.
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

    async def _run(self, operator: str, key: str, content_hash: str, work: Work) -> Done:
        claim = await self._desks.claim(operator, key, content_hash)
        if claim.content_hash != content_hash:
            raise ConflictError(reason="key_reused")
        if claim.answer is not None:
            return Done(claim.answer, replayed=True)
        try:
            text = await work(not claim.fresh)
        except ToolbarError as error:
            if not claim.fresh and (error.retryable or isinstance(error, ServiceError)):
                # That it cannot be done now, or not on this way, says nothing of what an earlier request has asked.
                error.outcome_known = False
            if error.outcome_known:
                await self._note(operator, key, None)
            raise
        except StoreError:
            # It fails before the telephone system is asked, or after what may be asked twice.
            if claim.fresh:
                await self._note(operator, key, None)
            raise
        await self._note(operator, key, text)
        return Done(text, replayed=False)

    async def _note(self, operator: str, key: str, answer: str | None) -> None:
        """Keep the answer of a key, or let the key go; what became of the operation is told also if that fails."""
        try:
            await self._desks.settle(operator, key, answer)
        except StoreError:
            fields = {"operator": operator, "key": key, "done": answer is not None}
            _LOG.warning("the end of an operation could not be noted", extra={"fields": fields})
