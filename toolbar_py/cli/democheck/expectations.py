"""What an answer has to be: JSON as it should look, with rules in the places that vary."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from pydantic import JsonValue


@dataclass(frozen=True, slots=True)
class Rule:
    """Stands where an answer varies.

    Args:
        words: what is expected, for the report.
        holds: says whether a value is right.
    """

    words: str
    holds: Callable[[JsonValue], bool]


Expected: TypeAlias = "str | int | bool | Rule | Sequence[Expected] | Mapping[str, Expected]"

ABSENT = Rule("left out", lambda _: False)
"""For a member that must not be there at all."""


SOME_TEXT = Rule("a text that is not empty", lambda value: isinstance(value, str) and value != "")


def number_from(lowest: int) -> Rule:
    """Expect a number that is not below ``lowest``."""

    def holds(value: JsonValue) -> bool:
        return isinstance(value, int | float) and not isinstance(value, bool) and value >= lowest

    return Rule(f"a number from {lowest}", holds)


def text_with(part: str) -> Rule:
    """Expect a text that contains ``part``."""
    return Rule(f"a text with {json.dumps(part)}", lambda value: isinstance(value, str) and part in value)


def list_with(entry: Expected) -> Rule:
    """Expect a list in which one entry at least is as given."""

    def holds(value: JsonValue) -> bool:
        return isinstance(value, list) and any(not differences(entry, each) for each in value)

    return Rule(f"a list with {_words(entry)}", holds)


def differences(expected: Expected, found: JsonValue, path: str = "") -> list[str]:
    """Compare an answer with what it has to be.

    Args:
        expected: of an object the members that matter; of a list every entry.
        path: where in the answer this is.

    Returns:
        a line for each difference; none when the answer is right.
    """
    where = path or "the answer"
    if isinstance(expected, Rule):
        right = expected.holds(found)
    elif isinstance(expected, Mapping):
        if isinstance(found, dict):
            return [line for name in expected for line in _member(expected[name], found, name, path)]
        right = False
    elif isinstance(expected, Sequence) and not isinstance(expected, str):
        if isinstance(found, list) and len(found) == len(expected):
            pairs = enumerate(zip(expected, found, strict=True))
            return [line for at, (each, value) in pairs for line in differences(each, value, f"{path}[{at}]")]
        right = False
    else:
        right = type(found) is type(expected) and found == expected
    return [] if right else [f"{where}: expected {_words(expected)}, got {json.dumps(found, ensure_ascii=False)}"]


def _member(expected: Expected, found: dict[str, JsonValue], name: str, path: str) -> list[str]:
    inner = f"{path}.{name}" if path else name
    if name in found:
        return differences(expected, found[name], inner)
    return [] if expected is ABSENT else [f"{inner}: expected {_words(expected)}, got nothing"]


def _words(expected: Expected) -> str:
    return (
        expected.words if isinstance(expected, Rule) else json.dumps(expected, ensure_ascii=False, default=_rule_words)
    )


def _rule_words(value: object) -> str:
    return value.words if isinstance(value, Rule) else str(value)
