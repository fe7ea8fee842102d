"""What is played to a page: kinds of contacts in the words of the simulator's scenarios, mixed by a seed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from toolbar_py.conformance.case import Case
from toolbar_py.wire.telephony import ContactType, JobType, MediaType

_FIRST_OWN = 901
"""The demo campaign's contacts from this number on are the kit's: the dialler begins at the other end."""

_UNANSWERED = """
  +0s    POPUP
  +1s    connectionstarted
  +1s    dialing
  +15s   connectioncleared
"""


class Scenario(StrEnum):
    """A kind of contact."""

    PREVIEW = "preview"
    PREDICTIVE = "predictive"
    INBOUND = "inbound"
    MANUAL = "manual"
    CHAT = "chat"
    EMAIL = "email"
    UNANSWERED = "unanswered"
    """The customer does not answer: cleared without having been established."""
    HELD = "held"
    """Another operator holds the ECID: openScript answers readOnly."""
    CLOSED = "closed"
    """The ECID is closed for good: openScript answers terminated."""
    UNKNOWN = "unknown"
    """easyCIM does not know the ECID: openScript answers result false."""


USUAL = (Scenario.PREVIEW, Scenario.PREDICTIVE, Scenario.INBOUND, Scenario.MANUAL, Scenario.CHAT)
"""What makes up most of a run."""


_PREVIEW = (ContactType.DIALLER, MediaType.TELEPHONY, JobType.PREVIEW)
_PREDICTIVE = (ContactType.DIALLER, MediaType.TELEPHONY, JobType.PREDICTIVE)
_NATURES = {
    Scenario.PREVIEW: _PREVIEW,
    Scenario.PREDICTIVE: _PREDICTIVE,
    Scenario.INBOUND: (ContactType.INBOUND, MediaType.TELEPHONY, JobType.INBOUND),
    Scenario.MANUAL: (ContactType.OUTBOUND, MediaType.TELEPHONY, JobType.MANUAL),
    Scenario.CHAT: (ContactType.INBOUND, MediaType.CHAT, JobType.INBOUND),
    Scenario.EMAIL: (ContactType.INBOUND, MediaType.EMAIL, JobType.INBOUND),
    Scenario.UNANSWERED: _PREDICTIVE,
    Scenario.HELD: _PREDICTIVE,
    Scenario.CLOSED: _PREDICTIVE,
    Scenario.UNKNOWN: _PREVIEW,
}
"""What the events of each say of the contact."""


@dataclass(frozen=True, slots=True)
class Script:
    """What comes, one contact after the other.

    Args:
        text: for the simulator.
        kinds: the kind of each contact, in their order.
        held: ECIDs that another operator has to hold.
        closed: ECIDs that have to be closed for good.
    """

    text: str
    kinds: Sequence[Scenario]
    held: Sequence[str]
    closed: Sequence[str]


def chosen(names: str) -> list[Scenario]:
    """Read ``all`` or names with commas between them.

    Raises:
        ValueError: there is no scenario of a name.
    """
    if names == "all":
        return list(Scenario)
    found: list[Scenario] = []
    for name in filter(None, (part.strip() for part in names.split(","))):
        if name not in list(Scenario):
            raise ValueError(f"there is no scenario '{name}'; there are all, {', '.join(Scenario)}")
        found.append(Scenario(name))
    if not found:
        raise ValueError(f"name a scenario, or all; there are {', '.join(Scenario)}")
    return found


def script(scenarios: Sequence[Scenario], contacts: int, seed: int, operator: str) -> Script:
    """Write a script in which each scenario comes once if there is room, and the usual ones more often.

    Args:
        scenarios: which may come.
        contacts: how many contacts.
        seed: the same one gives the same script.
        operator: to whom they come.
    """
    random = Random(seed)  # noqa: S311 (nothing secret)
    kinds = list(dict.fromkeys(scenarios))[:contacts]
    often = [scenario for scenario in scenarios if scenario in USUAL] or list(scenarios)
    kinds += [random.choice(often) for _ in range(contacts - len(kinds))]
    random.shuffle(kinds)
    lines: list[str] = []
    ecids: dict[Scenario, list[str]] = {Scenario.HELD: [], Scenario.CLOSED: []}
    for number, kind in enumerate(kinds):
        own = f"demo|1|1|{_FIRST_OWN + number % 100}"
        if kind in ecids:
            ecids[kind].append(own)
        lines.append(_line(kind, own, number, operator))
    return Script("\n".join(lines) + "\n", kinds, ecids[Scenario.HELD], ecids[Scenario.CLOSED])


def scenarios_of(kinds: Sequence[Scenario], case: Case) -> Mapping[str, Scenario]:
    """Give the scenario of each contact: they come in the order of the script.

    What the page dialled itself comes between them, and is none of them.

    Args:
        kinds: those of the script.
        case: what came.
    """
    coming = list(kinds)
    seen: set[str] = set()
    found: dict[str, Scenario] = {}
    for first in (event.contact for event in case.service.events):
        if first is None or first.id in seen:
            continue
        seen.add(first.id)
        # A preview is dialled by the page too, and was there before that.
        own = first.type is ContactType.OUTBOUND and first.id in case.dialled
        if coming and not own and _NATURES[coming[0]] == (first.type, first.media_type, first.job_type):
            found[first.id] = coming.pop(0)
    return found


def _line(kind: Scenario, own: str, number: int, operator: str) -> str:
    match kind:
        case Scenario.HELD | Scenario.CLOSED:
            return f"predictive ecid={own} number=0555090{number:03} agent={operator} after=2s"
        case Scenario.UNKNOWN:
            return f"preview ecid=demo|9|9|{number + 1} number=0555091{number:03} agent={operator} after=2s"
        case Scenario.UNANSWERED:
            return f"predictive agent={operator} after=2s{_UNANSWERED.rstrip()}"
        case _:
            return f"{kind} agent={operator} after=2s"
