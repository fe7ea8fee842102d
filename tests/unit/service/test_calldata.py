"""CallData as fields."""

import pytest

from toolbar_py.service.domain.calldata import fields_from_call_data
from toolbar_py.wire.errors import InvalidArgumentError, TooLargeError


def pairs(text: str) -> list[tuple[str, str]]:
    return [(field.field_name, field.value) for field in fields_from_call_data(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" ; ;", []),
        ("A=1;B=2", [("A", "1"), ("B", "2")]),
        ("A=1;B=2;", [("A", "1"), ("B", "2")]),
        (" A =1", [("A", "1")]),
        ("A=x=y", [("A", "x=y")]),
        ("A=", [("A", "")]),
    ],
)
def test_pairs_become_fields_in_their_order(text: str, expected: list[tuple[str, str]]) -> None:
    assert pairs(text) == expected


def test_of_a_name_that_comes_twice_the_last_value_counts() -> None:
    assert pairs("A=1;B=2;A=3") == [("B", "2"), ("A", "3")]


def test_a_part_without_equals_belongs_to_the_value_before_it() -> None:
    assert pairs("NAME=Rossi; Mario;B=2") == [("NAME", "Rossi; Mario"), ("B", "2")]


def test_a_field_is_its_own_key_code() -> None:
    assert fields_from_call_data("A=1")[0].categorized_field_key_code == "A"


@pytest.mark.parametrize("text", ["hello", "=1", "A=1;=2", "A\x01=1"])
def test_what_is_no_call_data_is_refused(text: str) -> None:
    with pytest.raises(InvalidArgumentError):
        fields_from_call_data(text)


def test_more_fields_than_a_contact_may_have_are_refused() -> None:
    with pytest.raises(TooLargeError):
        fields_from_call_data(";".join(f"a{i}=1" for i in range(201)))


def test_a_value_that_is_too_long_is_refused_without_being_repeated() -> None:
    with pytest.raises(TooLargeError) as caught:
        fields_from_call_data("A=" + "s3cret" * 400)
    assert "s3cret" not in str(caught.value.details)
