"""What is said to people."""

import pytest

from toolbar_py.wire.errors import ConflictError, InvalidArgumentError
from toolbar_py.wire.methods import CONTACT, METHODS
from toolbar_py.wire.phases import Action
from toolbar_py.wire.texts import Locale, sentence


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("it", "Richiesta non valida: note non è valido (profane)."),
        ("en", "Invalid request: note is not valid (profane)."),
    ],
)
def test_a_problem_in_words_that_nobody_here_knows_is_told_in_them(locale: Locale, said: str) -> None:
    error = InvalidArgumentError(problems=[{"argument": "note", "problem": "profane"}])
    assert sentence(error, locale) == said


def test_a_problem_without_any_word_is_told_all_the_same() -> None:
    assert (
        sentence(InvalidArgumentError(problems=[{"argument": "note"}]), "en")
        == "Invalid request: note is not valid (?)."
    )


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        (
            "it",
            "Answer non è possibile in questa fase del contatto (held). Possibili ora: Hold (di nuovo), Hangup, "
            "OfflineEnd, SetCallData.",
        ),
        (
            "en",
            "Answer is not possible in this phase of the contact (held). Possible now: Hold (again), Hangup, "
            "OfflineEnd, SetCallData.",
        ),
    ],
)
def test_an_action_that_is_not_possible_now_is_told_in_the_names_of_the_methods(locale: Locale, said: str) -> None:
    allowed = ["retrieve", "hangup", "offline-end", "call-data"]
    error = ConflictError(reason="not_now", action="answer", phase="held", allowed=[*allowed])
    assert sentence(error, locale) == said
    # Who reads details by program goes on with the wire's words.
    assert error.details["allowed"] == allowed


@pytest.mark.parametrize("action", Action)
def test_every_action_is_called_what_pages_call_it(action: Action) -> None:
    error = ConflictError(reason="not_now", action=action.value, phase="acw", allowed=[])
    name = sentence(error, "en").split()[0]
    assert name in {method.name for method in METHODS if method.namespace == CONTACT}


@pytest.mark.parametrize(
    ("locale", "bound", "said"),
    [
        ("it", {"min": 0}, "Richiesta non valida: at deve essere almeno 0."),
        ("it", {"max": 9}, "Richiesta non valida: at deve essere al massimo 9."),
        ("en", {"min": 0}, "Invalid request: at must be at least 0."),
        ("en", {"max": 9}, "Invalid request: at must be at most 9."),
        ("en", {"min": 0, "max": 9}, "Invalid request: at is out of range (0–9)."),
    ],
)
def test_of_a_range_the_bounds_that_are_known_are_told(locale: Locale, bound: dict[str, int], said: str) -> None:
    error = InvalidArgumentError(problems=[{"argument": "at", "problem": "range", **bound}])
    assert sentence(error, locale) == said


def test_what_is_too_short_is_not_called_empty() -> None:
    problem = {"argument": "eventId", "problem": "short", "min": 16, "unit": "characters"}
    error = InvalidArgumentError(problems=[{**problem}])
    assert sentence(error, "it") == "Richiesta non valida: eventId è troppo corto: servono almeno 16 caratteri."
    assert sentence(error, "en") == "Invalid request: eventId is too short: it takes at least 16 characters."
