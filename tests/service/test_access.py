"""Tokens, login and profile (contract section 5)."""

from collections.abc import Callable

import pytest

from tests.support.desk import API, Desk, good, problem
from tests.support.service import ServiceProcess

PRIVATE = [
    ("POST", "/scripts/open"),
    ("POST", "/scripts/open-inbound"),
    ("POST", "/scripts/save"),
    ("GET", "/contacts/demo|1|1|1"),
    ("POST", "/contacts/search"),
    ("POST", "/contacts/import"),
    ("GET", "/profile"),
]


Seat = Callable[[str | None], Desk]


@pytest.fixture
def nobody(desk_with: Seat) -> Desk:
    """A desk without a token."""
    return desk_with(None)


@pytest.mark.parametrize(("method", "path"), PRIVATE)
def test_nothing_private_is_given_without_a_token(nobody: Desk, method: str, path: str) -> None:
    response = nobody.http.request(method, API + path)
    assert problem(response, 401, "UNAUTHENTICATED") == {"reason": "missing_token"}
    assert response.headers["www-authenticate"] == 'Bearer realm="easycim"'


@pytest.mark.parametrize("header", ["", "Bearer", "Basic b3AxOmRlbW8=", "token"])
def test_what_is_no_bearer_token_is_a_missing_one(nobody: Desk, header: str) -> None:
    response = nobody.http.get(f"{API}/profile", headers={"Authorization": header})
    assert problem(response, 401, "UNAUTHENTICATED") == {"reason": "missing_token"}


def test_a_token_that_is_not_ours_is_refused(nobody: Desk) -> None:
    response = nobody.http.get(f"{API}/profile", headers={"Authorization": "Bearer a.b.c"})
    assert problem(response, 401, "UNAUTHENTICATED") == {"reason": "invalid_token"}
    assert 'error="invalid_token"' in response.headers["www-authenticate"]


def test_an_expired_token_is_refused_and_the_page_can_go_on_with_a_new_one(
    service: ServiceProcess, desk_with: Seat, ecid: str
) -> None:
    expired = desk_with(service.token("op1@demo", ttl_s=0))
    assert problem(expired.open(ecid), 401, "UNAUTHENTICATED") == {"reason": "expired_token"}
    renewed = desk_with(service.token("op1@demo"))
    assert good(renewed.open(ecid))["answer"]["result"] is True


def test_an_operator_who_is_not_known_has_no_profile(service: ServiceProcess, desk_with: Seat) -> None:
    stranger = desk_with(service.token("stranger@nowhere"))
    response = stranger.http.get(f"{API}/profile")
    assert problem(response, 401, "UNAUTHENTICATED") == {"reason": "invalid_token"}


def test_the_profile_says_what_the_operator_may_do(desk: Desk) -> None:
    profile = good(desk.http.get(f"{API}/profile"))
    assert profile["operator"] == "op1@demo"
    assert (profile["locale"], profile["scriptEnabled"], profile["saveWithoutReservation"]) == ("it", True, True)
    assert profile["inboundMacroActivity"] == "DEMO"
    assert {activity["macroActivity"] for activity in profile["macroActivities"]} >= {"DEFAULT", "DEMO"}
    assert profile["groups"][0].keys() == {"ID", "Description"}
    assert profile["pauseCodes"]


def test_demo_adds_its_two_outcomes_to_the_built_in_ones(desk: Desk) -> None:
    profile = good(desk.http.get(f"{API}/profile"))
    outcomes = {each["macroActivity"]: each["outcomes"] for each in profile["macroActivities"]}
    added = [each for each in outcomes["DEMO"] if each not in outcomes["DEFAULT"]]
    assert added == [
        {"code": "CONFERMA_IVR", "label": "Conferma IVR", "kind": "POSITIVE", "final": True},
        {"code": "RINUNCIA_CONTRATTO", "label": "Rinuncia contratto", "kind": "NEGATIVE", "final": True},
    ]
    assert len(outcomes["DEFAULT"]) == 9


def test_a_login_gives_a_token_that_works(nobody: Desk, desk_with: Seat) -> None:
    body = {"operator": "op3@demo", "password": "demo"}
    login = good(nobody.http.post(f"{API}/login", json=body))
    assert login["operator"] == "op3@demo"
    assert good(desk_with(login["token"]).http.get(f"{API}/profile"))["operator"] == "op3@demo"


@pytest.mark.parametrize("operator", ["op4@demo", "nobody@demo"])
def test_a_wrong_login_does_not_say_what_was_wrong(nobody: Desk, operator: str) -> None:
    response = nobody.http.post(f"{API}/login", json={"operator": operator, "password": "wrong"})
    assert problem(response, 401, "UNAUTHENTICATED") == {"reason": "wrong_password"}


def test_an_operator_without_a_password_cannot_log_in(nobody: Desk, careful: Desk) -> None:
    response = nobody.http.post(f"{API}/login", json={"operator": "careful@demo", "password": ""})
    assert problem(response, 401, "UNAUTHENTICATED") == {"reason": "wrong_password"}


def test_guessing_passwords_is_slowed_down(nobody: Desk) -> None:
    body = {"operator": "op5@demo", "password": "guess"}
    for _ in range(10):
        nobody.http.post(f"{API}/login", json=body)
    response = nobody.http.post(f"{API}/login", json=body)
    details = problem(response, 429, "RATE_LIMITED")
    assert 0 < details["retryAfterMs"] <= 60_000
    assert 0 < int(response.headers["retry-after"]) <= 60


def test_a_reservation_is_the_operators_whatever_token_is_used(desk_of: Callable[[str], Desk], ecid: str) -> None:
    desk_of("op1@demo").open(ecid)
    assert "readOnly" not in good(desk_of("op1@demo").open(ecid))["answer"]
