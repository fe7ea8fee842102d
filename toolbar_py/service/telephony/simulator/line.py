"""One contact in the exchange: where it stands and what is still to come."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from toolbar_py.service.telephony.simulator.course import Nature, Step
from toolbar_py.service.telephony.simulator.kernel import Timer
from toolbar_py.wire.contacts import NameValue
from toolbar_py.wire.errors import ConflictError
from toolbar_py.wire.phases import Action, OutOfOrderError, actions_in, allows, is_online, phase_after
from toolbar_py.wire.telephony import ContactEventName as Event
from toolbar_py.wire.telephony import JobType, Phase


@dataclass(slots=True)
class Line:
    """A contact at an operator's desk.

    Args:
        number: the customer's telephone number or address.
        call_data: as it stands, the telephone system's share and what operators have added.
        coming: the steps that are still to come.
        phase: None before the first event.
        ends_itself: whether its after-call work ends as soon as the connection is cleared.
        timer: lets the next step happen.
    """

    agent: str
    contact_id: str
    nature: Nature
    number: str
    waiting_s: int
    call_data: list[NameValue]
    coming: deque[Step]
    phase: Phase | None = None
    ends_itself: bool = False
    timer: Timer = field(default_factory=lambda: Timer(lambda: None))

    @property
    def online(self) -> bool:
        """Whether there is a connection."""
        return self.phase is not None and is_online(self.phase)

    def next_step(self) -> Step | None:
        """Give the next step that can still happen; those that cannot any more are left out."""
        while self.coming and not self._can(self.coming[0].event):
            self.coming.popleft()
        return self.coming[0] if self.coming else None

    def go_on_with(self, steps: Iterable[Step]) -> None:
        """Have other steps come than those that were to."""
        self.coming = deque(steps)

    @property
    def waits_for_dialling(self) -> bool:
        """Whether it is a preview that nobody has dialled yet."""
        return self.phase is Phase.POPUP and self.nature.job is JobType.PREVIEW

    @property
    def can_be_answered(self) -> bool:
        """Whether something still to come waits for the operator's Answer."""
        return any(step.on_answer for step in self.coming)

    def require(self, action: Action) -> None:
        """Make sure that it allows an action now: a desk that has not heard the latest may ask for what is too late.

        Raises:
            ConflictError: it does not.
        """
        if self.phase is None or not allows(self.phase, action):
            allowed = [each.value for each in actions_in(self.phase)] if self.phase else []
            raise ConflictError(
                reason="not_now", action=action.value, phase=self.phase.value if self.phase else "", allowed=[*allowed]
            )

    def _can(self, event: Event) -> bool:
        try:
            phase_after(self.phase, event)
        except OutOfOrderError:
            return False
        # Nothing is told of a call that has ended but that it leaves the desk.
        return self.phase is not Phase.ACW or event is Event.DELETE


def after_clearing(course: Iterable[Step], acw_ms: int) -> Step:
    """Give the step that ends after-call work: the course's own, else one at the upper limit."""
    for step in course:
        if step.event is Event.DELETE:
            return step
    return Step(acw_ms, Event.DELETE)
