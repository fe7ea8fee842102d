"""Importing contacts over HTTP (contract section 5)."""

import json
import socket
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.desk import API, Desk, good, problem
from tests.support.service import ServiceProcess


def csv(*lines: str) -> bytes:
    return ("\n".join(lines) + "\n").encode()


def taken(desk: Desk, *ecids: str) -> list[bool]:
    return [desk.contact(ecid).status_code == 200 for ecid in ecids]


def test_a_csv_is_imported(supervisor: Desk, contact_id: str) -> None:
    name = contact_id
    content = csv("ecid;phoneNumber;campaign;nome", f"{name}|1;333;Spring;Anna", f"{name}|2;;;Bruno")
    report = good(supervisor.import_file(content, "text/csv", macroActivity="DEMO", campaign="Autumn"))
    assert report == {"macroActivity": "DEMO", "read": 2, "imported": 2, "rejected": 0, "rejectedRows": []}
    first, second = good(supervisor.contact(f"{name}|1")), good(supervisor.contact(f"{name}|2"))
    assert (first["phoneNumber"], first["campaign"], second["campaign"]) == ("333", "Spring", "Autumn")
    assert first["ContactInfo"] == [{"name": "nome", "value": "Anna"}]


def test_a_json_list_is_imported(supervisor: Desk, contact_id: str) -> None:
    fields = [{"fieldName": "nome", "categorizedFieldKeyCode": "N", "value": "Anna"}]
    content = json.dumps([{"ecid": contact_id, "phoneNumber": "333", "fields": fields}]).encode()
    report = good(supervisor.import_file(content, "application/json; charset=utf-8", macroActivity="DEMO"))
    assert report["imported"] == 1
    assert good(supervisor.contact(contact_id))["listFieldValueList"] == fields


def test_every_rejected_row_is_in_the_report_and_the_good_ones_are_taken(supervisor: Desk, contact_id: str) -> None:
    name = contact_id
    content = csv(
        "ecid,nome", f"{name}|1,Anna", f"{name}|2", f"{name}|1,again", f"{name}|3,{'x' * 2_001}", f"{name}|4,"
    )
    report = good(supervisor.import_file(content, "text/csv", macroActivity="DEMO"))
    assert (report["read"], report["imported"], report["rejected"]) == (5, 2, 3)
    assert [(row["row"], row["ecid"], row["code"]) for row in report["rejectedRows"]] == [
        (3, f"{name}|2", "INVALID_ARGUMENT"),
        (4, f"{name}|1", "CONFLICT"),
        (5, f"{name}|3", "TOO_LARGE"),
    ]
    assert taken(supervisor, f"{name}|1", f"{name}|2", f"{name}|3", f"{name}|4") == [True, False, False, True]


def test_an_ecid_that_exists_keeps_its_data(supervisor: Desk, ecid: str) -> None:
    before = good(supervisor.contact(ecid))
    report = good(supervisor.import_file(csv("ecid,nome", f"{ecid},Changed"), "text/csv", macroActivity="DEMO"))
    assert report["rejectedRows"][0]["code"] == "CONFLICT"
    assert good(supervisor.contact(ecid)) == before


def test_rows_without_an_ecid_get_one(supervisor: Desk, contact_id: str) -> None:
    content = csv("nome", contact_id, contact_id)
    assert good(supervisor.import_file(content, "text/csv", macroActivity="DEMO"))["imported"] == 2
    found = good(supervisor.search(listFieldToSearch=[{"value": contact_id}]))["data"]["rowList"]
    assert all(row["builtinEcid"].startswith("demo|1|2|") for row in found)
    assert len(found) == 2


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"", "text/csv"),
        (b"\n", "text/csv"),
        (b"ecid,ecid\na,b\n", "text/csv"),
        (b'ecid,nome\n{},"unclosed\n', "text/csv"),
        (b"ecid,nome\n{},caf\xe9\n", "text/csv"),
        (b"", "application/json"),
        (b"{}", "application/json"),
        (b'{"item": [{"ecid": "{}"}]}', "application/json"),
        (b'[{"ecid": "{}"}', "application/json"),
        (b'[{"ecid": "{}"},]', "application/json"),
        (b'[{"ecid": "{}"}] trailing', "application/json"),
        (b'[{"ecid": "{}"}, \xff]', "application/json"),
    ],
)
def test_a_broken_file_changes_nothing(supervisor: Desk, contact_id: str, content: bytes, media_type: str) -> None:
    content = content.replace(b"{}", contact_id.encode()) if content != b"{}" else content
    details = problem(supervisor.import_file(content, media_type, macroActivity="DEMO"), 422, "INVALID_ARGUMENT")
    assert details["problems"]
    assert taken(supervisor, contact_id) == [False]


def test_a_bom_is_no_part_of_the_file(supervisor: Desk, contact_id: str) -> None:
    rows = b"\xef\xbb\xbf" + csv("ecid", f"{contact_id}|1")
    objects = b"\xef\xbb\xbf" + json.dumps([{"ecid": f"{contact_id}|2"}]).encode()
    assert good(supervisor.import_file(rows, "text/csv", macroActivity="DEMO"))["imported"] == 1
    assert good(supervisor.import_file(objects, "application/json", macroActivity="DEMO"))["imported"] == 1


def test_a_row_number_counts_records_not_lines(supervisor: Desk, contact_id: str) -> None:
    content = csv("ecid,nome", f'{contact_id}|1,"two\nlines"', f"{contact_id}|2")
    report = good(supervisor.import_file(content, "text/csv", macroActivity="DEMO"))
    assert report["rejectedRows"][0]["row"] == 3


def test_the_report_speaks_the_readers_language(supervisor: Desk, ecid: str) -> None:
    headers = {"Content-Type": "text/csv", "Accept-Language": "it"}
    url = f"{API}/contacts/import?macroActivity=DEMO"
    report = good(supervisor.http.post(url, content=csv("ecid", ecid), headers=headers))
    assert "esiste già" in report["rejectedRows"][0]["message"]


def test_an_unknown_macro_activity_is_refused_with_those_there_are(supervisor: Desk) -> None:
    details = problem(
        supervisor.import_file(csv("ecid", "a"), "text/csv", macroActivity="NOPE"), 422, "INVALID_ARGUMENT"
    )
    assert details["problems"] == [{"argument": "macroActivity", "problem": "choice", "allowed": "DEFAULT, DEMO"}]


def test_another_media_type_is_refused_with_those_there_are(supervisor: Desk) -> None:
    response = supervisor.import_file(b"<a/>", "application/xml", macroActivity="DEMO")
    details = problem(response, 415, "INVALID_ARGUMENT")
    assert details["problems"][0]["allowed"] == "text/csv, application/json"


def test_importing_takes_a_supervisor(desk: Desk) -> None:
    response = desk.import_file(csv("ecid", "a"), "text/csv", macroActivity="DEMO")
    assert problem(response, 403, "FORBIDDEN") == {"reason": "supervisor_only"}


def test_a_dropped_upload_changes_nothing(supervisor: Desk, service: ServiceProcess, contact_id: str) -> None:
    """The connection breaks after whole rows have arrived, and before the last."""
    token = supervisor.http.headers["authorization"]
    content = csv("ecid", f"{contact_id}|1", f"{contact_id}|2")
    head = (
        f"POST {API}/contacts/import?macroActivity=DEMO HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\n"
        f"Content-Type: text/csv\r\nContent-Length: {len(content) + 1000}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", service.port)) as connection:
        connection.sendall(head.encode() + content)
        connection.shutdown(socket.SHUT_WR)
        # The service has noticed when it closes its side.
        while connection.recv(4096):
            pass
    assert taken(supervisor, f"{contact_id}|1", f"{contact_id}|2") == [False, False]


def test_operators_go_on_working_during_a_long_import(
    supervisor: Desk, desk: Desk, ecid: str, contact_id: str, in_background: Callable[..., Any]
) -> None:
    lines = [f"{contact_id}|{number},Anna,Via Roma {number},Torino" for number in range(5_000)]
    report = in_background(supervisor.import_file, csv("ecid,nome,via,citta", *lines), "text/csv", macroActivity="DEMO")
    saves = 0
    while not report.done():
        good(desk.save(ecid=ecid, outcome="APP1"))
        saves += 1
        ecid = good(desk.open_inbound(f"{contact_id}-{saves}"))["answer"]["ecid"]
    assert good(report.result())["imported"] == 5_000
    assert saves > 5
