"""What goes out to a telephone system, against a real HTTP server on loopback that behaves as badly as it is told."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from toolbar_py.service.telephony.port import ActionCommand
from toolbar_py.service.telephony.webhook.configuration import Secret
from toolbar_py.service.telephony.webhook.gateway import ANSWER_MAX, TRIES, Chance, Gateway, Line
from toolbar_py.service.telephony.webhook.signature import Keyring, Message
from toolbar_py.service.telephony.webhook.telephones import WebhookTelephones
from toolbar_py.wire.actions import CallRequest
from toolbar_py.wire.errors import (
    ConflictError,
    DeadlineError,
    InvalidArgumentError,
    RateLimitedError,
    ServiceError,
    ToolbarError,
)
from toolbar_py.wire.phases import Action
from toolbar_py.wire.telephony import Presence
from toolbar_py.wire.texts import sentence

NOW = 1_767_225_600_000
PATH = "/actions?site=1"
KEYRING = Keyring([Secret("k", "s" * 32)], 300)

Reply = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Received:
    """One request as it came in, before anything was made of it."""

    line: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Counterpart:
    """The gateway on the other side: answers each request with the next reply, the last one from then on."""

    replies: list[Reply]
    port: int = 0
    received: list[Received] = field(default_factory=list[Received])

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                line, *lines = head.decode("latin-1").strip().split("\r\n")
                headers = {name.lower(): value for name, _, value in (each.partition(": ") for each in lines)}
                body = await reader.readexactly(int(headers["content-length"]))
                self.received.append(Received(line, headers, body))
                reply = self.replies[min(len(self.received), len(self.replies)) - 1]
                await reply(writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


def answers(status: int, body: object = None, **headers: str) -> Reply:
    content = b"" if body is None else json.dumps(body).encode()

    async def reply(writer: asyncio.StreamWriter) -> None:
        lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(content)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + content)
        await writer.drain()

    return reply


def sends(content: bytes, *, then_silent: bool = False) -> Reply:
    async def reply(writer: asyncio.StreamWriter) -> None:
        writer.write(content)
        await writer.drain()
        if then_silent:
            await asyncio.sleep(30)
        writer.close()

    return reply


SILENCE = sends(b"", then_silent=True)
CUT_OFF = sends(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
BEGUN = answers(200, {"contactId": "gw-1"})


@dataclass
class Joined:
    """A gateway, what stands behind it, and how long was waited between tries."""

    counterpart: Counterpart
    telephones: WebhookTelephones
    gateway: Gateway
    pauses: list[float]

    async def call(self) -> str:
        return await self.telephones.begin("op1@demo", CallRequest(destination="0555"), "key-1")


async def nobody() -> list[str]:
    return []


Join = Callable[..., Awaitable[Joined]]


@pytest.fixture
async def join() -> AsyncIterator[Join]:
    """Give what starts a counterpart with its replies and joins it."""
    servers: list[asyncio.Server] = []
    gateways: list[Gateway] = []

    async def make(*replies: Reply, deadline_ms: int = 5_000, host: str = "127.0.0.1", loopback: bool = True) -> Joined:
        counterpart = Counterpart(list(replies))
        server = await asyncio.start_server(counterpart.serve, "127.0.0.1", 0)
        servers.append(server)
        counterpart.port = server.sockets[0].getsockname()[1]
        pauses: list[float] = []

        async def pause(seconds: float) -> None:
            pauses.append(seconds)

        line = Line(f"http://{host}:{counterpart.port}{PATH}", deadline_ms, loopback)
        gateway = Gateway(line, KEYRING, lambda: NOW, Chance(lambda: 1.0, pause))
        gateways.append(gateway)
        numbers = iter(range(1, 100))
        telephones = WebhookTelephones(
            gateway, lambda: NOW, lambda: f"id-{next(numbers)}", nobody, Chance(lambda: 1.0, pause)
        )
        return Joined(counterpart, telephones, gateway, pauses)

    yield make
    for gateway in gateways:
        await gateway.close()
    for server in servers:
        server.close()


async def refused(joined: Joined) -> ToolbarError:
    with pytest.raises(ToolbarError) as caught:
        await joined.call()
    return caught.value


async def test_a_call_goes_out_signed_and_comes_back_with_its_contact_id(join: Join) -> None:
    joined = await join(BEGUN)
    request = CallRequest(destination="0555", call_data="ECID=demo|1|1|1;A=1", service_id="S")
    assert await joined.telephones.begin("op1@demo", request, "key-1") == "gw-1"
    [received] = joined.counterpart.received
    assert received.line == f"POST {PATH} HTTP/1.1"
    assert received.headers["idempotency-key"] == json.loads(received.body)["id"]
    assert received.headers["accept-encoding"] == "identity"
    signed = Message("POST", PATH, received.body)
    assert KEYRING.verify(signed, received.headers["easycim-signature"], NOW // 1000)
    assert json.loads(received.body) == {
        "kind": "call",
        "id": received.headers["idempotency-key"],
        "at": NOW,
        "agent": "op1@demo",
        "destination": "0555",
        "resourceType": "",
        "serviceId": "S",
        "callProfileId": "",
        "callData": [{"name": "ECID", "value": "demo|1|1|1"}, {"name": "A", "value": "1"}],
    }


async def test_a_job_says_that_it_is_one(join: Join) -> None:
    joined = await join(BEGUN)
    await joined.telephones.begin(
        "op1@demo", CallRequest(destination="a@b.example", job=True, content="Offer"), "key-1"
    )
    body = json.loads(joined.counterpart.received[0].body)
    assert (body["kind"], body["content"]) == ("job", "Offer")


async def test_presence_and_actions_go_out(join: Join) -> None:
    joined = await join(answers(204))
    await joined.telephones.set_presence("op1@demo", Presence.PAUSED, "LUNCH")
    command = ActionCommand("op1@demo", "gw-1", Action.TRANSFER, {"destination": "0556", "resource_type": "X"})
    await joined.telephones.act(command)
    presence, action = (json.loads(each.body) for each in joined.counterpart.received)
    assert (presence["kind"], presence["presence"], presence["code"]) == ("presence", "PAUSED", "LUNCH")
    assert (action["kind"], action["contactId"], action["action"]) == ("action", "gw-1", "transfer")
    assert action["parameters"] == {"destination": "0556", "resourceType": "X"}


async def test_what_a_page_asks_again_reaches_the_gateway_with_the_same_key(join: Join) -> None:
    joined = await join(answers(204))
    for agent, key in (("op1@demo", "k"), ("op1@demo", "k"), ("op2@demo", "k"), ("op1@demo", "other")):
        await joined.telephones.act(ActionCommand(agent, "gw-1", Action.HANGUP, {}, key))
    await joined.telephones.set_presence("op1@demo", Presence.PAUSED, None, "k")
    first, again, others, another, presence = (each.headers["idempotency-key"] for each in joined.counterpart.received)
    assert first == again == presence
    assert len({first, others, another}) == 3


async def test_what_failed_in_passing_is_tried_again_with_the_same_key(join: Join) -> None:
    joined = await join(answers(500), CUT_OFF, answers(429), BEGUN)
    assert await joined.call() == "gw-1"
    assert len({each.headers["idempotency-key"] for each in joined.counterpart.received}) == 1
    # The draw is always 1 here: the longest pauses there can be, and at least what the gateway asked for.
    assert joined.pauses == [0.1, 0.2, 0.4]


@pytest.mark.parametrize(("reply", "kind"), [(answers(503), ServiceError), (CUT_OFF, ServiceError)])
async def test_it_is_not_tried_for_ever(join: Join, reply: Reply, kind: type[ToolbarError]) -> None:
    joined = await join(reply)
    error = await refused(joined)
    assert isinstance(error, kind)
    assert (error.retryable, error.outcome_known) == (True, False)
    assert len(joined.counterpart.received) == TRIES


@pytest.mark.parametrize("reply", [answers(429, Retry_After="60"), answers(401), answers(307)])
async def test_a_gateway_that_turns_away_a_later_try_says_nothing_of_the_first(join: Join, reply: Reply) -> None:
    joined = await join(CUT_OFF, reply)
    assert (await refused(joined)).outcome_known is False


async def test_a_gateway_that_refuses_a_later_try_knows_what_became_of_the_first(join: Join) -> None:
    joined = await join(CUT_OFF, answers(409, {"detail": "All lines are taken"}))
    error = await refused(joined)
    assert (error.details["said"], error.outcome_known) == ("All lines are taken", True)


async def test_a_gateway_that_nobody_runs_is_unreachable(join: Join) -> None:
    joined = await join(BEGUN, host="127.0.0.2")
    error = await refused(joined)
    assert (error.code, error.details["reason"]) == ("SERVICE", "telephones_unreachable")
    assert len(joined.pauses) == TRIES - 1


@pytest.mark.parametrize("reply", [SILENCE, sends(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", then_silent=True)])
async def test_a_gateway_that_is_silent_is_not_waited_for_beyond_the_deadline(join: Join, reply: Reply) -> None:
    joined = await join(reply, deadline_ms=200)
    began = asyncio.get_running_loop().time()
    error = await refused(joined)
    assert asyncio.get_running_loop().time() - began < 2
    assert isinstance(error, DeadlineError)
    assert (error.details["timeoutMs"], error.outcome_known, error.retryable) == (200, False, True)


async def test_a_gateway_that_asks_for_more_time_than_there_is_is_not_asked_again(join: Join) -> None:
    joined = await join(answers(429, Retry_After="60"))
    error = await refused(joined)
    assert isinstance(error, RateLimitedError)
    assert error.details["retryAfterMs"] == 60_000
    assert len(joined.counterpart.received) == 1


async def test_a_gateway_that_asks_for_a_second_gets_it(join: Join) -> None:
    joined = await join(answers(503, Retry_After="1"), BEGUN)
    await joined.call()
    assert joined.pauses == [1.0]


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (401, "The telephone system does not accept easyCIM's signature (HTTP 401): nothing was done."),
        (403, "The telephone system does not accept easyCIM's signature (HTTP 403): nothing was done."),
        (302, "The telephone system's address only redirects (HTTP 302): nothing was done."),
        (308, "The telephone system's address only redirects (HTTP 308): nothing was done."),
    ],
)
async def test_a_gateway_that_does_not_take_our_messages_has_done_nothing(join: Join, status: int, said: str) -> None:
    joined = await join(answers(status, {"code": "FORBIDDEN", "detail": "unknown key"}))
    error = await refused(joined)
    assert (error.code, error.retryable, error.outcome_known) == ("SERVICE", False, True)
    assert sentence(error, "en").startswith(said)
    assert len(joined.counterpart.received) == 1


@pytest.mark.parametrize("status", [404, 409, 410])
async def test_a_refusal_becomes_a_conflict_with_its_sentence(join: Join, status: int) -> None:
    joined = await join(answers(status, {"code": "CONFLICT", "detail": "No line\n is \x1b[31mfree"}))
    error = await refused(joined)
    assert isinstance(error, ConflictError)
    assert sentence(error, "en") == "The telephone system refuses: No line is [31mfree"
    assert len(joined.counterpart.received) == 1


@pytest.mark.parametrize(("status", "code"), [(400, ""), (422, ""), (409, "INVALID_ARGUMENT")])
async def test_a_malformed_request_becomes_an_invalid_argument(join: Join, status: int, code: str) -> None:
    joined = await join(answers(status, {"code": code, "detail": "0555 is no number"}))
    error = await refused(joined)
    assert isinstance(error, InvalidArgumentError)
    assert "0555 is no number" in sentence(error, "en")


@pytest.mark.parametrize("body", [None, [], {"detail": 5}, {"detail": "x" * 5_000}])
async def test_a_refusal_without_a_usable_problem_names_its_status(join: Join, body: object) -> None:
    joined = await join(answers(409, body))
    assert (await refused(joined)).details["said"] == "HTTP 409"


async def test_a_long_sentence_is_cut(join: Join) -> None:
    joined = await join(answers(409, {"detail": "x" * 3_000}))
    assert len(str((await refused(joined)).details["said"])) == 300


async def test_no_redirect_is_followed(join: Join) -> None:
    elsewhere = await join(BEGUN)
    joined = await join(answers(307, Location=f"http://127.0.0.1:{elsewhere.counterpart.port}/"))
    assert (await refused(joined)).code == "SERVICE"
    assert not elsewhere.counterpart.received


@pytest.mark.parametrize(
    "body", [{}, {"contactId": ""}, {"contactId": "x" * 129}, {"contactId": 5}, [], "gw-1", {"contactId": "a\nb"}]
)
async def test_a_call_without_a_usable_contact_id_is_not_taken_for_begun(join: Join, body: Any) -> None:
    joined = await join(answers(200, body))
    error = await refused(joined)
    assert (error.code, error.outcome_known) == ("SERVICE", False)


async def test_an_answer_without_end_is_not_read(join: Join) -> None:
    endless = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n" + b" " * (ANSWER_MAX + 1)
    joined = await join(sends(endless, then_silent=True))
    error = await refused(joined)
    assert (error.code, error.details["reason"]) == ("SERVICE", "telephones_unusable")


async def test_a_name_that_leads_to_this_machine_is_refused_when_it_is_used(join: Join) -> None:
    joined = await join(BEGUN, host="localhost", loopback=False)
    error = await refused(joined)
    assert (error.code, error.retryable, error.outcome_known) == ("CONFLICT", False, True)
    assert error.details["reason"] == "telephones_loopback"
    assert not joined.counterpart.received


async def test_without_a_gateway_presence_is_accepted_and_the_rest_refused_for_good() -> None:
    telephones = WebhookTelephones(None, lambda: NOW, lambda: "id", nobody, Chance(lambda: 1.0))
    await telephones.set_presence("op1@demo", Presence.LOGGED_IN, None)
    with pytest.raises(ConflictError) as caught:
        await telephones.begin("op1@demo", CallRequest(destination="0555"), "key-1")
    assert caught.value.details["reason"] == "telephones_deaf"
    assert (caught.value.retryable, caught.value.outcome_known) == (False, True)
    assert "TOOLBAR_CTI_URL" in sentence(caught.value, "en")
    await telephones.stop()
