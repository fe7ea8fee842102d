"""Matching outcomes, and what they lead to (contract section 3)."""

import pytest

from toolbar_py.service.domain.outcomes import (
    BUILT_IN,
    MAX_RETRY,
    OutcomeRule,
    RetryRule,
    consequence,
    match_outcome,
)
from toolbar_py.wire.contacts import Outcome, OutcomeKind
from toolbar_py.wire.errors import UnknownOutcomeError

NOW = 1_000_000


def rule(code: str, label: str, *, retry: RetryRule | None = None) -> OutcomeRule:
    kind = OutcomeKind.PARTIAL if retry else OutcomeKind.POSITIVE
    return OutcomeRule(Outcome(code=code, label=label, kind=kind, final=retry is None), retry)


@pytest.mark.parametrize(
    "text", ["NO_ANSWER_BY_AGENT", "no_answer_by_agent", "  No_Answer_By_Agent ", "Libero", "LIBERO "]
)
def test_an_outcome_is_found_by_code_or_label_whatever_its_case_and_space(text: str) -> None:
    assert match_outcome(text, BUILT_IN).outcome.code == "NO_ANSWER_BY_AGENT"


def test_a_code_goes_before_another_outcomes_label() -> None:
    rules = [rule("A", "B"), rule("B", "A")]
    assert match_outcome("b", rules).outcome.code == "B"


def test_an_unknown_outcome_is_refused_with_what_is_allowed() -> None:
    with pytest.raises(UnknownOutcomeError) as caught:
        match_outcome("nope", [rule("A", "Alfa")])
    assert caught.value.details == {"outcome": "nope", "allowed": [{"code": "A", "label": "Alfa"}]}


def test_the_built_in_outcomes_are_those_of_the_contract() -> None:
    assert [(each.outcome.code, each.outcome.kind.value, each.outcome.final) for each in BUILT_IN] == [
        ("NO_ANSWER_BY_AGENT", "PARTIAL", False),
        ("BUSY_BY_AGENT", "PARTIAL", False),
        ("ANSWERING_MACHINE_BY_AGENT", "PARTIAL", False),
        ("FAX_BY_AGENT", "PARTIAL", False),
        ("APP1", "APPOINTMENT", False),
        ("APP3", "APPOINTMENT", False),
        ("WRONG_NUMBER_BY_AGENT", "NOT_USEFUL", True),
        ("POSITIVE", "POSITIVE", True),
        ("NEGATIVE", "NEGATIVE", True),
    ]


def test_every_outcome_that_does_not_close_has_a_retry_rule() -> None:
    assert all(each.outcome.final or each.retry for each in BUILT_IN)


def test_a_final_outcome_closes_with_its_code() -> None:
    follows = consequence(rule("A", "Alfa"), 0, NOW)
    assert (follows.close_reason, follows.due_at) == ("A", None)


def test_an_outcome_that_is_not_final_makes_the_ecid_due_after_its_delay() -> None:
    follows = consequence(rule("A", "Alfa", retry=RetryRule(5_000, 3)), 1, NOW)
    assert (follows.close_reason, follows.due_at) == (None, NOW + 5_000)


def test_the_last_allowed_attempt_closes_the_ecid() -> None:
    follows = consequence(rule("A", "Alfa", retry=RetryRule(5_000, 3)), 2, NOW)
    assert (follows.close_reason, follows.due_at) == (MAX_RETRY, None)
