"""The arguments of the ``TOOLBAR.EASYCIM`` methods, as pages pass them (contract section 3).

These models are more lenient than what crosses the wire where pages were seen to be sloppy and the meaning is plain
(a number as a label's value), and no more than that. Their members carry the contract's own names, so that an
error names what the page's author wrote.
"""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Self

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from toolbar_py.wire.base import (
    LABELS_MAX,
    ContactId,
    Ecid,
    LabelValue,
    Name,
    NoteText,
    OutcomeText,
)
from toolbar_py.wire.contacts import Label
from toolbar_py.wire.problems import error_from_validation


def _empty_is_not_given(value: Any) -> Any:
    return None if value == "" else value


def _none_is(default: Any) -> BeforeValidator:
    return BeforeValidator(lambda value: default if value is None else value)


def _scalar_as_text(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    return "" if value is None else value


class LabelArgument(BaseModel):
    """One label: ``name`` may be spelled ``key`` or ``label``, the value may be a number or a boolean."""

    model_config = ConfigDict(strict=True, frozen=True, hide_input_in_errors=True)

    name: Annotated[Name, Field(validation_alias=AliasChoices("name", "key", "label"))]
    value: Annotated[LabelValue, BeforeValidator(_scalar_as_text)] = ""

    def to_label(self) -> Label:
        """Give the label as it crosses the wire."""
        return Label(name=self.name, value=self.value)


class Arguments(BaseModel):
    """Positional arguments by their contract names; strict, because a guess about what a page meant can lose work."""

    model_config = ConfigDict(strict=True, frozen=True, hide_input_in_errors=True)

    _names: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        """Note the contract's names of the arguments, in order: they are looked at in every call."""
        cls._names = tuple(field.alias or name for name, field in cls.model_fields.items())

    @classmethod
    def parse(cls, values: Sequence[Any]) -> Self:
        """Validate what a page passed.

        Args:
            values: the positional arguments as plain JSON data; ``None`` is "not given", surplus ones are ignored as
                JavaScript does.

        Raises:
            ToolbarError: ``INVALID_ARGUMENT`` or ``TOO_LARGE``, naming the argument and what would be right.
        """
        try:
            return cls.model_validate(dict(zip(cls._names, values, strict=False)))
        except ValidationError as error:
            raise error_from_validation(error) from None


OptionalContactId = Annotated[ContactId | None, BeforeValidator(_empty_is_not_given)]
Flag = Annotated[bool, _none_is(False)]


class OpenScriptInboundArguments(Arguments):
    """``openScriptInbound(ContactID)``"""

    contact_id: Annotated[ContactId, Field(alias="ContactID")]


class OpenScriptArguments(Arguments):
    """``openScript(ContactID, ECID, isManual?)``"""

    contact_id: Annotated[OptionalContactId, Field(alias="ContactID")] = None
    ecid: Annotated[Ecid, Field(alias="ECID")]
    is_manual: Annotated[Flag, Field(alias="isManual")] = False


class GetContactInfoArguments(Arguments):
    """``getContactInfo(ContactID)``; an ECID will do."""

    contact_id: Annotated[ContactId, Field(alias="ContactID")]


class GetContactInfoWSArguments(Arguments):
    """``getContactInfoWS(ECID)``"""

    ecid: Annotated[Ecid, Field(alias="ECID")]


class SaveScriptArguments(Arguments):
    """``saveScript(ContactID, outcomeResult, offlineEnd, note, labels)``; an ECID will do for ContactID."""

    contact_id: Annotated[ContactId, Field(alias="ContactID")]
    outcome_result: Annotated[OutcomeText, Field(alias="outcomeResult")]
    offline_end: Annotated[Flag, Field(alias="offlineEnd")] = False
    note: Annotated[NoteText, _none_is("")] = ""
    labels: Annotated[list[LabelArgument], Field(max_length=LABELS_MAX), _none_is([])] = []
