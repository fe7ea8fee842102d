"""Accept-Language and Accept-Encoding."""

import pytest

from toolbar_py.service.encodings import preferred
from toolbar_py.service.problems import asked_locale


def locale(accepted: str) -> str:
    return asked_locale({"headers": [(b"accept-language", accepted.encode())]})


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("", "en"),
        ("it", "it"),
        ("it-IT,it;q=0.9,en;q=0.8", "it"),
        ("en-GB,it;q=0.5", "en"),
        ("de,it;q=0.3,en;q=0.2", "it"),
        ("de", "en"),
        ("it;q=0", "en"),
        ("it;q=x", "en"),
        (";;;,=,q", "en"),
    ],
)
def test_problems_speak_the_language_that_is_asked_for(accepted: str, expected: str) -> None:
    assert locale(accepted) == expected


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("", None),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0", None),
        ("*", "br"),
        ("*;q=0", None),
        ("identity", None),
        ("identity;q=0.5, br;q=0.4", None),
        ("BR", "br"),
        ("br;q=x, gzip;q=0.1", "gzip"),
    ],
)
def test_the_best_accepted_encoding_is_chosen(accepted: str, expected: str | None) -> None:
    assert preferred(accepted, ["br", "zstd", "gzip"]) == expected


def test_an_encoding_that_is_not_there_is_not_chosen() -> None:
    assert preferred("br, gzip;q=0.5", ["gzip"]) == "gzip"
