"""Everything that goes wrong is a problem with the contract's code (contract sections 2 and 5)."""

import json
from collections.abc import Iterator

import httpx2
import pytest

from tests.support.desk import API, Desk, problem
from tests.support.service import ServiceProcess


def test_an_unknown_path_is_a_problem(desk: Desk) -> None:
    details = problem(desk.http.get(f"{API}/nope"), 404, "INVALID_ARGUMENT")
    assert details["problems"] == [{"argument": "path", "problem": "unknown"}]


def test_a_method_that_is_not_allowed_is_a_problem_that_says_which_is(desk: Desk) -> None:
    response = desk.http.delete(f"{API}/scripts/open")
    problem(response, 405, "INVALID_ARGUMENT")
    assert response.headers["allow"] == "POST"


@pytest.mark.parametrize(
    ("content", "argument"),
    [
        (b"{", ""),
        (b"", ""),
        (b"[]", ""),
        (b'"text"', ""),
        (b"\xff\xfe", ""),
        (b"[" * 100_000, ""),
        (b'{"ecid": 5}', "ecid"),
        (b'{"ecid": null}', "ecid"),
        (b'{"ecid": ""}', "ecid"),
        (b'{"ecid": "  "}', "ecid"),
        (b'{"ecid": "a\\u0000b"}', "ecid"),
        (b'{"ecid": "a\\ud800b"}', "ecid"),
        (b'{"ecid": "a|1", "isManual": "yes"}', "isManual"),
        (b'{"ecid": "a|1", "nope": 1}', "nope"),
    ],
)
def test_a_malformed_body_is_refused_by_name(desk: Desk, content: bytes, argument: str) -> None:
    headers = {"Content-Type": "application/json"}
    response = desk.http.post(f"{API}/scripts/open", content=content, headers=headers)
    details = problem(response, 422, "INVALID_ARGUMENT")
    assert details["problems"][0]["argument"] == argument


def test_a_body_of_another_type_is_refused(desk: Desk) -> None:
    headers = {"Content-Type": "text/plain"}
    response = desk.http.post(f"{API}/scripts/open", content=b'{"ecid": "a|1"}', headers=headers)
    problem(response, 422, "INVALID_ARGUMENT")


def test_a_note_that_is_too_long_is_too_large_and_names_the_limit(desk: Desk, ecid: str) -> None:
    details = problem(desk.save(ecid=ecid, outcome="libero", note="x" * 4_001), 413, "TOO_LARGE")
    assert details == {"argument": "note", "max": 4_000, "unit": "characters"}


def test_the_longest_legal_save_is_taken(desk: Desk, ecid: str) -> None:
    """Fifty labels of full length, every character six bytes long."""
    labels = [{"name": f"{at:03}" + "é" * 97, "value": "é" * 1_000} for at in range(50)]
    body = {"ecid": ecid, "outcome": "libero", "note": "é" * 4_000, "labels": labels}
    headers = {"Content-Type": "application/json", "Idempotency-Key": "k" * 16}
    text = json.dumps(body, ensure_ascii=True).encode()
    assert desk.http.post(f"{API}/scripts/save", content=text, headers=headers).status_code == 200


def test_a_note_of_ten_megabytes_is_refused_before_it_is_read(desk: Desk, ecid: str) -> None:
    details = problem(desk.save(ecid=ecid, outcome="libero", note="x" * 10_000_000), 413, "TOO_LARGE")
    assert details == {"argument": "body", "max": 512 * 1024, "unit": "bytes"}


def test_a_body_that_does_not_say_its_length_is_refused_when_it_is_too_long(desk: Desk) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(100):
            yield b" " * 10_000

    headers = {"Content-Type": "application/json"}
    response = desk.http.post(f"{API}/scripts/open", content=chunks(), headers=headers)
    assert problem(response, 413, "TOO_LARGE")["argument"] == "body"


def test_a_problem_never_repeats_what_was_written(desk: Desk, ecid: str) -> None:
    label = {"name": "n", "value": "s3cret" * 200}
    response = desk.save(ecid=ecid, outcome="libero", note="s3cret" * 1_000, labels=[label])
    assert response.status_code == 413
    assert "s3cret" not in response.text


def test_a_problem_speaks_the_readers_language(desk: Desk) -> None:
    response = desk.http.get(f"{API}/contacts/no%7Csuch", headers={"Accept-Language": "it-IT,it;q=0.9"})
    assert response.json()["detail"] == "L'ECID no|such non esiste in easyCIM."
    assert response.headers["content-language"] == "it"


def test_a_trace_is_taken_from_the_caller(desk: Desk) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    headers = {"traceparent": f"00-{trace}-b7ad6b7169203331-01"}
    response = desk.http.get(f"{API}/contacts/no%7Csuch", headers=headers)
    assert response.json()["correlationId"] == trace


@pytest.mark.parametrize(
    "traceparent",
    [
        "x",
        "00-" + "0" * 32 + "-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-" + "0" * 16 + "-01",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    ],
)
def test_a_malformed_trace_is_replaced(desk: Desk, traceparent: str) -> None:
    response = desk.http.get(f"{API}/contacts/no%7Csuch", headers={"traceparent": traceparent})
    trace = response.json()["correlationId"]
    assert len(trace) == 32
    assert trace not in traceparent


def test_answers_about_contacts_are_never_cached(desk: Desk, ecid: str) -> None:
    responses = [desk.contact(ecid), desk.contact("no|such"), desk.open(ecid)]
    assert {response.headers["cache-control"] for response in responses} == {"no-store"}


def test_every_answer_forbids_guessing_its_type(desk: Desk, ecid: str) -> None:
    responses: list[httpx2.Response] = [desk.contact(ecid), desk.http.get("/nope"), desk.http.get("/sdk/pyodide.mjs")]
    assert {response.headers["x-content-type-options"] for response in responses} == {"nosniff"}


def test_the_log_names_operator_path_and_trace_and_nothing_that_was_written(
    desk: Desk, service: ServiceProcess, ecid: str, contact_id: str
) -> None:
    label = {"name": "n", "value": "s3cret-label"}
    desk.save(ecid=ecid, outcome="libero", note="s3cret-note", labels=[label])
    desk.open_inbound(contact_id, callData="PIN=s3cret-pin")
    trace = desk.http.get(f"{API}/contacts/{ecid}?q=s3cret-query").headers["traceresponse"].split("-")[1]
    line = json.loads(service.logged(trace))
    log = service.log.read_text()
    assert (line["operator"], line["path"], line["status"]) == ("op1@demo", f"{API}/contacts/{ecid}", 200)
    assert "s3cret" not in log
    assert desk.http.headers["authorization"].split()[1] not in log
