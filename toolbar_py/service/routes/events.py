"""``/events``: what happens at the operator's desk, as server-sent events (contract section 5)."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header
from starlette.responses import Response

from toolbar_py.service.events.stream import STREAM_TYPE, EventStream, Sources
from toolbar_py.service.openapi import refusals
from toolbar_py.service.security.access import SignedIn
from toolbar_py.service.security.tokens import Identity
from toolbar_py.wire.places import Place

_LOST = Place(-1)
"""After a place that is none of ours, nothing can follow."""

_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": (
            "First `desk` (DeskSnapshot), then each `event` (DeskEvent, its place as id) after Last-Event-ID and "
            "as it happens; `heartbeat` when nothing else is said."
        ),
        "content": {STREAM_TYPE: {"schema": {"type": "string"}}},
    }
}


def event_routes(sources: Sources, signed_in: SignedIn) -> APIRouter:
    """Give the route of the event streams."""
    router = APIRouter(tags=["events"])

    @router.get("/events", response_class=Response, responses={**refusals(401, 429), **_STREAM})
    async def events(
        who: Annotated[Identity, Depends(signed_in)],
        last_event_id: Annotated[str | None, Header(alias="Last-Event-ID")] = None,
    ) -> Response:
        """Stream the operator's events, from where a reader left off."""
        return EventStream(sources, who.operator, _place(last_event_id), who.expires_at)

    return router


def _place(text: str | None) -> Place | None:
    if not text:
        return None
    return Place.parse(text) or _LOST
