"""Macro activities and their outcomes in the database."""

from collections.abc import Sequence

from sqlalchemy import Connection, RowMapping, bindparam, func, insert, select

from toolbar_py.service.domain.outcomes import BUILT_IN, OutcomeRule, RetryRule
from toolbar_py.service.store.base import Clock, MacroActivityRecord, UnknownMacroActivityError
from toolbar_py.service.store.dialect import Dialect
from toolbar_py.service.store.tables import macro_activities, outcomes
from toolbar_py.wire.contacts import Outcome, OutcomeKind
from toolbar_py.wire.profile import MacroActivityOutcomes

DEFAULT = MacroActivityRecord(code="DEFAULT", name="Default", ecid_prefix="easycim|1|1")
"""The macro activity that is always there: where inbound contacts go unless a profile says otherwise."""

_FRESH_MS = 30_000

_OUTCOMES = select(outcomes).where(outcomes.c.macro_activity == bindparam("code")).order_by(outcomes.c.position)
_CODES = select(macro_activities.c.code).order_by(macro_activities.c.code)
_EXISTS = select(macro_activities.c.code).where(macro_activities.c.code == bindparam("code"))


class Activities:
    """Knows the outcomes of macro activities, which nearly every request needs and which hardly ever change.

    Args:
        clock: to look again after half a minute, in case another process changed them.
    """

    def __init__(self, dialect: Dialect, clock: Clock) -> None:
        self._dialect = dialect
        self._clock = clock
        self._known: dict[str, tuple[int, Sequence[OutcomeRule]]] = {}

    def rules(self, connection: Connection, code: str) -> Sequence[OutcomeRule]:
        """Give the outcomes of a macro activity with their retry rules, in their order."""
        now = self._clock()
        known = self._known.get(code)
        if known is not None and known[0] > now:
            return known[1]
        rules = [_rule(row) for row in connection.execute(_OUTCOMES, {"code": code}).mappings()]
        self._known[code] = (now + _FRESH_MS, rules)
        return rules

    def all(self, connection: Connection) -> list[MacroActivityOutcomes]:
        """Give every macro activity with its outcomes."""
        codes = connection.execute(_CODES).scalars().all()
        return [
            MacroActivityOutcomes(macro_activity=code, outcomes=[rule.outcome for rule in self.rules(connection, code)])
            for code in codes
        ]

    def require(self, connection: Connection, code: str) -> None:
        """Make sure that a macro activity exists.

        Raises:
            UnknownMacroActivityError: it does not.
        """
        if connection.execute(_EXISTS, {"code": code}).first() is None:
            raise UnknownMacroActivityError(code, connection.execute(_CODES).scalars().all())

    def add(self, connection: Connection, activity: MacroActivityRecord) -> bool:
        """Create a macro activity with the built-in outcomes and its own; gives False when it exists already."""
        prefix = activity.ecid_prefix or f"easycim|1|{self._next_prefix(connection)}"
        row = {
            "code": activity.code,
            "name": activity.name,
            "ecid_prefix": prefix,
            "last_number": 0,
            "active": True,
        }
        added = connection.execute(
            self._dialect.insert(macro_activities).on_conflict_do_nothing().returning(macro_activities.c.code), row
        ).first()
        if added is None:
            return False
        rules = [*BUILT_IN, *activity.own_outcomes]
        connection.execute(insert(outcomes), [_row(activity.code, at, rule) for at, rule in enumerate(rules)])
        self._known.pop(activity.code, None)
        return True

    def _next_prefix(self, connection: Connection) -> int:
        return connection.execute(select(func.count()).select_from(macro_activities)).scalar_one() + 1


def _rule(row: RowMapping) -> OutcomeRule:
    outcome = Outcome(code=row["code"], label=row["label"], kind=OutcomeKind(row["kind"]), final=row["final"])
    if row["retry_maximum"] is None:
        return OutcomeRule(outcome)
    return OutcomeRule(outcome, RetryRule(row["retry_delay_ms"], row["retry_maximum"]))


def _row(code: str, position: int, rule: OutcomeRule) -> dict[str, object]:
    return {
        "macro_activity": code,
        "code": rule.outcome.code,
        "position": position,
        "label": rule.outcome.label,
        "kind": rule.outcome.kind.value,
        "final": rule.outcome.final,
        "retry_delay_ms": rule.retry.delay_ms if rule.retry else None,
        "retry_maximum": rule.retry.maximum if rule.retry else None,
    }
