"""Whatever the network and the tabs do: per contact in order, none twice, none missing (contract section 4)."""

from collections import deque
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.page.fake_host import Stored
from tests.unit.page.operator import LIFE, Operator, message
from tests.unit.page.tab import OWNER, Tab
from toolbar_py.page.realm import Realm
from toolbar_py.wire.telephony import Presence

_CONTACTS: tuple[str, ...] = ("a", "b")
_TABS = 3

Step = tuple[Any, ...]
"""What happens, by the name of a method of :class:`World`, and to whom."""


class World:
    """Some tabs of one operator, easyCIM, and the wire between them, on which anything can happen."""

    def __init__(self) -> None:
        self.operator = Operator()
        self.stored: Stored = Stored()
        self.realms = [Realm(), Realm()]
        self.tabs: list[Tab | None] = [None] * _TABS
        self.lives: list[list[int]] = []
        self.told: list[list[int]] = [[] for _ in range(_TABS)]
        self.places = [""] * _TABS
        self.begun: list[int | None] = [None] * _TABS
        self.wires: dict[int, deque[list[str]]] = {}
        self.steps = dict.fromkeys(_CONTACTS, 0)
        self.last: list[str] | None = None

    def take(self, step: Step) -> None:
        """Let one thing happen."""
        name, *whom = step
        getattr(self, name)(*whom)

    # What can happen.

    def call(self, contact_id: str) -> None:
        """Something happens to a contact; after its last event it comes again."""
        step = self.steps[contact_id]
        self._say(message(self.operator.contact(contact_id, LIFE[step])))
        self.steps[contact_id] = (step + 1) % len(LIFE)

    def pause(self) -> None:
        """Something happens to the agent."""
        self._say(message(self.operator.become(Presence.PAUSED)))

    def open(self, slot: int) -> None:
        """A tab is opened or, when it is there, reloaded: it comes back with its place."""
        self.close(slot)
        realm = self.realms[slot % 2]
        self.tabs[slot] = Tab(realm, self.stored, self.places[slot])
        self.settle()

    def close(self, slot: int) -> None:
        """A tab goes."""
        tab = self.tabs[slot]
        if tab is not None:
            self._note(slot)
            self.told[slot].extend(_contact_numbers(tab))
            self.places[slot] = tab.place
            tab.app.leave()
            self.tabs[slot] = None
            self.settle()

    def deliver(self, slot: int, count: int) -> None:
        """The wire to a tab passes on some of what is on it."""
        tab = self.tabs[slot]
        wire = self._wire(tab)
        if tab is not None and wire:
            batch = [wire.popleft() for _ in range(min(count, len(wire)))]
            self.last = batch[-1]
            tab.hear(batch)
            self.settle()

    def double(self, slot: int) -> None:
        """The wire says again what it has just said."""
        tab = self.tabs[slot]
        if tab is not None and self._wire(tab) is not None and self.last is not None and self.last[0] == "event":
            self._wire_of(tab).appendleft(self.last)

    def lose(self, slot: int) -> None:
        """The wire loses what it was about to say."""
        wire = self._wire(self.tabs[slot])
        if wire and wire[0][0] == "event":
            wire.popleft()

    def swap(self, slot: int) -> None:
        """The wire mixes up the order of two events."""
        wire = self._wire(self.tabs[slot])
        if wire and len(wire) > 1 and wire[0][0] == wire[1][0] == "event":
            wire[0], wire[1] = wire[1], wire[0]

    def drop(self, slot: int, how: str) -> None:
        """The wire breaks."""
        tab = self.tabs[slot]
        if tab is not None and tab.host.nexts:
            tab.hear([], how)
            self.settle()

    def connect(self, slot: int) -> None:
        """easyCIM begins the stream that a tab asks for."""
        tab = self.tabs[slot]
        if tab is not None and tab.host.listens:
            ask_id, asked = tab.host.listens.popleft()
            self.wires[id(tab)] = deque(self.operator.says(asked))
            tab.app.resume(ask_id, "200", "")
            self.settle()

    def refuse(self, slot: int) -> None:
        """easyCIM is not to be reached."""
        tab = self.tabs[slot]
        if tab is not None and tab.host.listens:
            tab.refuse("unreachable ")
            self.settle()

    def wake(self, slot: int) -> None:
        """Time passes."""
        tab = self.tabs[slot]
        if tab is not None and tab.host.sleeps:
            tab.wake()
            self.settle()

    # How it ends.

    def heal(self) -> None:
        """Everything works again: each stream is opened anew, and says all it has to say."""
        for slot in range(_TABS):
            self.drop(slot, '{"ended": true}')
        while any(tab is not None and (tab.host.sleeps or tab.host.listens or self._wire(tab)) for tab in self.tabs):
            for slot in range(_TABS):
                self.connect(slot)
                self.deliver(slot, 100)
                self.wake(slot)

    def check(self) -> None:
        """Every tab was told every event of a contact since it first knew where the stream stood; once, in order."""
        numbers = [event.number for event in self.operator.log if event.contact is not None]
        for slot in range(_TABS):
            self.close(slot)
            begun = self.begun[slot]
            since = self.operator.number if begun is None else begun
            assert self.told[slot] == [number for number in numbers if number > since]

    def settle(self) -> None:
        """Answer what the tabs ask of their browser."""
        for slot, tab in enumerate(self.tabs):
            if tab is not None:
                tab.sign_in(OWNER)
                self._note(slot)

    def _note(self, slot: int) -> None:
        tab = self.tabs[slot]
        if tab is not None and self.begun[slot] is None and tab.place:
            first = next(place for _, place, _ in tab.host.told if place)
            self.begun[slot] = int(first.split(" ")[0])

    def _say(self, said: list[str]) -> None:
        for tab in self.tabs:
            wire = self._wire(tab)
            if wire is not None:
                wire.append(said)

    def _wire(self, tab: Tab | None) -> deque[list[str]] | None:
        return self.wires.get(id(tab)) if tab is not None and tab.host.nexts else None

    def _wire_of(self, tab: Tab) -> deque[list[str]]:
        return self.wires[id(tab)]


def _contact_numbers(tab: Tab) -> list[int]:
    return [
        int(place.split(" ")[0]) for kind, place, told in tab.host.told if kind == "contact" and "agent" not in told
    ]


_SLOTS = st.integers(0, _TABS - 1)
_ENDS = st.sampled_from(['{"ended": true}', '{"silent": true}', "host"])
_AT_A_TAB = ("open", "close", "double", "lose", "swap", "connect", "refuse", "wake")
_ANYTHING: list[st.SearchStrategy[Any]] = [
    st.tuples(st.just("call"), st.sampled_from(_CONTACTS)),
    st.tuples(st.just("pause")),
    st.tuples(st.just("deliver"), _SLOTS, st.integers(1, 4)),
    st.tuples(st.just("drop"), _SLOTS, _ENDS),
    st.tuples(st.sampled_from(_AT_A_TAB), _SLOTS),
]
_STEPS = st.lists(st.one_of(_ANYTHING), max_size=60)


@given(_STEPS)
def test_whatever_happens_each_contact_event_reaches_each_tab_once_and_in_order(
    steps: list[Step],
) -> None:
    world = World()
    for step in steps:
        world.take(step)
    world.heal()
    world.check()


@given(_STEPS)
def test_whatever_happens_each_desk_is_as_easycim_has_it_in_the_end(steps: list[Step]) -> None:
    world = World()
    for step in steps:
        world.take(step)
    world.heal()
    for tab in world.tabs:
        if tab is not None:
            at_desk = [(told["id"], told["event"]) for told in tab.asked("CONTACT.getContactList")]
            assert sorted(at_desk) == sorted(
                (contact_id, contact.event.event) for contact_id, contact in world.operator.contacts.items()
            )


@given(_STEPS)
def test_whatever_happens_no_tab_that_has_left_leaves_anything_behind(steps: list[Step]) -> None:
    world = World()
    opened: list[Tab] = []
    for step in steps:
        world.take(step)
        opened.extend(tab for tab in world.tabs if tab is not None and tab not in opened)
    for slot in range(_TABS):
        world.close(slot)
    for tab in opened:
        assert not tab.host.listens
        assert not tab.host.nexts
        assert not tab.host.whos
