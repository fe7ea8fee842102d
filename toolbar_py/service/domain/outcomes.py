"""Outcomes ("esiti"): the built-in ones, how a page's text is matched, and what a saved one leads to (section 3)."""

from collections.abc import Iterable
from dataclasses import dataclass

from toolbar_py.wire.contacts import Outcome, OutcomeKind
from toolbar_py.wire.errors import UnknownOutcomeError

MAX_RETRY = "MAX_RETRY"
"""Why an ECID is closed that was tried as often as its macro activity allows."""

_MINUTE_MS = 60_000
_HOUR_MS = 60 * _MINUTE_MS


@dataclass(frozen=True, slots=True)
class RetryRule:
    """When an ECID is due again after an outcome that does not close it.

    Args:
        delay_ms: how long to wait before the next attempt.
        maximum: how many attempts may end with this outcome; the last of them closes the ECID.
    """

    delay_ms: int
    maximum: int


@dataclass(frozen=True, slots=True)
class OutcomeRule:
    """An outcome of a macro activity and its retry rule; final ones need none."""

    outcome: Outcome
    retry: RetryRule | None = None


@dataclass(frozen=True, slots=True)
class Consequence:
    """What a saved outcome does to its ECID: one of the two is given.

    Args:
        due_at: epoch ms from which it may be worked again.
        close_reason: why it is closed for good.
    """

    due_at: int | None = None
    close_reason: str | None = None


def _partial(code: str, label: str, delay_ms: int, maximum: int) -> OutcomeRule:
    outcome = Outcome(code=code, label=label, kind=OutcomeKind.PARTIAL, final=False)
    return OutcomeRule(outcome, RetryRule(delay_ms, maximum))


def _appointment(code: str, label: str) -> OutcomeRule:
    outcome = Outcome(code=code, label=label, kind=OutcomeKind.APPOINTMENT, final=False)
    return OutcomeRule(outcome, RetryRule(24 * _HOUR_MS, 20))


def _final(code: str, label: str, kind: OutcomeKind) -> OutcomeRule:
    return OutcomeRule(Outcome(code=code, label=label, kind=kind, final=True))


BUILT_IN: tuple[OutcomeRule, ...] = (
    _partial("NO_ANSWER_BY_AGENT", "Libero", _HOUR_MS, 10),
    _partial("BUSY_BY_AGENT", "Occupato", 15 * _MINUTE_MS, 10),
    _partial("ANSWERING_MACHINE_BY_AGENT", "Segreteria", 4 * _HOUR_MS, 10),
    _partial("FAX_BY_AGENT", "Fax", 24 * _HOUR_MS, 3),
    _appointment("APP1", "Appuntamento telefonico personale"),
    _appointment("APP3", "Appuntamento telefonico di gruppo"),
    _final("WRONG_NUMBER_BY_AGENT", "Numero errato", OutcomeKind.NOT_USEFUL),
    _final("POSITIVE", "Positivo", OutcomeKind.POSITIVE),
    _final("NEGATIVE", "Negativo", OutcomeKind.NEGATIVE),
)
"""The outcomes every macro activity has (contract section 3)."""


def match_outcome(text: str, rules: Iterable[OutcomeRule]) -> OutcomeRule:
    """Find the outcome a page means: by code, then by label, ignoring case and surrounding space.

    Raises:
        UnknownOutcomeError: listing what is allowed.
    """
    allowed = list(rules)
    wanted = text.strip().casefold()
    for rule in allowed:
        if rule.outcome.code.strip().casefold() == wanted:
            return rule
    for rule in allowed:
        if rule.outcome.label.strip().casefold() == wanted:
            return rule
    raise UnknownOutcomeError(
        outcome=text, allowed=[{"code": rule.outcome.code, "label": rule.outcome.label} for rule in allowed]
    )


def consequence(rule: OutcomeRule, earlier: int, now: int) -> Consequence:
    """Decide what a saved outcome leads to.

    Args:
        earlier: how many attempts of the ECID ended with this outcome before.
        now: epoch ms.
    """
    if rule.outcome.final:
        return Consequence(close_reason=rule.outcome.code)
    if rule.retry is None:
        return Consequence(due_at=now)
    if earlier + 1 >= rule.retry.maximum:
        return Consequence(close_reason=MAX_RETRY)
    return Consequence(due_at=now + rule.retry.delay_ms)
