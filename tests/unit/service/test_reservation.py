"""Who may open, read and save (contract section 3)."""

import pytest

from toolbar_py.service.domain.reservation import Access, Reservation, access, may_reserve, save_refusal
from toolbar_py.wire.errors import Code

NOW = 1_000_000
FREE = Reservation()
MINE = Reservation("me", NOW + 1, 1)
THEIRS = Reservation("other", NOW + 1, 1)
THEIRS_RUN_OUT = Reservation("other", NOW - 1, 1)
MINE_RUN_OUT = Reservation("me", NOW - 1, 1)
CLOSED = Reservation(close_reason="POSITIVE")


@pytest.mark.parametrize(
    ("reservation", "may"),
    [
        (FREE, True),
        (MINE, True),
        (MINE_RUN_OUT, True),
        (THEIRS, False),
        (THEIRS_RUN_OUT, True),
        (CLOSED, False),
    ],
)
def test_an_ecid_can_be_reserved_when_it_is_free_own_or_its_lease_has_run_out(
    reservation: Reservation, may: bool
) -> None:
    assert may_reserve(reservation, "me", NOW) is may


def test_a_lease_is_still_sure_in_its_last_millisecond() -> None:
    assert not may_reserve(Reservation("other", NOW, 1), "me", NOW)


@pytest.mark.parametrize(
    ("reservation", "given"),
    [
        (FREE, Access.WRITE),
        (MINE, Access.WRITE),
        (THEIRS, Access.READ_ONLY),
        # Silence alone takes nothing away: only somebody's asking does.
        (THEIRS_RUN_OUT, Access.READ_ONLY),
        (CLOSED, Access.TERMINATED),
    ],
)
def test_access_follows_from_the_reservation_as_it_stands(reservation: Reservation, given: Access) -> None:
    assert access(reservation, "me") is given


@pytest.mark.parametrize(
    ("reservation", "unreserved", "code"),
    [
        (MINE, False, None),
        (MINE_RUN_OUT, False, None),
        (FREE, True, None),
        (FREE, False, Code.NOT_RESERVED),
        (THEIRS_RUN_OUT, True, None),
        (THEIRS_RUN_OUT, False, Code.NOT_RESERVED),
        (THEIRS, True, Code.RESERVED_BY_OTHER),
        (CLOSED, True, Code.TERMINATED),
    ],
)
def test_a_save_is_refused_with_the_reason_that_applies(
    reservation: Reservation, unreserved: bool, code: Code | None
) -> None:
    error = save_refusal("a|1", reservation, "me", NOW, unreserved=unreserved)
    assert (error.code if error else None) == code


def test_a_refusal_names_the_holder() -> None:
    error = save_refusal("a|1", THEIRS, "me", NOW, unreserved=True)
    assert error is not None
    assert error.details == {"ecid": "a|1", "reservedBy": "other"}
