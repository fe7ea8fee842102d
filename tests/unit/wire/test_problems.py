"""What is said of values that a model refuses."""

import pytest
from pydantic import JsonValue, ValidationError

from toolbar_py.wire.actions import CtiReport
from toolbar_py.wire.problems import error_from_validation


def problems_of(event_id: str) -> JsonValue:
    report = {"eventId": event_id, "agent": "op1@demo", "contactId": "c1", "event": "POPUP", "at": 0}
    with pytest.raises(ValidationError) as refused:
        CtiReport.model_validate(report, strict=False)
    return error_from_validation(refused.value).details["problems"]


@pytest.mark.parametrize("event_id", ["x", "shortid10", "e" * 15])
def test_a_text_below_its_least_length_is_too_short_and_not_empty(event_id: str) -> None:
    assert problems_of(event_id) == [{"argument": "eventId", "problem": "short", "min": 16, "unit": "characters"}]


def test_a_text_that_is_not_there_is_empty_whatever_its_least_length() -> None:
    assert problems_of("") == [{"argument": "eventId", "problem": "empty"}]
