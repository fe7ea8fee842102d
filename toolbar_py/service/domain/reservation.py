"""Who may write to an ECID (contract section 3).

The store decides a reservation by one atomic statement whose condition is :func:`may_reserve` in SQL; the two are
held together by the property tests in ``tests/unit/service``.
"""

from dataclasses import dataclass
from enum import Enum

from toolbar_py.wire.errors import NotReservedError, ReservedByOtherError, TerminatedError, ToolbarError


class Access(Enum):
    """What opening a script gives an operator."""

    WRITE = "write"
    READ_ONLY = "read-only"
    TERMINATED = "terminated"


@dataclass(frozen=True, slots=True)
class Reservation:
    """Where an ECID stands.

    Args:
        holder: the operator who holds it, if any.
        lease_until: epoch ms until which the holder's reservation is sure.
        fence: grows by one with every new reservation.
        close_reason: why it is closed for good (an outcome's code or ``MAX_RETRY``), if it is.
    """

    holder: str | None = None
    lease_until: int = 0
    fence: int = 0
    close_reason: str | None = None


def may_reserve(reservation: Reservation, operator: str, now: int) -> bool:
    """Say whether the operator may take the ECID, or keep it.

    A lease that has run out takes nothing away by itself: only somebody else's asking does.

    Args:
        now: epoch ms.
    """
    if reservation.close_reason is not None:
        return False
    return reservation.holder in (None, operator) or reservation.lease_until < now


def access(reservation: Reservation, operator: str) -> Access:
    """Say what the operator may do with the ECID as it stands, without taking anything."""
    if reservation.close_reason is not None:
        return Access.TERMINATED
    return Access.WRITE if reservation.holder in (None, operator) else Access.READ_ONLY


def save_refusal(
    ecid: str, reservation: Reservation, operator: str, now: int, *, unreserved: bool
) -> ToolbarError | None:
    """Say why the operator may not save an outcome; None when nothing is against it.

    Args:
        now: epoch ms.
        unreserved: whether the profile lets the operator save what is not reserved.
    """
    if reservation.close_reason is not None:
        return TerminatedError(ecid=ecid, reason=reservation.close_reason)
    if reservation.holder == operator:
        return None
    if not may_reserve(reservation, operator, now):
        return ReservedByOtherError(ecid=ecid, reservedBy=reservation.holder)
    return None if unreserved else NotReservedError(ecid=ecid)
