"""What leaves the service when something breaks inside."""

import json
import logging

import httpx2
import pytest
from fastapi import FastAPI
from starlette.middleware import Middleware

from toolbar_py.service.logs import JsonLines
from toolbar_py.service.middleware.trace import Guard, Trace
from toolbar_py.service.problems import STATUS, install_problems
from toolbar_py.service.store.base import StoreUnavailableError
from toolbar_py.wire.errors import Code, ToolbarError


async def answer(error: Exception) -> httpx2.Response:
    """Give what a caller gets when a route raises the error."""
    app = FastAPI(middleware=[Middleware(Trace), Middleware(Guard)])
    install_problems(app)

    @app.get("/")
    async def route() -> None:  # pyright: ignore[reportUnusedFunction]
        raise error

    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://service") as client:
        return await client.get("/")


@pytest.mark.parametrize("code", list(STATUS))
async def test_every_code_leaves_with_its_status(code: Code) -> None:
    response = await answer(ToolbarError.from_code(code, {"ecid": "a|1"}))
    assert response.status_code == STATUS[code]
    body = response.json()
    assert (body["code"], body["status"], body["details"]) == (code, STATUS[code], {"ecid": "a|1"})


async def test_a_database_that_is_away_is_told_as_unavailable_for_now() -> None:
    response = await answer(StoreUnavailableError("disk I/O error"))
    assert response.status_code == 503
    assert response.headers["retry-after"] == "1"
    assert (response.json()["code"], response.json()["retryable"]) == ("SERVICE", True)


async def test_an_unexpected_error_tells_nothing_of_the_inside(caplog: pytest.LogCaptureFixture) -> None:
    response = await answer(RuntimeError("s3cret of table contacts"))
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert "s3cret" not in response.text
    assert response.json()["correlationId"] in {record.__dict__["fields"]["trace"] for record in caplog.records}


def test_a_log_line_tells_the_kind_and_place_of_an_error_and_not_its_message() -> None:
    try:
        raise RuntimeError("s3cret")
    except RuntimeError as error:
        record = logging.LogRecord(
            "x", logging.ERROR, __file__, 1, "unexpected", (), (type(error), error, error.__traceback__)
        )
    record.__dict__["fields"] = {"trace": "t1"}
    text = JsonLines().format(record)
    line = json.loads(text)
    assert (line["event"], line["trace"], line["error"], line["level"]) == ("unexpected", "t1", "RuntimeError", "error")
    assert "test_handlers.py" in line["where"][0]
    assert "s3cret" not in text
    assert "\n" not in text
