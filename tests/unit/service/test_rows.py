"""What the rows of an import mean."""

import pytest

from toolbar_py.service.domain.rows import Columns, contact_from_json, delimiter_of
from toolbar_py.wire.errors import InvalidArgumentError, TooLargeError, ToolbarError


def problems(error: ToolbarError) -> list[object]:
    found = error.details["problems"]
    assert isinstance(found, list)
    return list(found)


@pytest.mark.parametrize(("header", "delimiter"), [("a,b,c", ","), ("a;b;c", ";"), ("a\tb", "\t"), ("a", ",")])
def test_the_delimiter_is_what_the_header_has_most_of(header: str, delimiter: str) -> None:
    assert delimiter_of(header) == delimiter


def test_own_columns_are_recognised_and_the_others_are_fields() -> None:
    contact = Columns(["ECID", "PhoneNumber", "Campaign", "nome"]).contact(["a|1", " 333 ", "C", "Anna"])
    assert (contact.ecid, contact.phone_number, contact.campaign) == ("a|1", "333", "C")
    assert [(field.field_name, field.value) for field in contact.fields] == [("nome", "Anna")]


def test_an_empty_ecid_asks_for_a_generated_one() -> None:
    assert Columns(["ecid"]).contact([" "]).ecid is None


def test_a_row_of_another_length_is_refused() -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        Columns(["ecid", "nome"]).contact(["a|1"])
    assert problems(caught.value) == [{"argument": "row", "problem": "rule", "reason": "1 cells instead of 2"}]


def test_a_bad_cell_is_named_by_its_column() -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        Columns(["ecid", "nome"]).contact(["a|1", "nul\x00"])
    assert problems(caught.value) == [{"argument": "nome", "problem": "characters"}]


def test_a_cell_that_is_too_long_is_named_by_its_column() -> None:
    with pytest.raises(TooLargeError) as caught:
        Columns(["ecid", "nome"]).contact(["a|1", "x" * 2_001])
    assert caught.value.details == {"argument": "nome", "max": 2_000, "unit": "characters"}


@pytest.mark.parametrize("header", [["ecid", ""], ["nome", "nome"], ["ecid", "ECID"]])
def test_columns_need_names_of_their_own(header: list[str]) -> None:
    with pytest.raises(InvalidArgumentError):
        Columns(header)


def test_more_columns_than_a_contact_has_fields_are_refused() -> None:
    with pytest.raises(TooLargeError):
        Columns([f"c{i}" for i in range(204)])


def test_an_object_becomes_a_contact() -> None:
    fields = [{"fieldName": "nome", "categorizedFieldKeyCode": "N", "value": "Anna"}]
    contact = contact_from_json({"ecid": "a|1", "phoneNumber": "333", "fields": fields})
    assert contact.fields[0].categorized_field_key_code == "N"


@pytest.mark.parametrize("value", ["text", 5, None, [], {"ecid": 5}, {"ecid": " "}, {"nome": "x"}])
def test_what_is_no_contact_is_refused(value: object) -> None:
    with pytest.raises(InvalidArgumentError):
        contact_from_json(value)
