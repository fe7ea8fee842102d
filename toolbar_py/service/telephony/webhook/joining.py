"""Makes what joins a telephone system to a service, from the settings."""

import random
from typing import Protocol
from uuid import uuid4

from toolbar_py.service.store.base import Clock
from toolbar_py.service.telephony.webhook.configuration import CtiSettings
from toolbar_py.service.telephony.webhook.gateway import Chance, Gateway, Line
from toolbar_py.service.telephony.webhook.reception import Reception, SeenSignatures
from toolbar_py.service.telephony.webhook.signature import Keyring
from toolbar_py.service.telephony.webhook.telephones import WebhookTelephones
from toolbar_py.wire.telephony import AgentSummary


class Operators(Protocol):
    """Who the operators are."""

    async def agents(self) -> list[AgentSummary]:
        """Give every operator's state."""
        ...


def reception(settings: CtiSettings, seen: SeenSignatures, clock: Clock) -> Reception | None:
    """Give what lets signed reports in; None when no secret is shared with anybody."""
    if not settings.joined:
        return None
    return Reception(Keyring(settings.secrets, settings.window_s), seen, clock)


def webhook_telephones(settings: CtiSettings, clock: Clock, operators: Operators) -> WebhookTelephones | None:
    """Give the adapter to the telephone system that the settings name; None when they name none.

    Args:
        operators: knows who they are.
    """
    if not settings.joined:
        return None

    async def agents() -> list[str]:
        return [each.id for each in await operators.agents()]

    gateway, chance = None, Chance(random.random)
    if settings.url is not None:
        line = Line(settings.url, settings.deadline_ms, settings.allow_loopback)
        gateway = Gateway(line, Keyring(settings.secrets, settings.window_s), clock, chance)
    return WebhookTelephones(gateway, clock, lambda: uuid4().hex, agents, chance)
