"""What has to hold when a scenario is over: contract sections 2 to 6, held against the service's database."""

import json
import sqlite3
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.faults.page import MadeCall, TabRecord, number_in
from toolbar_py.wire.phases import phase_after
from toolbar_py.wire.telephony import ContactEventName, Phase


@dataclass(frozen=True)
class Logged:
    """One event of the operator's log; without a word when it is none for pages."""

    number: int
    of_agent: bool
    event: dict[str, Any]


class Ledger:
    """Reads the service's database beside it."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def log(self, operator: str) -> list[Logged]:
        """Give the operator's events."""
        found = self._rows("SELECT number, event FROM desk_events WHERE operator = ? ORDER BY number", operator)
        read = [(number, json.loads(text)) for number, text in found]
        return [
            Logged(number, "contact" not in event, event.get("contact") or event.get("agent") or {})
            for number, event in read
        ]

    def last_number(self, operator: str) -> int:
        """Give the number of the operator's last event."""
        rows = self._rows("SELECT number FROM desks WHERE operator = ?", operator)
        return rows[0][0] if rows else 0

    def operations(self) -> Counter[str]:
        """Count the attempts of each save, by its key."""
        return Counter(key for (key,) in self._rows("SELECT operation_id FROM attempts"))

    def held(self) -> list[tuple[str, str]]:
        """Give every reservation: the ECID and who holds it."""
        return self._rows("SELECT ecid, holder FROM contacts WHERE holder IS NOT NULL")

    def sure_until(self, operator: str) -> int:
        """Give until when every reservation of the operator is sure, in epoch ms."""
        return self._rows("SELECT min(lease_until) FROM contacts WHERE holder = ?", operator)[0][0]

    def desk(self, operator: str) -> list[dict[str, Any]]:
        """Give the contacts at the operator's desk."""
        rows = self._rows("SELECT contact FROM desk_contacts WHERE operator = ? AND left_at IS NULL", operator)
        return [json.loads(text) for (text,) in rows]

    def _rows(self, statement: str, *values: str) -> list[Any]:
        with self._connection() as connection:
            return connection.execute(statement, values).fetchall()

    @contextmanager
    def _connection(self) -> Generator[sqlite3.Connection]:
        connection = sqlite3.connect(self._file)
        try:
            yield connection
        finally:
            connection.close()


def check_log(log: list[Logged], last: int) -> None:
    """The numbers have no gaps, and every contact has a life that a contact can have."""
    assert [event.number for event in log] == list(range(1, last + 1)), "the numbers have gaps"
    phases: dict[str, Phase | None] = {}
    over: set[str] = set()
    for each in log:
        if each.of_agent:
            continue
        contact_id = each.event["id"]
        assert contact_id not in over, f"{contact_id} comes again after its DELETE"
        phase = phases[contact_id] = phase_after(phases.get(contact_id), ContactEventName(each.event["event"]))
        if phase is None:
            over.add(contact_id)


def check_told(record: TabRecord, log: list[Logged]) -> None:
    """A tab was told every event of a contact since its place began: in order, none twice, none missing."""
    if record.since is None:
        assert not record.told, f"{record.name} was told events without a place"
        return
    assert not any(told.get("resync") for told in record.connections), f"{record.name} lost its place"
    until = number_in(record.place)
    expected = [each.number for each in log if not each.of_agent and record.since < each.number <= until]
    told = [each.number for each in record.told if not each.of_agent]
    assert told == expected, f"{record.name} was told {_difference(told, expected)}"
    by_number = {each.number: each for each in log}
    for each in record.told:
        logged = by_number[each.number]
        assert logged.of_agent == each.of_agent, f"{record.name}: number {each.number} is another event"
        assert logged.event.get("event") == each.event["event"], f"{record.name}: number {each.number} is another event"
    of_agent = [each.number for each in record.told if each.of_agent]
    assert of_agent == sorted(set(of_agent)), f"{record.name} was told agent's events {of_agent}"


def check_leases(record: TabRecord, sure_until: int, now: int) -> None:
    """A tab that listens was told that the reservations are sure, and never that they are surer than they are."""
    told = record.leases
    assert told == sorted(told), f"{record.name} was told of leases that became shorter: {told}"
    assert now < told[-1] <= sure_until, (
        f"at {now} {record.name} takes for sure until {told[-1]} what is until {sure_until}"
    )


def check_saves(calls: list[MadeCall], attempts: Counter[str]) -> None:
    """A save that was answered is there once; one that was rejected for sure is not; none is there twice."""
    for call in calls:
        if call.method != "EASYCIM.saveScript":
            continue
        times = attempts[call.key]
        assert times <= 1, f"the save {call} is there {times} times"
        if call.answer is None:
            continue
        ok, value = call.answer
        if ok:
            assert value["result"] is True
            assert value["delivered"] is True
            assert times == 1, f"the save {call} was answered, and is not there"
        elif value["outcomeKnown"]:
            assert times == 0, f"the save {call} was rejected for sure, and is there"
    keys = {call.key for call in calls}
    unknown = [key for key in attempts if key not in keys]
    assert not unknown, f"nobody asked for the saves {unknown}"


def check_calls(calls: list[MadeCall]) -> None:
    """Every call was settled by its deadline."""
    late = [call for call in calls if call.overdue]
    assert not late, f"not settled by the deadline: {late}"


def check_desk(name: str, contacts: list[dict[str, Any]], desk: list[dict[str, Any]]) -> None:
    """What a tab says is at the desk is what the service has there."""
    expected = sorted((each["event"]["id"], each["event"]["event"]) for each in desk)
    found = sorted((each["id"], each["event"]) for each in contacts)
    assert found == expected, f"{name} says {found}, the service {expected}"


def _difference(told: list[int], expected: list[int]) -> str:
    twice = [number for number, times in Counter(told).items() if times > 1]
    missing = [number for number in expected if number not in told]
    extra = [number for number in told if number not in expected]
    return f"twice: {twice}, not: {missing}, unasked: {extra}, in the order {told}"
