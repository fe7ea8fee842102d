"""What a telephone system may report."""

from typing import Any

import pytest
from pydantic import ValidationError

from toolbar_py.wire.actions import WAITING_MAX_S, CtiReport
from toolbar_py.wire.appointments import MOMENT_MAX


def read(**members: int) -> CtiReport:
    report: dict[str, Any] = {"eventId": "e" * 16, "agent": "op1@demo", "contactId": "c1", "event": "POPUP", "at": 0}
    return CtiReport.model_validate(report | members, strict=False)


def test_the_largest_moment_is_one_that_pages_can_keep() -> None:
    assert read(at=MOMENT_MAX, waitingTime=WAITING_MAX_S).at == MOMENT_MAX


@pytest.mark.parametrize("member", ["at", "waitingTime"])
@pytest.mark.parametrize("value", [-1, MOMENT_MAX + 1, 10**30])
def test_what_is_no_moment_and_no_wait_is_refused(member: str, value: int) -> None:
    with pytest.raises(ValidationError, match=member):
        read(**{member: value})


def test_a_wait_in_milliseconds_since_1970_is_refused() -> None:
    with pytest.raises(ValidationError, match="waitingTime"):
        read(waitingTime=1_767_225_600_000)
