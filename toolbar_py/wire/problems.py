"""Turn pydantic's validation errors into the contract's ``INVALID_ARGUMENT`` and ``TOO_LARGE``.

``details.problems`` is a list of ``{argument, problem, ...}``: *argument* is the path as the caller knows it
(``labels[2].name``), *problem* one of the words below, the rest what would be right. No value that was passed is
ever repeated: notes and CallData can hold a customer's words or a password (contract section 4).

=============  =====================================================  ============
problem        meaning                                                beside it
=============  =====================================================  ============
``missing``    not given, and needed
``type``       of another type                                        ``expected``
``empty``      given, but empty or only white space
``characters`` holds characters that are not allowed there
``choice``     not one of the possible values                         ``allowed``
``range``      a number too small or too large                        ``min``/``max``
``short``      not empty, but shorter than needed                     ``min, unit``
``length``     longer than allowed (beside other problems)            ``max, unit``
``unknown``    no such member
``json``       not JSON at all                                        ``reason``
``rule``       breaks a rule of its own                               ``reason``
=============  =====================================================  ============
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import JsonValue, ValidationError
from pydantic_core import ErrorDetails

from toolbar_py.wire.errors import InvalidArgumentError, TooLargeError, ToolbarError

# How many problems one error lists. The rest would only be more of the same.
PROBLEMS_MAX = 20

_EXPECTED = {
    "string_type": "text",
    "bool_type": "boolean",
    "int_type": "integer",
    "int_from_float": "integer",
    "float_type": "number",
    "list_type": "list",
    "dict_type": "object",
    "model_type": "object",
    "model_attributes_type": "object",
}
_RANGE = {"greater_than_equal": "ge", "greater_than": "gt", "less_than_equal": "le", "less_than": "lt"}


def error_from_validation(error: ValidationError) -> ToolbarError:
    """Give the contract's error for what pydantic refused.

    Args:
        error: as raised by ``Model.model_validate`` and its kin.

    Returns:
        a :class:`TooLargeError` when the only thing wrong is a length, else an :class:`InvalidArgumentError`.
    """
    return error_from_details(error.errors(include_url=False))


def error_from_details(errors: Iterable[ErrorDetails | Mapping[str, Any]], *, skip: int = 0) -> ToolbarError:
    """The same, from pydantic's list of errors.

    Args:
        errors: pydantic's (or FastAPI's) error dictionaries.
        skip: how many leading parts of each path to drop (FastAPI's begin with ``"body"``).
    """
    found = list(errors)
    lengths = [e for e in found if e["type"] in ("string_too_long", "too_long")]
    if lengths and len(lengths) == len(found):
        first = lengths[0]
        context: Mapping[str, Any] = first.get("ctx") or {}
        return TooLargeError(
            argument=argument_path(first["loc"][skip:]),
            max=context.get("max_length"),
            unit=_unit(first["type"]),
        )
    problems: list[JsonValue] = [_problem(e, skip) for e in found[:PROBLEMS_MAX]]
    return InvalidArgumentError(problems=problems)


def argument_path(location: Sequence[int | str]) -> str:
    """Write a pydantic location as a JavaScript programmer would: ``("labels", 2, "name")`` is ``labels[2].name``."""
    path = ""
    for part in location:
        if isinstance(part, int):
            path += f"[{part}]"
        else:
            path += f".{part}" if path else part
    return path


def invalid(argument: str, problem: str, **more: JsonValue) -> InvalidArgumentError:
    """Give the error for a single problem that is found outside of pydantic."""
    return InvalidArgumentError(problems=[{"argument": argument, "problem": problem, **more}])


def problem_error(problem: Mapping[str, JsonValue]) -> ToolbarError:
    """Give the error for a problem that the page's JavaScript found before the arguments could cross.

    Args:
        problem: as in the table above, or ``{argument, problem: "length", max, unit}`` for what is too long to cross.
    """
    if problem.get("problem") == "length":
        return TooLargeError(argument=problem.get("argument"), max=problem.get("max"), unit=problem.get("unit"))
    return InvalidArgumentError(problems=[dict(problem)])


def _problem(error: ErrorDetails | Mapping[str, Any], skip: int) -> dict[str, JsonValue]:
    kind: str = error["type"]
    context: Mapping[str, Any] = error.get("ctx") or {}
    found: dict[str, JsonValue] = {"argument": argument_path(error["loc"][skip:])}
    # JavaScript's undefined and null both mean "not given" (contract section 2).
    if kind == "missing" or (kind in _EXPECTED and error.get("input") is None):
        found["problem"] = "missing"
    elif kind in _EXPECTED:
        found |= {"problem": "type", "expected": _EXPECTED[kind]}
    elif kind in ("string_too_short", "too_short"):
        found |= _short(error, context)
    elif kind == "string_pattern_mismatch":
        text = error.get("input")
        found["problem"] = "empty" if isinstance(text, str) and not text.strip() else "characters"
    elif kind in ("literal_error", "enum"):
        found |= {"problem": "choice", "allowed": context.get("expected", "")}
    elif kind in _RANGE:
        bound = "min" if kind.startswith("greater") else "max"
        found |= {"problem": "range", bound: context.get(_RANGE[kind])}
    elif kind == "extra_forbidden":
        found["problem"] = "unknown"
    elif kind == "json_invalid":
        found |= {"problem": "json", "reason": str(context.get("error", ""))}
    elif kind in ("string_too_long", "too_long"):
        found |= {"problem": "length", "max": context.get("max_length"), "unit": _unit(kind)}
    else:
        found |= {"problem": "rule", "reason": error["msg"]}
    return found


def _short(error: ErrorDetails | Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, JsonValue]:
    least: int = context.get("min_length", 1)
    # What has to have one can only lack it by being empty.
    if least <= 1 or not error.get("input"):
        return {"problem": "empty"}
    return {"problem": "short", "min": least, "unit": _unit(error["type"])}


def _unit(kind: str) -> str:
    return "characters" if kind.startswith("string_") else "entries"
