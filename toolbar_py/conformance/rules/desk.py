"""Rules for contacts at the desk and the callbacks that hear of them (contract section 4)."""

from collections.abc import Iterator

from toolbar_py.conformance.case import SAVE, Case, Made
from toolbar_py.conformance.record import Bound, Delivery, Rejection, Thrown, ToolbarSeen
from toolbar_py.conformance.rules.fact import Fact, about
from toolbar_py.wire.telephony import AgentEventName, ContactEventName

_NO_ACW_MS = 100
"""A contact that goes within this time of its clearing, and that the page did not end, had no after-call work."""

_AGENT_EVENTS = frozenset(AgentEventName)
_NOTHING = ("", "undefined", "null")


def never_ended_acw(case: Case) -> Iterator[Fact]:
    """Left the operator in after-call work."""
    ended = _ended(case)
    for contact, heard in worked_after_call(case):
        ecid = case.ecid_of.get(contact, "")
        if not ended & {contact, ecid}:
            wrong = "the connection was cleared, and the page never ended the after-call work"
            yield Fact(wrong, heard, contact, ecid)


def worked_after_call(case: Case) -> Iterator[tuple[str, int]]:
    """Give the contacts with after-call work that it was up to the page to end, and when that heard of it."""
    first: dict[str, str] = {}
    cleared: dict[str, int] = {}
    gone: dict[str, int] = {}
    for event in case.service.events:
        if event.contact:
            first.setdefault(event.contact.id, event.contact.event)
        if event.contact and event.contact.event is ContactEventName.CONNECTION_CLEARED:
            cleared[event.contact.id] = event.at
        elif event.contact and event.contact.event is ContactEventName.DELETE:
            gone[event.contact.id] = event.at
    begun = {(each.contact, each.event) for _, each in case.deliveries}
    heard = {each.contact: each.at for _, each in case.deliveries if each.event == ContactEventName.CONNECTION_CLEARED}
    ended = _ended(case)
    for contact, at in cleared.items():
        by_page = bool(ended & {contact, case.ecid_of.get(contact, contact)})
        had_none = not by_page and contact in gone and gone[contact] - at <= _NO_ACW_MS
        # A page that was not told how the contact began or ended cannot be blamed: that is the comparison's business.
        told = contact in heard and (contact, first[contact]) in begun
        if told and not had_none:
            yield contact, heard[contact]


def unknown_contact(case: Case) -> Iterator[Fact]:
    """Named a contact that was never at this desk."""
    dialled = {made.told.contact_id for made in case.made}
    at_desk = {*case.contacts, *dialled}
    for made in case.made:
        contact = made.argument("ContactID")
        if contact is None or contact.type in ("undefined", "null"):
            named = "undefined" if made.saves and not after_agent_event(case, made) else ""
        else:
            named = made.text("ContactID")
        known = named in at_desk or (made.call.method.startswith("EASYCIM.") and named in case.ecids)
        if named and not known and not _agents_id(case, made):
            wrong = f"{made.call.method} was called with the ContactID {named!r}, which was never at the desk"
            yield about(made, wrong)


def saved_on_agent_event(case: Case) -> Iterator[Fact]:
    """Took the contact to save from an event of the agent."""
    for save in case.calls(SAVE):
        if _agents_id(case, save):
            named = save.text("ContactID") or "undefined"
            yield about(save, f"saveScript was called with {named!r}, taken from an event of the agent")


def no_callback(case: Case) -> Iterator[Fact]:
    """Never asked to hear of contacts."""
    seen = next((entry for entry in case.entries if isinstance(entry, ToolbarSeen)), None)
    if seen and not any(isinstance(entry, Bound) for entry in case.entries):
        yield Fact("the page loaded the toolbar and bound no callback", seen.at)


def callback_throws(case: Case) -> Iterator[Fact]:
    """Threw in a callback, or let the Promise of an async one be rejected."""
    for entry in case.entries:
        if not isinstance(entry, Thrown | Rejection) or entry.callback is None:
            continue
        if isinstance(entry, Rejection) and (entry.code or entry.prevented):
            continue
        where = f" at {entry.place}" if entry.place else ""
        wrong = f"callback {entry.callback} ended with {entry.name}{where} on {entry.event}"
        yield Fact(wrong, entry.at, entry.contact or "", case.ecid_of.get(entry.contact or "", ""))


def after_agent_event(case: Case, made: Made) -> bool:
    """Say whether the document has been given an event of the agent before a call."""
    return any(_is_agents(each, made) and place < made.place for place, each in case.deliveries)


def _ended(case: Case) -> set[str]:
    """Give the contacts whose after-call work the page ended, by ContactID or by ECID, as it named them."""
    return {made.contact or made.ecid for made in case.made if _ends(made)}


def _ends(made: Made) -> bool:
    """Say whether a call ended after-call work; one whose answer was lost with the document may have."""
    if made.rejected:
        return False
    offline_end = made.argument("offlineEnd")
    by_save = made.saves and offline_end is not None and offline_end.value is True
    return by_save or made.call.method == "CONTACT.OfflineEnd"


def _agents_id(case: Case, made: Made) -> bool:
    """Say whether a save names what an event of the agent has in the place of an id."""
    if not made.saves or not after_agent_event(case, made):
        return False
    contact = made.argument("ContactID")
    nothing = contact is None or contact.type in ("undefined", "null")
    return nothing or made.text("ContactID") in (*_NOTHING, case.service.operator)


def _is_agents(delivery: Delivery, made: Made) -> bool:
    return delivery.life == made.call.life and delivery.event in _AGENT_EVENTS
