"""How the engine reads a stream of events (web/src/engine/transport.ts), against a server that says what it is told."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.support.streams import StreamServer, stream_server
from web.build import bundle

_OPEN = """async ({head, token}) => {
    const { Transport } = await import('/script.js');
    const settings = {serviceUrl: location.origin, locale: 'it', logLevel: 'warn', token};
    const transport = new Transport(settings, () => Promise.reject(new Error('nobody is there')));
    window.controller = new AbortController();
    const opened = await transport.listen(head, controller);
    window.stream = opened.stream;
    return {...opened.reply, opened: opened.stream !== null};
}"""
_TRACE = "0123456789abcdef0123456789abcdef"
_TOKEN = "an-operators-token"


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("transport") / "transport.js"
    bundle.bundle("engine/transport.ts", target, form="esm")
    return target


@pytest.fixture
def server(script: Path) -> Iterator[StreamServer]:
    with stream_server(script) as running:
        yield running


@pytest.fixture
def page(browser: Browser, server: StreamServer) -> Iterator[Page]:
    opened = browser.new_page()
    opened.goto(server.origin)
    yield opened
    opened.close()


def listen(page: Page, last: str = "", *, signed_in: bool = True) -> dict[str, Any]:
    return page.evaluate(_OPEN, {"head": f"/events {_TRACE} {last}".strip(), "token": _TOKEN if signed_in else None})


def take_all(page: Page) -> list[list[str]]:
    """Take what comes until the stream has ended."""
    return page.evaluate("""async () => {
        const all = [];
        for (;;) {
            const {head, body} = await stream.take(5_000);
            if (JSON.parse(head).ended) return all;
            if (JSON.parse(head).silent) return ['silent'];
            all.push(...JSON.parse(body));
        }
    }""")


TEXT = (
    "event: desk\r\ndata: {\r\ndata: }\r\n\r\n: a comment\nid: 7\nevent:event\ndata:è 😀\n\nevent: nothing\n\rdata\r\r"
).encode()
SAID = [["desk", "", "{\n}"], ["event", "7", "è 😀"], ["message", "", ""]]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 1_000])
def test_events_are_read_wherever_the_pieces_are_cut(page: Page, server: StreamServer, size: int) -> None:
    server.pieces = [TEXT[at : at + size] for at in range(0, len(TEXT), size)]
    assert listen(page) == {"head": "200", "body": "", "opened": True}
    assert take_all(page) == SAID


def test_an_event_that_was_not_finished_is_not_told(page: Page, server: StreamServer) -> None:
    server.pieces = [b"data: whole\n\n", b"data: half\n"]
    listen(page)
    assert take_all(page) == [["message", "", "whole"]]


def test_the_request_carries_the_token_the_trace_and_the_place(page: Page, server: StreamServer) -> None:
    listen(page, "41")
    asked = server.asked[0]
    assert asked["authorization"] == f"Bearer {_TOKEN}"
    assert asked["accept"] == "text/event-stream"
    assert asked["last-event-id"] == "41"
    assert asked["traceparent"].split("-")[1] == _TRACE


def test_the_first_request_names_no_place(page: Page, server: StreamServer) -> None:
    listen(page)
    assert "last-event-id" not in server.asked[0]


def test_a_page_that_cannot_give_its_token_opens_no_stream(page: Page, server: StreamServer) -> None:
    assert listen(page, signed_in=False) == {"head": "token nobody is there", "body": "", "opened": False}
    assert server.asked == []


def test_a_refusal_comes_with_its_text(page: Page, server: StreamServer) -> None:
    server.status, server.content_type, server.pieces = 401, "application/problem+json", [b'{"code":"UNAUTHENTICATED"}']
    told = listen(page)
    assert (told["head"].split()[0], told["body"], told["opened"]) == ("401", '{"code":"UNAUTHENTICATED"}', False)


def test_a_page_of_text_is_no_stream(page: Page, server: StreamServer) -> None:
    server.content_type, server.pieces = "text/html", [b"<title>proxy</title>"]
    assert listen(page)["head"].split()[0] == "cut"


def test_silence_is_told_and_what_comes_later_is_not_lost(page: Page, server: StreamServer) -> None:
    server.stays_open = True
    listen(page)
    assert page.evaluate("stream.take(100).then(({head}) => head)") == '{"silent":true}'
    assert page.evaluate("stream.push([['event', '1', '{}']]).then(() => stream.take(100)).then(({body}) => body)") == (
        '[["event","1","{}"]]'
    )


def test_a_stream_that_is_ended_lets_go_of_its_connection(page: Page, server: StreamServer) -> None:
    server.stays_open = True
    listen(page)
    waiting = page.evaluate_handle("({said: stream.take(30_000)})")
    page.evaluate("stream.end()")
    assert waiting.evaluate("({said}) => said.then(({head}) => head)") == '{"ended":true}'
    assert server.gone.wait(10)


def test_a_line_without_an_end_does_not_fill_the_memory(page: Page, server: StreamServer) -> None:
    server.pieces = [b"data: " + b"x" * 1_000_000 for _ in range(6)]
    server.stays_open = True
    listen(page)
    assert take_all(page) == []
    assert server.gone.wait(10)
