"""CallData: merging and looking up; how text is read is tested with the service's fields."""

import pytest

from toolbar_py.wire.base import FIELDS_MAX
from toolbar_py.wire.calldata import merge, parse, value_of
from toolbar_py.wire.contacts import NameValue
from toolbar_py.wire.errors import InvalidArgumentError, TooLargeError


def pairs(entries: list[NameValue]) -> list[tuple[str, str]]:
    return [(entry.name, entry.value) for entry in entries]


def test_merging_keeps_places_and_takes_new_values() -> None:
    assert pairs(merge(parse("A=1;B=2"), parse("C=3;A=9"))) == [("A", "9"), ("B", "2"), ("C", "3")]


def test_merging_ends_at_the_bound() -> None:
    full = [NameValue(name=f"N{number}", value="") for number in range(FIELDS_MAX)]
    with pytest.raises(TooLargeError):
        merge(full, parse("ONE=more"))


def test_the_last_value_of_a_name_is_found() -> None:
    entries = [NameValue(name="A", value="1"), NameValue(name="A", value="2")]
    assert value_of(entries, "A") == "2"
    assert value_of(entries, "B") == ""


def test_what_is_refused_is_named_as_the_caller_knows_it() -> None:
    with pytest.raises(InvalidArgumentError) as refused:
        parse("just words", "CallData")
    assert "CallData" in str(refused.value.details["problems"])
