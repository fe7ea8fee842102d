"""The signature of what crosses between the service and a telephone system."""

import hashlib
import hmac
import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolbar_py.service.telephony.webhook.configuration import Secret
from toolbar_py.service.telephony.webhook.reception import Reception
from toolbar_py.service.telephony.webhook.signature import Keyring, Message
from toolbar_py.wire.errors import UnauthenticatedError

OLD = Secret("old", "o" * 32)
NEW = Secret("new", "n" * 32)
NOW = 1_767_225_600
WINDOW = 300
REPORT = Message("POST", "/easycim/v1/cti/events", b'{"event":"POPUP"}')


class Memory:
    """What was seen, for as long as it has to be remembered."""

    def __init__(self) -> None:
        self.forget_at: dict[str, int] = {}

    async def claim_signature(self, digest: str, forget_at: int) -> bool:
        fresh = digest not in self.forget_at
        self.forget_at.setdefault(digest, forget_at)
        return fresh


def ring(*secrets: Secret) -> Keyring:
    return Keyring(secrets or (NEW,), WINDOW)


def refused(keyring: Keyring, header: str, *, message: Message = REPORT, now: int = NOW) -> object:
    with pytest.raises(UnauthenticatedError) as caught:
        keyring.verify(message, header, now)
    return caught.value.details["reason"]


def test_the_signature_is_what_the_documentation_says() -> None:
    expected = hmac.new(b"n" * 32, f"{NOW}.POST./easycim/v1/cti/events.".encode() + REPORT.body, hashlib.sha256)
    assert ring().sign(REPORT, NOW) == f"key=new, t={NOW}, v1={expected.hexdigest()}"


@pytest.mark.parametrize("separator", [", ", ",", " , "])
def test_the_parts_of_a_signature_may_come_in_any_order(separator: str) -> None:
    parts = ring().sign(REPORT, NOW).split(", ")
    for ordered in itertools.permutations(parts):
        assert ring().verify(REPORT, separator.join(ordered), NOW)


@given(body=st.binary(max_size=300), moment=st.integers(0, 10**11))
def test_what_is_signed_is_taken(body: bytes, moment: int) -> None:
    message = replace(REPORT, body=body)
    signature = ring().verify(message, ring().sign(message, moment), moment)
    assert signature.valid_until == moment + WINDOW


@pytest.mark.parametrize("late", [-WINDOW, 0, WINDOW])
def test_a_signature_is_taken_to_the_very_ends_of_the_window(late: int) -> None:
    assert ring().verify(REPORT, ring().sign(REPORT, NOW), NOW + late)


@pytest.mark.parametrize(
    ("late", "reason"), [(WINDOW + 1, "stale_signature"), (-WINDOW - 1, "early_signature"), (-NOW, "early_signature")]
)
def test_a_signature_outside_the_window_is_refused(late: int, reason: str) -> None:
    assert refused(ring(), ring().sign(REPORT, NOW), now=NOW + late) == reason


@pytest.mark.parametrize(
    "altered",
    [
        replace(REPORT, body=REPORT.body + b" "),
        replace(REPORT, body=b""),
        replace(REPORT, path="/easycim/v1/cti/events?x=1"),
        replace(REPORT, method="PUT"),
    ],
)
def test_what_was_altered_on_the_way_is_refused(altered: Message) -> None:
    assert refused(ring(), ring().sign(REPORT, NOW), message=altered) == "wrong_signature"


def test_a_moment_that_was_altered_is_refused() -> None:
    header = ring().sign(REPORT, NOW).replace(f"t={NOW}", f"t={NOW + 1}")
    assert refused(ring(), header) == "wrong_signature"


def test_an_unknown_key_is_refused_as_a_wrong_secret_is() -> None:
    stranger = Keyring([Secret("stranger", "x" * 32)], WINDOW).sign(REPORT, NOW)
    impostor = Keyring([Secret("new", "x" * 32)], WINDOW).sign(REPORT, NOW)
    assert refused(ring(), stranger) == refused(ring(), impostor) == "wrong_signature"


def test_nobody_signs_with_the_secret_that_stands_in_for_an_unknown_one() -> None:
    header = Keyring([Secret("nobody", "0" * 64)], WINDOW).sign(REPORT, NOW)
    assert refused(ring(), header) == "wrong_signature"


def test_who_knows_no_secret_learns_nothing_about_the_clock() -> None:
    impostor = Keyring([Secret("new", "x" * 32)], WINDOW).sign(REPORT, 5)
    assert refused(ring(), impostor) == "wrong_signature"


def test_a_secret_is_exchanged_without_a_gap() -> None:
    both, rotated = ring(OLD, NEW), ring(NEW, OLD)
    for sender, receiver in itertools.product((ring(OLD), both, rotated), (both, rotated)):
        assert receiver.verify(REPORT, sender.sign(REPORT, NOW), NOW)
    assert refused(ring(NEW), ring(OLD).sign(REPORT, NOW)) == "wrong_signature"


@pytest.mark.parametrize(
    "header",
    [
        "key=new",
        "new",
        f"key=new, t={NOW}, v1=",
        f"key=new, t=-1, v1={'0' * 64}",
        f"key=new, t=١٢, v1={'0' * 64}",
        f"key=new, t={'9' * 13}, v1={'0' * 64}",
        f"key=new, t={NOW}, v1={'A' * 64}",
        f"key=new, t={NOW}, v1={'0' * 64}, v1={'0' * 64}",
        f"key=new, t={NOW}, t={NOW}, v1={'0' * 64}",
        f"key=new, t={NOW}, v2={'0' * 64}",
        f"key=new, t={NOW}, v1={'0' * 64},",
        f"key=né, t={NOW}, v1={'0' * 64}",
        "x" * 10_000,
    ],
)
def test_what_is_no_signature_is_malformed(header: str) -> None:
    assert refused(ring(), header) == "malformed_signature"


def test_no_signature_is_missing() -> None:
    assert refused(ring(), "") == "missing_signature"


def test_a_secret_is_not_shown() -> None:
    assert "n" * 32 not in repr(NEW)


async def test_a_message_is_let_in_once_and_remembered_for_as_long_as_it_would_be_taken() -> None:
    memory = Memory()
    header = ring().sign(REPORT, NOW)
    await Reception(ring(), memory, lambda: NOW * 1000).admit(REPORT, header)
    last_moment = (NOW + WINDOW) * 1000 + 999
    with pytest.raises(UnauthenticatedError) as caught:
        await Reception(ring(), memory, lambda: last_moment).admit(REPORT, header)
    assert caught.value.details["reason"] == "replayed_signature"
    assert all(forget_at > last_moment for forget_at in memory.forget_at.values())


async def test_a_message_under_another_name_of_the_same_secret_is_a_replay() -> None:
    twins = ring(Secret("a", "s" * 32), Secret("b", "s" * 32))
    reception = Reception(twins, Memory(), lambda: NOW * 1000)
    header = twins.sign(REPORT, NOW)
    await reception.admit(REPORT, header)
    with pytest.raises(UnauthenticatedError, match="UNAUTHENTICATED"):
        await reception.admit(REPORT, header.replace("key=a", "key=b"))


async def test_a_wrong_signature_is_not_remembered() -> None:
    memory = Memory()
    impostor = Keyring([Secret("new", "x" * 32)], WINDOW).sign(REPORT, NOW)
    with pytest.raises(UnauthenticatedError):
        await Reception(ring(), memory, lambda: NOW * 1000).admit(REPORT, impostor)
    assert not memory.forget_at
