"""``/slots`` and ``/appointments``: when a customer can be called again (contract section 5)."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from toolbar_py.service.domain.slots import SLOT_MS, day_slots, free_slots, slot_of
from toolbar_py.service.openapi import refusals
from toolbar_py.service.openinghours import opening_hours
from toolbar_py.service.routes.answers import answer
from toolbar_py.service.security.access import SignedIn
from toolbar_py.service.security.tokens import Identity
from toolbar_py.service.store.base import Clock
from toolbar_py.service.store.deskbase import BookCommand, DeskStore, SlotQuery
from toolbar_py.wire.appointments import AppointmentRequest, AppointmentType, Slot, SlotsAnswer, SlotsRequest
from toolbar_py.wire.problems import invalid

_DAY_MS = 24 * 3_600_000
_RANGE_MAX_MS = 31 * _DAY_MS
"""The longest range that is searched: 558 slots."""

_AHEAD_MAX_MS = 2 * 366 * _DAY_MS
"""How far ahead anybody makes an appointment; calendars end somewhere."""


def appointment_routes(desks: DeskStore, clock: Clock, group_capacity: int, signed_in: SignedIn) -> APIRouter:
    """Give the routes of slots and appointments.

    Args:
        clock: gives epoch ms.
        group_capacity: how many group appointments a slot takes; an agent takes one.
    """
    router = APIRouter(tags=["appointments"])

    def capacity(kind: AppointmentType) -> int:
        return 1 if kind is AppointmentType.PERSONAL else group_capacity

    @router.post("/slots/search", response_model=SlotsAnswer, responses=refusals(401, 404))
    async def search_slots(request: SlotsRequest, who: Annotated[Identity, Depends(signed_in)]) -> Response:
        """Give the half hours of a range that are still to come, and what each takes."""
        now = clock()
        start, end = request.start_range, request.end_range
        if end < start:
            raise invalid("endRange", "range", min=start, max=start + _RANGE_MAX_MS)
        if end - start > _RANGE_MAX_MS:
            raise invalid("endRange", "range", min=start, max=start + _RANGE_MAX_MS)
        query = SlotQuery(request.appointment_type, request.ecid, request.username or who.operator)
        start, end = max(start, now), min(end, now + _AHEAD_MAX_MS)
        taken = await desks.booked(query, start, end)
        hours = opening_hours(start, end) if start < end else ()
        starts = [at for opens, closes in hours for at in day_slots(opens, closes) if start <= at < end]
        return answer(SlotsAnswer(result=free_slots(starts, taken, capacity(query.kind))))

    @router.post("/appointments", response_model=SlotsAnswer, responses=refusals(401, 404, 409))
    async def make_appointment(request: AppointmentRequest, who: Annotated[Identity, Depends(signed_in)]) -> Response:
        """Book a half hour for a contact, and give what it still takes. The same again books nothing more."""
        now, at = clock(), request.timestamp
        if not now <= at <= now + _AHEAD_MAX_MS:
            raise invalid("timestamp", "range", min=now, max=now + _AHEAD_MAX_MS)
        slot = slot_of(at, opening_hours(at, at + 1))
        if slot is None:
            raise invalid("timestamp", "rule", reason="outside of the opening hours")
        query = SlotQuery(request.appointment_type, request.ecid, request.username or who.operator)
        command = BookCommand(query, at, slot, capacity(query.kind), request.communication_type)
        left = await desks.book(command)
        return answer(SlotsAnswer(result=[Slot(start_time=slot, end_time=slot + SLOT_MS, availability=left)]))

    return router
