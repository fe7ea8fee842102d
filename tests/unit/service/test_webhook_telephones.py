"""What the adapter to a gateway remembers of the reports it has taken and the calls that were begun."""

import tracemalloc
from collections.abc import Awaitable, Callable, Sequence

import pytest

from toolbar_py.service.domain.deskwork import BegunWith
from toolbar_py.service.store.base import StoreUnavailableError
from toolbar_py.service.telephony.webhook.configuration import Secret
from toolbar_py.service.telephony.webhook.gateway import Chance, Gateway, Line
from toolbar_py.service.telephony.webhook.signature import Keyring
from toolbar_py.service.telephony.webhook.telephones import WebhookTelephones
from toolbar_py.wire.actions import CallRequest, CtiReceipt, CtiReport
from toolbar_py.wire.contacts import NameValue
from toolbar_py.wire.errors import ServiceError
from toolbar_py.wire.telephony import ContactEventName, DeskSnapshot

NOW = 1_700_000_000_000
VALUE_CHARACTERS = 2_000
REPETITIONS = 500


class KnowingSwitchboard:
    """Has taken every report before; nobody is at a desk, and nothing can be noted."""

    async def report(self, report: CtiReport) -> CtiReceipt:
        return CtiReceipt(taken=False)

    async def begun(self, agent: str, contact_id: str, begun_with: BegunWith) -> None:
        raise StoreUnavailableError

    async def desk(self, agent: str) -> DeskSnapshot:
        raise NotImplementedError

    def watch(self, changed: Callable[[str], Awaitable[None]]) -> None: ...


def repeated(number: int, event: ContactEventName) -> CtiReport:
    value = f"{number:0{VALUE_CHARACTERS}}"
    return CtiReport(
        event_id=f"event-{number:012}",
        agent="op1@demo",
        contact_id=f"c{number}",
        event=event,
        at=NOW,
        call_data=[NameValue(name="PIN", value=value)],
    )


class Accepting(Gateway):
    """Takes every call."""

    async def post(self, key: str, body: bytes) -> bytes:
        return b'{"contactId": "gw-1"}'


async def joined() -> WebhookTelephones:
    async def nobody() -> Sequence[str]:
        return []

    chance, keyring = Chance(lambda: 0.0), Keyring([Secret("one", "s" * 32)], 300)
    gateway = Accepting(Line("http://192.0.2.1/", 1_000, allow_loopback=False), keyring, lambda: NOW, chance)
    telephones = WebhookTelephones(gateway, lambda: NOW, lambda: "id", nobody, chance)
    await telephones.start(KnowingSwitchboard())
    return telephones


async def test_reports_that_are_repeated_after_their_contact_has_left_leave_nothing_behind() -> None:
    telephones = await joined()
    await telephones.report(repeated(0, ContactEventName.POPUP))
    tracemalloc.start()
    try:
        for number in range(1, REPETITIONS):
            for event in (ContactEventName.POPUP, ContactEventName.DELETE):
                await telephones.report(repeated(number, event))
        grown, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    await telephones.stop()
    assert grown < 50 * VALUE_CHARACTERS


async def test_a_call_that_was_begun_and_could_not_be_noted_may_be_asked_for_again_under_its_key() -> None:
    telephones = await joined()
    with pytest.raises(ServiceError) as caught:
        await telephones.begin("op1@demo", CallRequest(destination="0555"), "key-1")
    await telephones.stop()
    assert (caught.value.retryable, caught.value.outcome_known) == (True, False)
