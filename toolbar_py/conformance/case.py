"""Everything that the rules may go by: the page's record in order, and what the service has of the same time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from toolbar_py.conformance.record import Answer, Call, Delivery, Entry, Given, Shown, Told
from toolbar_py.wire.contacts import Attempt
from toolbar_py.wire.telephony import DeskEvent

OPENINGS = ("EASYCIM.openScript", "EASYCIM.openScriptInbound")
SAVE = "EASYCIM.saveScript"
DIAL = "CONTACT.MakeCall"
MAKING = (DIAL, "CONTACT.MakeJob")
"""How a page brings about contacts of its own."""


@dataclass(frozen=True, slots=True)
class ServiceRecord:
    """What the service knows of the operator's work, and how it is set up.

    Args:
        operator: whose.
        script_enabled: whether the profile enables the Script, so that opening inbound contacts is up to the page.
        events: the operator's events, in their order.
        attempts: the operator's saves by ECID, in their order.
    """

    operator: str
    script_enabled: bool = True
    events: Sequence[DeskEvent] = ()
    attempts: Mapping[str, Sequence[Attempt]] = field(default_factory=dict[str, Sequence[Attempt]])


@dataclass(frozen=True, slots=True)
class Made:
    """A call with what became of it.

    Args:
        place: where in the record the call stands.
        call: the call.
        answer: how its Promise settled, if it did in the document's life.
        answered: where in the record that stands.
        shown: whether the page changed after it was rejected.
        contact: the ContactID it is about: "" when it named none.
        ecid: the ECID it is about, as far as it is known.
    """

    place: int
    call: Call
    answer: Answer | None
    answered: int | None
    shown: bool
    contact: str
    ecid: str

    @property
    def at(self) -> int:
        """When it was made, in epoch ms."""
        return self.call.at

    @property
    def told(self) -> Told:
        """What it resolved to; empty when it did not."""
        return self.answer.told if self.answer and self.answer.ok else Told()

    @property
    def code(self) -> str | None:
        """The code with which it was refused, whichever way."""
        if self.answer is None:
            return None
        return self.answer.told.error_code or (self.answer.failure.code if self.answer.failure else None)

    @property
    def done(self) -> bool:
        """Whether it resolved, to something other than a refusal."""
        return self.answer is not None and self.answer.ok and self.answer.told.result is not False

    @property
    def rejected(self) -> bool:
        """Whether its Promise was rejected."""
        return self.answer is not None and not self.answer.ok

    @property
    def key(self) -> str:
        """What it is about: the ECID, or the ContactID while there is none; ``""`` for nothing."""
        return self.ecid or self.contact

    @property
    def holds(self) -> bool:
        """Whether it reserved the ECID for the operator."""
        return self.opens and self.done and not self.told.read_only and not self.told.terminated

    @property
    def opens(self) -> bool:
        """Whether it is one of the openings."""
        return self.call.method in OPENINGS

    @property
    def saves(self) -> bool:
        """Whether it is a save."""
        return self.call.method == SAVE

    def argument(self, name: str) -> Given | None:
        """Give an argument by the contract's name; None when it was not given."""
        return next((each for each in self.call.given if each.name == name), None)

    def text(self, name: str) -> str:
        """Give an argument as text, ``""`` when it was not given or is not shown."""
        found = self.argument(name)
        return "" if found is None or found.value is None else str(found.value)


class Case:
    """A run, ready to be judged.

    Args:
        entries: what the recorder wrote, in the order in which it came.
        service: what the service has.
        scenario_of: the name of the scenario that each contact was played as.
    """

    def __init__(
        self, entries: Sequence[Entry], service: ServiceRecord, scenario_of: Mapping[str, str] | None = None
    ) -> None:
        self.entries = entries
        self.service = service
        self.scenario_of = scenario_of or {}

    @cached_property
    def deliveries(self) -> Sequence[tuple[int, Delivery]]:
        """What the callbacks were given by the toolbar, each with its place in the record."""
        found = ((place, entry) for place, entry in enumerate(self.entries) if isinstance(entry, Delivery))
        return [(place, entry) for place, entry in found if not entry.triggered]

    @cached_property
    def ecid_of(self) -> Mapping[str, str]:
        """The ECID under which each contact was worked last."""
        found: dict[str, str] = {}
        for event in self.service.events:
            if event.desk and event.desk.ecid:
                found[event.desk.event.id] = event.desk.ecid
        for _, delivery in self.deliveries:
            if delivery.contact and delivery.ecid:
                found[delivery.contact] = delivery.ecid
        for _, answer in self._answers.values():
            if answer.told.contact_id and answer.told.ecid:
                found[answer.told.contact_id] = answer.told.ecid
        return found

    @cached_property
    def contacts(self) -> Sequence[str]:
        """The contacts of the run in the order in which they came, by what the service and the page say."""
        at_service = [event.contact.id for event in self.service.events if event.contact]
        at_page = [delivery.contact for _, delivery in self.deliveries if delivery.contact]
        return list(dict.fromkeys([*at_service, *at_page]))

    @cached_property
    def dialled(self) -> frozenset[str]:
        """The contacts that the page was told it has dialled or made, previews among them."""
        made = (entry for entry in self.entries if isinstance(entry, Call) and entry.method in MAKING)
        calls = {(call.life, call.call) for call in made}
        answers = (answer for call, (_, answer) in self._answers.items() if call in calls and answer.ok)
        return frozenset(answer.told.contact_id for answer in answers if answer.told.contact_id)

    @cached_property
    def ecids(self) -> frozenset[str]:
        """Every ECID that came up, from whichever side."""
        told = (answer.told.ecid for _, answer in self._answers.values())
        asked = (made.text("ECID") for made in self.made)
        return frozenset(filter(None, [*self.ecid_of.values(), *told, *asked]))

    @cached_property
    def made(self) -> Sequence[Made]:
        """The calls of the page, in their order."""
        return list(self._made())

    def calls(self, *methods: str) -> Iterator[Made]:
        """Give the calls of some methods, in their order."""
        return (made for made in self.made if made.call.method in methods)

    @property
    def began_at(self) -> int:
        """When the record begins, in epoch ms."""
        return self.entries[0].at if self.entries else 0

    @property
    def ended_at(self) -> int:
        """When the record ends, in epoch ms."""
        return self.entries[-1].at if self.entries else 0

    @cached_property
    def _answers(self) -> Mapping[tuple[str, int], tuple[int, Answer]]:
        found = ((place, entry) for place, entry in enumerate(self.entries) if isinstance(entry, Answer))
        return {(entry.life, entry.call): (place, entry) for place, entry in found}

    def _made(self) -> Iterator[Made]:
        shown = {(entry.life, entry.call) for entry in self.entries if isinstance(entry, Shown)}
        # Both sides of what a first argument can be.
        known = set(self.ecid_of.values())
        for place, entry in enumerate(self.entries):
            if not isinstance(entry, Call):
                continue
            key = (entry.life, entry.call)
            answered, answer = self._answers.get(key, (None, None))
            given = {each.name: str(each.value) for each in entry.given if each.value is not None}
            contact, ecid = given.get("ContactID", ""), given.get("ECID", "") or given.get("CallData", "")
            told = answer.told if answer else Told()
            if not ecid:
                is_ecid = contact in known and contact not in self.ecid_of
                ecid = told.ecid or (contact if is_ecid else self.ecid_of.get(contact, ""))
                contact = "" if is_ecid else contact
            known.add(ecid)
            yield Made(place, entry, answer, answered, key in shown, told.contact_id or contact, ecid)
