"""Ids of contacts and events that no other run of a simulator has given, and that a repeated run gives again."""

import hashlib

_MARK = 12


class Numbering:
    """Numbers contacts for each operator apart, so that one's contacts do not shift another's ids.

    Args:
        run: what tells this run from every other on the same data, e.g. when it began in epoch ms.
    """

    def __init__(self, run: int) -> None:
        self._run = run
        self._contacts: dict[str, int] = {}
        self._marks: dict[str, str] = {}
        self._events: dict[str, tuple[str, int]] = {}

    def contact_id(self, agent: str) -> str:
        """Give the next ContactID of an operator."""
        number = self._contacts[agent] = self._contacts.get(agent, 0) + 1
        rest = f"{self._mark(agent)}@simulator.example"
        self._marks[rest] = agent
        contact_id = f"{number}-{rest}"
        self._events[contact_id] = (f"{self._mark(contact_id)}-{number:06}", 0)
        return contact_id

    def gave(self, contact_id: str) -> bool:
        """Say whether a ContactID is one of this run's."""
        number, _, rest = contact_id.partition("-")
        return number.isdecimal() and rest in self._marks and int(number) <= self._contacts[self._marks[rest]]

    def event_id(self, contact_id: str) -> str:
        """Give the next event id of a contact, also of one that an earlier run began."""
        begin, count = self._events.get(contact_id) or (f"{self._mark(contact_id)}-adopted", 0)
        self._events[contact_id] = (begin, count + 1)
        return f"{begin}-{count + 1:04}"

    def name(self, contact_id: str) -> str:
        """Give a name for a contact that a run gives it again which begins at another moment: whose, and which."""
        number, _, rest = contact_id.partition("-")
        return f"{self._marks[rest]}/{number}" if self.gave(contact_id) else contact_id

    def event_name(self, contact_id: str, event_id: str) -> str:
        """Give such a name for an event."""
        return f"{self.name(contact_id)}/{event_id.rpartition('-')[2]}"

    def forget(self, contact_id: str) -> None:
        """Give no more ids for a contact that is over."""
        self._events.pop(contact_id, None)

    def _mark(self, what: str) -> str:
        return hashlib.sha256(f"{self._run}/{what}".encode()).hexdigest()[:_MARK]
