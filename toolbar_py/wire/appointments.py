"""Slots and appointments: when a customer can be called again (contract section 5)."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from toolbar_py.wire.base import Ecid, OperatorId, RequestModel, ShortText, WireModel

MOMENT_MAX = 2**53 - 1
"""The largest whole number that JavaScript keeps exactly."""

Moment = Annotated[int, Field(ge=0, le=MOMENT_MAX)]


class AppointmentType(StrEnum):
    """Whose time an appointment takes; the code of the outcome that goes with it."""

    PERSONAL = "APP1"
    GROUP = "APP3"


class SlotsRequest(RequestModel):
    """``POST /slots/search``: the half hours that begin in ``[start_range, end_range)``, in epoch ms.

    Args:
        username: whose slots, for a personal appointment; absent: of who asks.
    """

    start_range: Moment
    end_range: Moment
    appointment_type: Annotated[AppointmentType, Field(strict=False)]
    username: OperatorId | None = None
    ecid: Ecid


class Slot(WireModel):
    """A half hour, in epoch ms, and how many appointments it still takes."""

    start_time: int
    end_time: int
    availability: int


class SlotsAnswer(WireModel):
    """Slots, in the shape that pages were seen to read."""

    status: Literal["success"] = "success"
    result: list[Slot]


class AppointmentRequest(RequestModel):
    """``POST /appointments``: book the slot that holds ``timestamp``, in epoch ms."""

    timestamp: Moment
    appointment_type: Annotated[AppointmentType, Field(strict=False)]
    communication_type: ShortText = ""
    username: OperatorId | None = None
    ecid: Ecid
