"""What the adapter to a gateway remembers of the reports it has taken."""

import tracemalloc
from collections.abc import Awaitable, Callable, Sequence

from toolbar_py.service.telephony.webhook.configuration import Secret
from toolbar_py.service.telephony.webhook.gateway import Chance, Gateway, Line
from toolbar_py.service.telephony.webhook.signature import Keyring
from toolbar_py.service.telephony.webhook.telephones import WebhookTelephones
from toolbar_py.wire.actions import CtiReceipt, CtiReport
from toolbar_py.wire.contacts import NameValue
from toolbar_py.wire.telephony import ContactEventName, DeskSnapshot

NOW = 1_700_000_000_000
VALUE_CHARACTERS = 2_000
REPETITIONS = 500


class KnowingSwitchboard:
    """Has taken every report before; nobody is at a desk."""

    async def report(self, report: CtiReport) -> CtiReceipt:
        return CtiReceipt(taken=False)

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


async def test_reports_that_are_repeated_after_their_contact_has_left_leave_nothing_behind() -> None:
    async def nobody() -> Sequence[str]:
        return []

    chance, keyring = Chance(lambda: 0.0), Keyring([Secret("one", "s" * 32)], 300)
    gateway = Gateway(Line("http://192.0.2.1/", 1_000, allow_loopback=False), keyring, lambda: NOW, chance)
    telephones = WebhookTelephones(gateway, lambda: NOW, lambda: "id", nobody, chance)
    await telephones.start(KnowingSwitchboard())
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
