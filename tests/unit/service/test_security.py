"""The secret, tokens and the throttle."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from tests.support.clock import Clock
from toolbar_py.service.errors import SetupError
from toolbar_py.service.security.secret import load_secret
from toolbar_py.service.security.throttle import Throttle
from toolbar_py.service.security.tokens import Tokens
from toolbar_py.service.store.base import Role
from toolbar_py.wire.errors import RateLimitedError, UnauthenticatedError

SECRET = b"s" * 32


def reason(tokens: Tokens, token: str) -> object:
    with pytest.raises(UnauthenticatedError) as caught:
        tokens.verify(token)
    return caught.value.details["reason"]


def test_the_secret_is_made_once(tmp_path: Path) -> None:
    assert load_secret(tmp_path) == load_secret(tmp_path)


def test_the_secret_is_for_its_owner_only(tmp_path: Path) -> None:
    load_secret(tmp_path)
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600


def test_all_who_come_at_once_get_the_same_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as threads:
        secrets = set(threads.map(load_secret, [tmp_path] * 64))
    assert len(secrets) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_a_secret_that_was_cut_short_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"short")
    with pytest.raises(SetupError, match="too short"):
        load_secret(tmp_path)


def test_a_token_says_who_it_speaks_for() -> None:
    tokens = Tokens(SECRET, Clock())
    text, issued = tokens.issue("op1@demo", Role.SUPERVISOR, 60)
    assert tokens.verify(text) == issued
    assert (issued.operator, issued.role) == ("op1@demo", Role.SUPERVISOR)


def test_every_token_begins_a_login_session_of_its_own() -> None:
    tokens = Tokens(SECRET, Clock())
    sessions = {tokens.issue("op1@demo", Role.OPERATOR, 60)[1].session for _ in range(10)}
    assert len(sessions) == 10


def test_a_token_expires_also_after_it_was_good() -> None:
    clock = Clock()
    tokens = Tokens(SECRET, clock)
    text, _ = tokens.issue("op1@demo", Role.OPERATOR, 60)
    tokens.verify(text)
    clock.now += 60_000
    assert reason(tokens, text) == "expired_token"


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "a.b.c.d", "é", "x" * 5_000, "\x00"])
def test_what_is_no_token_is_refused(text: str) -> None:
    assert reason(Tokens(SECRET, Clock()), text) == "invalid_token"


def test_a_token_of_another_secret_is_refused() -> None:
    text, _ = Tokens(b"t" * 32, Clock()).issue("op1@demo", Role.OPERATOR, 60)
    assert reason(Tokens(SECRET, Clock()), text) == "invalid_token"


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_a_token_of_another_algorithm_is_refused(algorithm: str) -> None:
    key = OctKey.import_key(SECRET * 2)
    claims = {"sub": "op1@demo", "sid": "s", "role": "operator", "exp": 9_999_999_999}
    text = jwt.encode({"alg": algorithm}, claims, key, [algorithm])
    assert reason(Tokens(SECRET * 2, Clock()), text) == "invalid_token"


def test_an_unsigned_token_is_refused() -> None:
    # {"alg":"none"} . {"sub":"op1@demo","sid":"s","role":"supervisor","exp":9999999999} . nothing
    header = "eyJhbGciOiJub25lIn0"
    claims = "eyJzdWIiOiJvcDFAZGVtbyIsInNpZCI6InMiLCJyb2xlIjoic3VwZXJ2aXNvciIsImV4cCI6OTk5OTk5OTk5OX0"
    assert reason(Tokens(SECRET, Clock()), f"{header}.{claims}.") == "invalid_token"


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"sub": "a", "sid": "s", "role": "operator"},
        {"sub": "a", "sid": "s", "role": "king", "exp": 9_999_999_999},
        {"sub": 5, "sid": "s", "role": "operator", "exp": 9_999_999_999},
        {"sub": "a", "sid": "s", "role": "operator", "exp": "soon"},
    ],
)
def test_a_token_with_wrong_claims_is_refused(claims: dict[str, object]) -> None:
    text = jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET), ["HS256"])
    assert reason(Tokens(SECRET, Clock()), text) == "invalid_token"


def test_ten_failures_in_a_minute_make_one_wait() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    for _ in range(10):
        throttle.check("op1")
        throttle.failed("op1")
    with pytest.raises(RateLimitedError) as caught:
        throttle.check("op1")
    assert caught.value.details == {"retryAfterMs": 60_000}


def test_waiting_lets_one_try_again() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    for _ in range(10):
        throttle.failed("op1")
    clock.now += 60_000
    throttle.check("op1")


def test_one_who_fails_does_not_make_others_wait() -> None:
    throttle = Throttle(Clock())
    for _ in range(10):
        throttle.failed("op1")
    throttle.check("op2")


def test_a_success_forgets_the_failures() -> None:
    throttle = Throttle(Clock())
    for _ in range(10):
        throttle.failed("op1")
    throttle.succeeded("op1")
    throttle.check("op1")
