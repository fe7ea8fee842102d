"""What is said to people."""

import pytest

from toolbar_py.wire.errors import InvalidArgumentError
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


def test_what_is_too_short_is_not_called_empty() -> None:
    problem = {"argument": "eventId", "problem": "short", "min": 16, "unit": "characters"}
    error = InvalidArgumentError(problems=[{**problem}])
    assert sentence(error, "it") == "Richiesta non valida: eventId è troppo corto: servono almeno 16 caratteri."
    assert sentence(error, "en") == "Invalid request: eventId is too short: it takes at least 16 characters."
