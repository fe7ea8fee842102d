"""Requests of operators that come again under the same ``Idempotency-Key``: one effect, the same answer."""

import hashlib
from typing import Annotated

from fastapi import Header
from starlette.responses import Response

from toolbar_py.service.routes.answers import json_answer
from toolbar_py.service.telephony.operations import Operations, Work
from toolbar_py.wire.base import IdempotencyKey

Key = Annotated[IdempotencyKey, Header(alias="Idempotency-Key")]
OptionalKey = Annotated[IdempotencyKey | None, Header(alias="Idempotency-Key")]


async def answer_once(
    operations: Operations, operator: str, key: str | None, content: list[str], work: Work
) -> Response:
    """Do what an operator asks, and answer; a request without a key is done each time.

    Args:
        content: everything that was asked, to tell a repetition from a reused key.
    """
    if key is None:
        return json_answer(await work(False))
    content_hash = hashlib.sha256("\0".join(content).encode()).hexdigest()
    done = await operations.once(operator, key, content_hash, work)
    return json_answer(done.text, {"Idempotent-Replayed": "true"} if done.replayed else None)
