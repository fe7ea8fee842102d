"""What a telephone system is told of what easyCIM decides by itself."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence

import pytest

from toolbar_py.service.domain.deskwork import BegunWith
from toolbar_py.service.store.base import StoreError, StoreUnavailableError
from toolbar_py.service.telephony.webhook.following import Following
from toolbar_py.service.telephony.webhook.gateway import Chance
from toolbar_py.wire.actions import CtiReceipt, CtiReport
from toolbar_py.wire.contacts import NameValue
from toolbar_py.wire.errors import ConflictError, ServiceError, ToolbarError
from toolbar_py.wire.telephony import (
    AgentStatus,
    ContactEvent,
    ContactEventName,
    ContactType,
    DeskContact,
    DeskSnapshot,
    JobType,
    MediaType,
    Phase,
    Presence,
)

AGENT = "op1@demo"
STATUS = AgentStatus(agent=AGENT, presence=Presence.LOGGED_IN, since=0, logged_in_at=0, groups=[])


class Switchboard:
    """One operator's desk, as CallData by contact; it cannot be read before the failures are through."""

    def __init__(self, **contacts: dict[str, str]) -> None:
        self.contacts = contacts
        self.failures: list[StoreError] = []
        self._watchers: list[Callable[[str], Awaitable[None]]] = []

    async def report(self, report: CtiReport) -> CtiReceipt:
        raise NotImplementedError

    async def begun(self, agent: str, contact_id: str, begun_with: BegunWith) -> None:
        raise NotImplementedError

    async def desk(self, agent: str) -> DeskSnapshot:
        if self.failures:
            raise self.failures.pop(0)
        contacts = [_contact(contact_id, values) for contact_id, values in self.contacts.items()]
        return DeskSnapshot(number=1, now=0, resumed=True, heartbeat_ms=5_000, agent=STATUS, contacts=contacts)

    def watch(self, changed: Callable[[str], Awaitable[None]]) -> None:
        self._watchers.append(changed)

    async def changed(self) -> None:
        """Tell that the desk has changed, and wait until everybody is done with it."""
        for watcher in self._watchers:
            await watcher(AGENT)
        for _ in range(50):
            await asyncio.sleep(0)


class Ear:
    """The gateway: what it was told; the errors come first. It is silent while ``answers`` is not set.

    Args:
        unable: what it cannot be told, by kind and contact.
    """

    def __init__(self, *errors: ToolbarError, unable: Collection[tuple[str, str]] = ()) -> None:
        self.errors = list(errors)
        self.unable = unable
        self.told: list[tuple[str, ...]] = []
        self.answers = asyncio.Event()
        self.answers.set()

    async def tell_call_data(self, agent: str, contact_id: str, entries: Sequence[NameValue]) -> None:
        await self._hear("callData", contact_id, *(f"{entry.name}={entry.value}" for entry in entries))

    async def tell_ended(self, agent: str, contact_id: str) -> None:
        await self._hear("ended", contact_id)

    async def _hear(self, kind: str, contact_id: str, *what: str) -> None:
        await self.answers.wait()
        if self.errors:
            raise self.errors.pop(0)
        if (kind, contact_id) in self.unable:
            raise ServiceError(reason="telephones_unusable", status=501)
        self.told.append((kind, contact_id, *what))


def _contact(contact_id: str, values: dict[str, str]) -> DeskContact:
    event = ContactEvent(
        event=ContactEventName.DATA_CHANGED,
        id=contact_id,
        type=ContactType.INBOUND,
        media_type=MediaType.TELEPHONY,
        job_type=JobType.INBOUND,
        dnis="",
        ani="",
        call_data=[NameValue(name=name, value=value) for name, value in values.items()],
        start_time=0,
        end_time=0,
        time_duration_sec=0,
        waiting_time=0,
    )
    return DeskContact(event=event, phase=Phase.ACW)


def report(event: ContactEventName, **call_data: str) -> CtiReport:
    entries = [NameValue(name=name, value=value) for name, value in call_data.items()]
    return CtiReport(
        event_id="e" * 16, agent=AGENT, contact_id="c1", event=event, at=0, call_data=entries if entries else None
    )


@pytest.fixture
def pauses() -> list[float]:
    return []


Follow = Callable[[Switchboard, Ear], Awaitable[Following]]


@pytest.fixture
def follow(pauses: list[float]) -> Follow:
    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    async def agents() -> list[str]:
        return [AGENT]

    async def start(switchboard: Switchboard, ear: Ear) -> Following:
        following = Following(ear, agents, Chance(lambda: 1.0, pause))
        await following.start(switchboard)
        return following

    return start


async def test_call_data_that_a_page_has_set_is_told_once(follow: Follow) -> None:
    switchboard, ear = Switchboard(c1={"A": "1"}), Ear()
    await follow(switchboard, ear)
    switchboard.contacts["c1"] = {"A": "2", "B": "3", "C": ""}
    await switchboard.changed()
    await switchboard.changed()
    assert ear.told == [("callData", "c1", "A=2", "B=3", "C=")]


async def test_after_call_work_that_is_over_is_told_once(follow: Follow) -> None:
    switchboard, ear = Switchboard(c1={"A": "1"}), Ear()
    await follow(switchboard, ear)
    del switchboard.contacts["c1"]
    await switchboard.changed()
    await switchboard.changed()
    assert ear.told == [("ended", "c1")]


async def test_what_the_telephone_system_reports_is_not_told_back(follow: Follow) -> None:
    switchboard, ear = Switchboard(), Ear()
    following = await follow(switchboard, ear)
    following.reporting(report(ContactEventName.POPUP, ECID="demo|1|1|1"))
    switchboard.contacts["c1"] = {"ECID": "demo|1|1|1"}
    await switchboard.changed()
    following.reporting(report(ContactEventName.DELETE))
    switchboard.contacts.clear()
    await switchboard.changed()
    assert ear.told == []


async def test_what_a_call_was_begun_with_is_not_told_once_more(follow: Follow) -> None:
    switchboard, ear = Switchboard(), Ear()
    following = await follow(switchboard, ear)
    following.begun(AGENT, "c1", [NameValue(name="ECID", value="demo|1|1|1"), NameValue(name="A", value="1")])
    following.reporting(report(ContactEventName.CONNECTION_STARTED))
    switchboard.contacts["c1"] = {"ECID": "demo|1|1|1", "A": "2"}
    await switchboard.changed()
    assert ear.told == [("callData", "c1", "A=2")]


@pytest.mark.parametrize("reason", ["telephones_distrust_us", "telephones_elsewhere"])
async def test_what_the_gateway_has_not_read_is_told_until_the_setting_is_right(follow: Follow, reason: str) -> None:
    switchboard, ear = Switchboard(c1={}), Ear(ServiceError(reason=reason))
    await follow(switchboard, ear)
    switchboard.contacts.clear()
    await switchboard.changed()
    assert ear.told == [("ended", "c1")]


async def test_of_calls_that_are_never_reported_the_newest_are_known(follow: Follow) -> None:
    switchboard, ear = Switchboard(), Ear()
    following = await follow(switchboard, ear)
    for number in range(1_001):
        following.begun(AGENT, f"c{number}", [NameValue(name="A", value="1")])
    switchboard.contacts.update({"c0": {"A": "1"}, "c1": {"A": "1"}})
    await switchboard.changed()
    assert ear.told == [("callData", "c0", "A=1")]


async def test_an_ecid_that_easycim_has_added_to_a_new_contact_is_told(follow: Follow) -> None:
    switchboard, ear = Switchboard(), Ear()
    following = await follow(switchboard, ear)
    following.reporting(report(ContactEventName.POPUP, PIN="1"))
    switchboard.contacts["c1"] = {"PIN": "1", "ECID": "in|1|1|1"}
    await switchboard.changed()
    assert ear.told == [("callData", "c1", "ECID=in|1|1|1")]


async def test_a_contact_that_leaves_before_anybody_has_looked_is_told_of_too(follow: Follow) -> None:
    switchboard, ear = Switchboard(), Ear()
    following = await follow(switchboard, ear)
    popup = report(ContactEventName.POPUP, ECID="demo|1|1|1")
    following.reporting(popup)
    following.taken(popup)
    await switchboard.changed()
    assert ear.told == [("ended", "c1")]


async def test_a_contact_that_comes_while_the_gateway_is_slow_has_not_ended(follow: Follow) -> None:
    switchboard, ear = Switchboard(c2={"A": "1"}), Ear()
    following = await follow(switchboard, ear)
    ear.answers.clear()
    switchboard.contacts["c2"] = {"A": "2"}
    await switchboard.changed()
    popup = report(ContactEventName.POPUP)
    following.reporting(popup)
    switchboard.contacts["c1"] = {}
    following.taken(popup)
    following.over(popup)
    ear.answers.set()
    await switchboard.changed()
    assert ear.told == [("callData", "c2", "A=2")]


async def test_what_is_on_its_way_to_the_desk_does_not_bring_back_what_was_before(follow: Follow) -> None:
    switchboard, ear = Switchboard(c1={"A": "1"}), Ear()
    following = await follow(switchboard, ear)
    following.reporting(report(ContactEventName.DATA_CHANGED, A="2"))
    await switchboard.changed()
    switchboard.contacts["c1"] = {"A": "2"}
    await switchboard.changed()
    assert ear.told == []


async def test_what_is_reported_while_an_end_is_told_is_not_answered_with_what_was_before(follow: Follow) -> None:
    switchboard, ear = Switchboard(c1={"A": "1"}, c2={}), Ear()
    following = await follow(switchboard, ear)
    ear.answers.clear()
    del switchboard.contacts["c2"]
    await switchboard.changed()
    changed = report(ContactEventName.DATA_CHANGED, A="2")
    following.reporting(changed)
    switchboard.contacts["c1"] = {"A": "2"}
    following.taken(changed)
    following.over(changed)
    ear.answers.set()
    await switchboard.changed()
    assert ear.told == [("ended", "c2")]


async def test_a_delete_that_is_repeated_does_not_undo_the_one_under_way(follow: Follow) -> None:
    switchboard, ear = Switchboard(c1={}), Ear()
    following = await follow(switchboard, ear)
    delete = report(ContactEventName.DELETE)
    following.reporting(delete)
    following.reporting(delete)
    following.over(delete)
    switchboard.contacts.clear()
    await switchboard.changed()
    assert ear.told == []


async def test_a_contact_that_came_back_after_its_delete_is_told_of_when_it_ends(follow: Follow) -> None:
    switchboard, ear = Switchboard(c1={}), Ear()
    following = await follow(switchboard, ear)
    for event in (ContactEventName.DELETE, ContactEventName.POPUP):
        following.reporting(report(event))
        following.taken(report(event))
        following.over(report(event))
    await switchboard.changed()
    switchboard.contacts.clear()
    await switchboard.changed()
    assert ear.told == [("ended", "c1")]


async def test_a_delete_that_was_refused_does_not_hide_the_end_that_comes(follow: Follow) -> None:
    switchboard, ear = Switchboard(c1={}), Ear()
    following = await follow(switchboard, ear)
    following.reporting(report(ContactEventName.DELETE))
    following.over(report(ContactEventName.DELETE))
    switchboard.contacts.clear()
    await switchboard.changed()
    assert ear.told == [("ended", "c1")]


async def test_a_gateway_that_is_away_is_told_when_it_is_back(follow: Follow, pauses: list[float]) -> None:
    switchboard, ear = Switchboard(c1={}), Ear(*[ServiceError() for _ in range(7)])
    await follow(switchboard, ear)
    switchboard.contacts.clear()
    await switchboard.changed()
    assert ear.told == [("ended", "c1")]
    assert pauses == [2, 4, 8, 16, 30, 30, 30]


async def test_what_a_gateway_cannot_be_told_of_one_contact_does_not_keep_it_from_hearing_of_the_others() -> None:
    async def agents() -> list[str]:
        return [AGENT]

    switchboard = Switchboard(c1={"A": "1"}, c2={"A": "1"}, c3={}, c4={})
    ear = Ear(unable=[("callData", "c1"), ("ended", "c3")])
    following = Following(ear, agents, Chance(lambda: 1.0))
    await following.start(switchboard)
    switchboard.contacts = {"c1": {"A": "2"}, "c2": {"A": "2"}}
    await switchboard.changed()
    # The next try waits for the clock; what can be told is told in the first.
    assert ear.told == [("ended", "c4"), ("callData", "c2", "A=2")]
    await following.stop()


async def test_what_ends_while_the_gateway_is_given_time_is_told_at_once() -> None:
    async def agents() -> list[str]:
        return [AGENT]

    switchboard = Switchboard(c1={"A": "1"}, c2={})
    ear = Ear(unable=[("callData", "c1")])
    following = Following(ear, agents, Chance(lambda: 1.0))
    await following.start(switchboard)
    switchboard.contacts["c1"] = {"A": "2"}
    await switchboard.changed()
    assert ear.told == []
    del switchboard.contacts["c2"]
    await switchboard.changed()
    assert ear.told == [("ended", "c2")]
    await following.stop()


async def test_what_a_gateway_could_not_be_told_of_one_contact_is_told_later_and_the_rest_not_twice(
    follow: Follow, pauses: list[float]
) -> None:
    switchboard = Switchboard(c1={"A": "1"}, c2={})
    ear = Ear(ServiceError())
    await follow(switchboard, ear)
    switchboard.contacts = {"c1": {"A": "2"}}
    await switchboard.changed()
    assert (ear.told, pauses) == ([("callData", "c1", "A=2"), ("ended", "c2")], [2])


async def test_a_desk_that_cannot_be_read_is_read_again(follow: Follow, pauses: list[float]) -> None:
    switchboard, ear = Switchboard(c1={}), Ear()
    await follow(switchboard, ear)
    switchboard.contacts.clear()
    switchboard.failures = [StoreUnavailableError("busy"), StoreUnavailableError("busy")]
    await switchboard.changed()
    assert (ear.told, pauses) == ([("ended", "c1")], [2, 4])


async def test_what_could_not_be_sent_is_told_when_the_gateways_name_is_put_right(follow: Follow) -> None:
    switchboard, ear = Switchboard(c1={}), Ear(ConflictError(reason="telephones_loopback"))
    await follow(switchboard, ear)
    switchboard.contacts.clear()
    await switchboard.changed()
    assert ear.told == [("ended", "c1")]


async def test_what_the_gateway_does_not_want_is_not_told_again(follow: Follow, pauses: list[float]) -> None:
    switchboard, ear = Switchboard(c1={}), Ear(ConflictError(reason="telephones_refuse", said="unknown"))
    await follow(switchboard, ear)
    switchboard.contacts.clear()
    await switchboard.changed()
    await switchboard.changed()
    assert (ear.told, ear.errors, pauses) == ([], [], [])


async def test_it_ends_while_a_gateway_is_away() -> None:
    async def agents() -> list[str]:
        return [AGENT]

    switchboard = Switchboard(c1={})
    following = Following(Ear(ServiceError()), agents, Chance(lambda: 1.0))
    await following.start(switchboard)
    switchboard.contacts.clear()
    await switchboard.changed()
    async with asyncio.timeout(1):
        await following.stop()
