"""What has to hold does not hold by itself: with the toolbar or the service broken, scenarios fail."""

from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.faults.run import Stage
from tests.faults.scenario import SCENARIOS, Scenario
from toolbar_py.page.feed import Feed
from toolbar_py.page.seat import Seat
from toolbar_py.service.domain import deskwork
from toolbar_py.service.leases import Leases
from toolbar_py.service.store.attending import Attending
from toolbar_py.wire.phases import OutOfOrderError, phase_after
from toolbar_py.wire.places import Place
from toolbar_py.wire.telephony import ContactEventName
from toolbar_py.wire.telephony import Phase as ContactPhase

_ENOUGH = 40


def _tell_again(seat: Seat, place: Place, text: str, agent_at: int | None) -> bool:
    """Tell a page every event that comes, be it for the second time."""
    if seat.reached is not None:
        seat.reached = max(place, seat.reached)
        seat.page.host.tell("contact", f"{seat.reached} x", text)
    return False


def _begin_anywhere(_feed: Feed) -> None:
    """Know no place from which a stream has to go on."""


def _keep_reservations(*_given: Any) -> None:
    """Let a logout end nothing."""


def _take_anything(phase: ContactPhase | None, event: ContactEventName) -> ContactPhase | None:
    """Let any report of a contact follow on any other."""
    try:
        return phase_after(phase, event)
    except OutOfOrderError:
        return phase


def _promise_too_much(_leases: Leases, _operator: str) -> int:
    """Tell that reservations are sure for years."""
    return 2**42


_BROKEN: dict[str, tuple[object, str, Callable[..., object]]] = {
    "events come twice": (Seat, "event", _tell_again),
    "the place is forgotten": (Feed, "place", _begin_anywhere),
    "reports are taken before their turn": (deskwork, "phase_after", _take_anything),
    "leases are told surer than they are": (Leases, "until", _promise_too_much),
    "a logout keeps reservations": (Attending, "_release", _keep_reservations),
}


@pytest.mark.parametrize("broken", _BROKEN)
def test_a_scenario_fails_when(stage: Stage, broken: str) -> None:
    @seed(1)
    @settings(
        max_examples=_ENOUGH,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        report_multiple_bugs=False,
        suppress_health_check=(HealthCheck.too_slow,),
    )
    @given(SCENARIOS)
    def hold(scenario: Scenario) -> None:
        stage.play(scenario)

    with patch.object(*_BROKEN[broken]), pytest.raises((AssertionError, OutOfOrderError)):
        hold()
