"""Any sequence of opening, saving, repeating and waiting, against a reference model of a dozen lines.

Runs twice: on the pure rules, and on the real SQLite store, which has to agree with them.
"""

import tempfile
from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import Connection, select

from toolbar_py.service.accounts import new_operator
from toolbar_py.service.domain.outcomes import (
    BUILT_IN,
    OutcomeRule,
    RetryRule,
    consequence,
    match_outcome,
)
from toolbar_py.service.domain.reservation import Access, Reservation, access, may_reserve, save_refusal
from toolbar_py.service.store import migrate
from toolbar_py.service.store.activities import Activities
from toolbar_py.service.store.base import (
    Caller,
    ImportRow,
    MacroActivityRecord,
    OpenCommand,
    OperatorRecord,
    Role,
    SaveCommand,
)
from toolbar_py.service.store.database import Database
from toolbar_py.service.store.dialect import SqliteDialect
from toolbar_py.service.store.importing import Importing
from toolbar_py.service.store.opening import Opening
from toolbar_py.service.store.operators import add_operators
from toolbar_py.service.store.saving import Saving
from toolbar_py.service.store.tables import attempts
from toolbar_py.wire.contacts import ImportedContact, Outcome, OutcomeKind
from toolbar_py.wire.errors import ToolbarError
from toolbar_py.wire.scripts import SavedScript

LEASE_MS = 1_000
RETRIES = 3
ECIDS = ("a|1", "a|2")
# The last may not save what it did not reserve.
OPERATORS = ("ann", "bob", "careful")
OUTCOMES = ("AGAIN", "again later ", "POSITIVE", "nonsense")

AGAIN = OutcomeRule(
    Outcome(code="AGAIN", label="Again later", kind=OutcomeKind.PARTIAL, final=False), RetryRule(500, RETRIES)
)


@dataclass(frozen=True)
class Save:
    """One save; the same key with the same content is a repetition."""

    operator: str
    key: str
    ecid: str
    outcome: str
    note: str


class System(ABC):
    """What is under test. Both calls give what happened in a few words."""

    @abstractmethod
    def open(self, operator: str, ecid: str, now: int) -> str: ...

    @abstractmethod
    def save(self, save: Save, now: int) -> str: ...

    @abstractmethod
    def attempts(self, ecid: str) -> int: ...

    @abstractmethod
    def close(self) -> None: ...


class PureRules(System):
    """The domain's functions on plain dictionaries."""

    def __init__(self) -> None:
        self._reservations = {ecid: Reservation() for ecid in ECIDS}
        self._attempts: dict[str, list[str]] = {ecid: [] for ecid in ECIDS}
        self._saves: dict[tuple[str, str], tuple[Save, str]] = {}

    def open(self, operator: str, ecid: str, now: int) -> str:
        found = self._reservations[ecid]
        if not may_reserve(found, operator, now):
            return access(found, operator).value
        self._reservations[ecid] = Reservation(operator, now + LEASE_MS, found.fence + 1)
        return Access.WRITE.value

    def save(self, save: Save, now: int) -> str:
        before = self._saves.get((save.operator, save.key))
        if before is not None:
            return before[1] if before[0] == save else "CONFLICT"
        try:
            chosen = match_outcome(save.outcome, [*BUILT_IN, AGAIN])
        except ToolbarError as error:
            return error.code.value
        found = self._reservations[save.ecid]
        refusal = save_refusal(save.ecid, found, save.operator, now, unreserved=save.operator != "careful")
        if refusal is not None:
            return refusal.code.value
        done = self._attempts[save.ecid]
        follows = consequence(chosen, done.count(chosen.outcome.code), now)
        done.append(chosen.outcome.code)
        self._reservations[save.ecid] = Reservation(fence=found.fence, close_reason=follows.close_reason)
        answer = f"{save.key} {chosen.outcome.code} {follows.close_reason is not None}"
        self._saves[save.operator, save.key] = (save, answer)
        return answer

    def attempts(self, ecid: str) -> int:
        return len(self._attempts[ecid])

    def close(self) -> None:
        self._attempts.clear()


class SqliteStore(System):
    """The real statements on a real file."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        path = Path(self._folder.name) / "easycim.sqlite3"
        path.write_bytes(_filled_database())
        dialect = SqliteDialect(path)
        dialect.prepare()
        self._database = Database(dialect)
        activities = Activities(dialect, lambda: 0)
        self._opening = Opening(dialect, activities, LEASE_MS)
        self._saving = Saving(activities)

    def open(self, operator: str, ecid: str, now: int) -> str:
        command = OpenCommand(Caller(operator, "s"), ecid, None, is_manual=False)
        return self._database.write_now(lambda c: self._opening.open_script(c, command, now)).access.value

    def save(self, save: Save, now: int) -> str:
        command = SaveCommand(
            caller=Caller(save.operator, "s"),
            key=save.key,
            content_hash=repr(save),
            contact_id=None,
            ecid=save.ecid,
            outcome=save.outcome,
            offline_end=False,
            note=save.note,
            labels=[],
        )
        try:
            text = self._database.write_now(lambda c: self._saving.save_script(c, command, now)).text
        except ToolbarError as error:
            return error.code.value
        answer = SavedScript.model_validate_json(text).answer
        return f"{answer.operation_id} {answer.outcome} {answer.terminated}"

    def attempts(self, ecid: str) -> int:
        statement = select(attempts).where(attempts.c.ecid == ecid)
        return self._database.write_now(lambda c: len(c.execute(statement).all()))

    def close(self) -> None:
        self._database.close()
        self._folder.cleanup()


@cache
def _filled_database() -> bytes:
    """Give the file every example begins with; migrating anew each time would take most of the time."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "easycim.sqlite3"
        dialect = SqliteDialect(path)
        dialect.prepare()
        database = Database(dialect)

        def fill(connection: Connection) -> None:
            migrate.migrate(connection, dialect)
            activities = Activities(dialect, lambda: 0)
            activities.add(connection, MacroActivityRecord("DEFAULT", "Default", own_outcomes=[AGAIN]))
            add_operators(connection, dialect, [_profile(name) for name in OPERATORS])
            rows = [ImportRow(at, ImportedContact(ecid=ecid)) for at, ecid in enumerate(ECIDS)]
            Importing(dialect).import_rows(connection, "DEFAULT", "", rows, 0)

        database.write_now(fill)
        database.close()
        return path.read_bytes()


@dataclass
class Model:
    """What the contract says, as plainly as it can be said."""

    holder: str | None = None
    lease_until: int = 0
    closed: bool = False
    again: int = 0
    attempts: int = 0


@dataclass
class Expected:
    """The model of all ECIDs and of the answers that were given."""

    ecids: dict[str, Model] = field(default_factory=lambda: {ecid: Model() for ecid in ECIDS})
    answers: dict[tuple[str, str], tuple[Save, str]] = field(default_factory=dict[tuple[str, str], tuple[Save, str]])

    def open(self, operator: str, ecid: str, now: int) -> str:
        model = self.ecids[ecid]
        if model.closed:
            return "terminated"
        if model.holder not in (None, operator) and now <= model.lease_until:
            return "read-only"
        model.holder, model.lease_until = operator, now + LEASE_MS
        return "write"

    def save(self, save: Save, now: int) -> str:
        if (save.operator, save.key) in self.answers:
            known, answer = self.answers[save.operator, save.key]
            return answer if known == save else "CONFLICT"
        model = self.ecids[save.ecid]
        if save.outcome == "nonsense":
            return "UNKNOWN_OUTCOME"
        if model.closed:
            return "TERMINATED"
        if model.holder != save.operator:
            if model.holder is not None and now <= model.lease_until:
                return "RESERVED_BY_OTHER"
            if save.operator == "careful":
                return "NOT_RESERVED"
        code = "POSITIVE" if save.outcome == "POSITIVE" else "AGAIN"
        model.again += code == "AGAIN"
        model.closed = code == "POSITIVE" or model.again == RETRIES
        model.holder = None
        model.attempts += 1
        answer = f"{save.key} {code} {model.closed}"
        self.answers[save.operator, save.key] = (save, answer)
        return answer


class Machine(RuleBasedStateMachine):
    """Does anything in any order."""

    system: System
    expected: Expected
    now: int

    def make(self) -> System:
        """Give the system under test."""
        raise NotImplementedError

    @initialize()
    def begin(self) -> None:
        self.system = self.make()
        self.expected = Expected()
        self.now = 1_000_000

    def teardown(self) -> None:
        if hasattr(self, "system"):
            self.system.close()

    @rule(ms=st.sampled_from([0, 1, LEASE_MS - 1, LEASE_MS, LEASE_MS + 1]))
    def wait(self, ms: int) -> None:
        self.now += ms

    @rule(operator=st.sampled_from(OPERATORS), ecid=st.sampled_from(ECIDS))
    def open(self, operator: str, ecid: str) -> None:
        assert self.system.open(operator, ecid, self.now) == self.expected.open(operator, ecid, self.now)

    @rule(
        operator=st.sampled_from(OPERATORS),
        key=st.sampled_from(("k1", "k2", "k3", "k4", "k5")),
        ecid=st.sampled_from(ECIDS),
        outcome=st.sampled_from(OUTCOMES),
        note=st.sampled_from(("", "note")),
    )
    def save(self, operator: str, key: str, ecid: str, outcome: str, note: str) -> None:
        save = Save(operator, key, ecid, outcome, note)
        assert self.system.save(save, self.now) == self.expected.save(save, self.now)

    @invariant()
    def every_effect_happened_once(self) -> None:
        if hasattr(self, "system"):
            for ecid, model in self.expected.ecids.items():
                assert self.system.attempts(ecid) == model.attempts


class PureMachine(Machine):
    """The pure rules."""

    def make(self) -> System:
        return PureRules()


class SqliteMachine(Machine):
    """The real store."""

    def make(self) -> System:
        return SqliteStore()


def _profile(name: str) -> OperatorRecord:
    return replace(new_operator(name, Role.OPERATOR), save_without_reservation=name != "careful")


PureMachine.TestCase.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
SqliteMachine.TestCase.settings = settings(
    max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)

TestPureRules = PureMachine.TestCase
TestSqliteStore = SqliteMachine.TestCase
