"""What simulated customers do: whether they answer, how long they talk, what the IVR knows of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from random import Random

from toolbar_py.service.telephony.simulator.chance import about
from toolbar_py.service.telephony.simulator.course import (
    NATURES,
    Course,
    Customer,
    Kind,
    Nature,
    Step,
    after_phase,
)
from toolbar_py.service.telephony.simulator.pace import Pace
from toolbar_py.wire.contacts import NameValue
from toolbar_py.wire.telephony import ContactEventName as Event
from toolbar_py.wire.telephony import ContactType, Phase

_SERVICES = ("assistenza", "commerciale", "amministrazione", "guasti")
_LANGUAGES = ("it", "it", "it", "en")
_KINDS = {nature: kind for kind, nature in NATURES.items()}
_NOT_YET_TALKING = (Phase.POPUP, Phase.STARTED, Phase.INITIATED, Phase.DIALING, Phase.RINGING)


class Fate(Enum):
    """What becomes of an attempt to reach a customer."""

    ANSWERED = "answered"
    NO_ANSWER = "no answer"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How customers are, in seconds and shares.

    Args:
        no_answer: the share of dialled customers who do not answer.
        busy: the share of those whose line is busy.
        abandoned: the share of callers who give up before an operator takes the call.
        talk_s: half of the conversations are shorter.
        preview_s: how long an operator may look at a preview before it is dialled without asking.
        pickup_s: how long a call rings at a desk before it is taken without asking.
        patience_s: how long a customer who does not answer is rung.
        acw_s: how long after-call work may take before the contact is taken from the desk.
    """

    no_answer: float = 0.2
    busy: float = 0.07
    abandoned: float = 0.05
    talk_s: float = 45.0
    preview_s: float = 30.0
    pickup_s: float = 6.0
    patience_s: float = 25.0
    acw_s: float = 300.0

    def __post_init__(self) -> None:
        """Refuse shares and durations that cannot be.

        Raises:
            ValueError: naming what is wrong.
        """
        if min(self.no_answer, self.busy, self.abandoned) < 0 or max(self.no_answer + self.busy, self.abandoned) > 1:
            raise ValueError("shares of customers lie between 0 and 1, together too")
        if min(self.talk_s, self.preview_s, self.pickup_s, self.patience_s, self.acw_s) <= 0:
            raise ValueError("durations are longer than nothing")


class Courses:
    """Makes courses of contacts and the customers who call.

    Args:
        behaviour: how customers are.
        pace: how fast they are.
    """

    def __init__(self, behaviour: Behaviour, pace: Pace) -> None:
        self._behaviour = behaviour
        self._pace = pace

    def course(self, kind: Kind, stream: Random) -> Course:
        """Give how a contact goes when the operator does nothing."""
        match kind:
            case Kind.PREVIEW:
                steps = [Step(0, Event.POPUP), *self._dialled(stream, self._behaviour.preview_s, self._fate(stream))]
            case Kind.PREDICTIVE:
                # Whoever did not answer never came this far.
                steps = [Step(0, Event.POPUP), *self._connected(stream)]
            case Kind.MANUAL:
                steps = self._dialled(stream, 0, self._fate(stream))
            case Kind.INBOUND:
                steps = self._inbound(stream)
            case Kind.CHAT | Kind.EMAIL:
                steps = self._offered(stream, stretch=3)
        return (*steps, self._end())

    def job(self, stream: Random) -> Course:
        """Give how a job without voice goes that the operator began."""
        return (self._step(0, Event.CONNECTION_STARTED), *self._talk(stream, 0.2, stretch=4), self._end())

    def passed(self, stream: Random) -> Course:
        """Give how a contact goes that another operator has passed on."""
        return (*self._offered(stream, stretch=1), self._end())

    def caller(self, kind: Kind, stream: Random) -> Customer:
        """Make up a customer who calls or writes, with what the IVR has asked."""
        code = stream.randrange(100_000, 1_000_000)
        number = f"055509{stream.randrange(10_000):04}" if kind is not Kind.EMAIL else f"c{code}@customer.example"
        call_data = {
            "CUSTOMER_CODE": f"C{code}",
            "SERVICE": stream.choice(_SERVICES),
            "LANGUAGE": stream.choice(_LANGUAGES),
            # An IVR asks for such things, and passes them on.
            "PIN": f"{stream.randrange(100_000):05}",
        }
        entries = tuple(NameValue(name=name, value=value) for name, value in call_data.items())
        return Customer(number, entries, waiting_s=round(about(stream, 12, 0.8, 600)))

    @property
    def acw_ms(self) -> int:
        """How long after-call work may take, in ms."""
        return self._pace.ms(self._behaviour.acw_s)

    def rest(self, nature: Nature, phase: Phase, stream: Random) -> Course:
        """Give how a contact goes on that an earlier run has begun.

        Args:
            phase: where it stands.
        """
        if phase not in _NOT_YET_TALKING:
            return self.remainder(stream)
        kind = _KINDS.get(nature)
        if kind is not None:
            course = self.course(kind, stream)
        else:
            course = self.passed(stream) if nature.type is ContactType.INBOUND else self.job(stream)
        rest = after_phase(course, phase)
        if not rest and phase is Phase.POPUP:
            return course
        # A course that never comes by here, as a busy one does not ring, is of no use; somebody answers then.
        return rest or (*self._talk(stream, self._behaviour.pickup_s), self._end())

    def remainder(self, stream: Random) -> Course:
        """Give how a conversation goes on until its end."""
        talk = about(stream, self._behaviour.talk_s, 0.6, 900)
        return (self._step(talk, Event.CONNECTION_CLEARED), self._end())

    def _fate(self, stream: Random) -> Fate:
        drawn = stream.random()
        if drawn < self._behaviour.no_answer:
            return Fate.NO_ANSWER
        return Fate.BUSY if drawn < self._behaviour.no_answer + self._behaviour.busy else Fate.ANSWERED

    def _dialled(self, stream: Random, preview_s: float, fate: Fate) -> list[Step]:
        trunk = stream.randrange(1, 31)
        begin = [
            self._step(preview_s, Event.CONNECTION_STARTED, on_answer=preview_s > 0),
            self._step(0.05, Event.DATA_CHANGED, {"TRUNK": f"{trunk}"}),
            self._step(0.1, Event.SERVICE_INITIATED),
            self._step(0.4, Event.DIALING),
        ]
        ringing = self._step(about(stream, 1.5, 0.4, 6), Event.RINGING)
        match fate:
            case Fate.BUSY:
                after = about(stream, 2, 0.3, 5)
                return [*begin, self._progress("busy"), self._step(after, Event.CONNECTION_CLEARED)]
            case Fate.NO_ANSWER:
                patience = about(stream, self._behaviour.patience_s, 0.2, 60)
                return [*begin, ringing, self._step(patience, Event.CONNECTION_CLEARED)]
            case Fate.ANSWERED:
                rings = about(stream, 7, 0.5, self._behaviour.patience_s)
                return [*begin, ringing, *self._talk(stream, rings)]

    def _connected(self, stream: Random) -> Iterator[Step]:
        yield self._step(0.05, Event.CONNECTION_STARTED)
        yield self._step(0.05, Event.DATA_CHANGED, {"TRUNK": f"{stream.randrange(1, 31)}"})
        yield self._step(0.05, Event.SERVICE_INITIATED)
        yield self._step(0.05, Event.DIALING)
        yield self._progress("answered")
        yield from self._talk(stream, 0.2)

    def _inbound(self, stream: Random) -> list[Step]:
        begin = [
            Step(0, Event.POPUP),
            self._step(0.2, Event.CONNECTION_STARTED),
            self._step(0.2, Event.RINGING),
        ]
        if stream.random() < self._behaviour.abandoned:
            gives_up = about(stream, self._behaviour.pickup_s / 2, 0.3, self._behaviour.pickup_s)
            return [*begin, self._step(gives_up, Event.CONNECTION_CLEARED)]
        return [*begin, *self._talk(stream, self._behaviour.pickup_s, on_answer=True)]

    def _offered(self, stream: Random, stretch: float) -> list[Step]:
        begin = [Step(0, Event.POPUP), self._step(0.2, Event.CONNECTION_STARTED)]
        return [*begin, *self._talk(stream, self._behaviour.pickup_s, on_answer=True, stretch=stretch)]

    def _talk(
        self, stream: Random, after_s: float, *, on_answer: bool = False, stretch: float = 1
    ) -> tuple[Step, Step]:
        talk = about(stream, self._behaviour.talk_s * stretch, 0.6, 900 * stretch)
        return (
            self._step(after_s, Event.ESTABLISHED, on_answer=on_answer),
            self._step(talk, Event.CONNECTION_CLEARED),
        )

    def _progress(self, text: str) -> Step:
        return self._step(0.1, Event.DATA_CHANGED, {"CALL_PROGRESS": text})

    def _end(self) -> Step:
        return Step(self.acw_ms, Event.DELETE)

    def _step(
        self, after_s: float, event: Event, call_data: dict[str, str] | None = None, *, on_answer: bool = False
    ) -> Step:
        entries = tuple(NameValue(name=name, value=value) for name, value in (call_data or {}).items())
        return Step(self._pace.ms(after_s) if after_s else 0, event, entries, on_answer)
