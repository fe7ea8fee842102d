"""The command line, as a newcomer meets it."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.desk import Desk, good
from tests.support.service import ServiceProcess
from toolbar_py import __version__
from toolbar_py.cli.main import run

Start = Callable[..., ServiceProcess]


def toolbar(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "toolbar_py.cli", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, **environment},
    )


def one_line(done: subprocess.CompletedProcess[str], code: int) -> str:
    """Give the error of a command that has to fail with one line and this exit code."""
    assert done.returncode == code, done.stderr
    return only_line(done.stderr)


def only_line(errors: str) -> str:
    """Give the one line that stderr has to be."""
    lines = errors.splitlines()
    assert len(lines) == 1, errors
    assert lines[0].startswith("toolbar-py: ")
    return lines[0]


Here = Callable[..., tuple[int, str, str]]


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Here:
    """Give what runs a command in this process, which is quicker; it gives exit code, stdout and stderr."""

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["toolbar-py", *arguments])
        with pytest.raises(SystemExit) as ended:
            run()
        out, errors = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, out, errors

    return call


@pytest.mark.parametrize("command", ["serve", "token", "import"])
def test_every_command_explains_itself(command: str, here: Here) -> None:
    code, out, _ = here(command, "--help")
    assert code == 0
    assert "--data" in out


def test_the_help_lists_the_commands() -> None:
    assert {"serve", "token", "import"} <= set(toolbar("--help").stdout.split())


def test_the_version_is_told() -> None:
    assert toolbar("--version").stdout.strip() == f"toolbar-py {__version__}"


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("nope",), "nope"),
        (("serve", "--nope"), "--nope"),
        (("serve", "--port", "x"), "--port"),
        (("serve", "--port", "99999"), "--port"),
        (("serve", "--lease-minutes", "0"), "--lease-minutes"),
        (("serve", "--lease-minutes", "inf"), "--lease-minutes"),
        (("serve", "--lease-minutes", "nan"), "--lease-minutes"),
        (("serve", "--lease-minutes", "1e300"), "--lease-minutes"),
        (("serve", "--allow-origin", "https://crm.example/app"), "write https://crm.example"),
        (("serve", "--allow-origin", "*"), "let any page in"),
        (("serve", "--public-url", "easycim.example"), "write it like https://easycim.example"),
        (("serve", "--sdk-dir", "/nowhere"), "/nowhere has no toolbar.js: name the folder of a web build"),
        (("token",), "--operator"),
        (("token", "--operator", " "), "--operator"),
        (("token", "--operator", "anna"), "'anna' cannot be an operator's name: write it like anna@crm"),
        (("token", "--operator", "an na@crm"), "write it like anna@crm"),
        (("token", "--operator", "anna@crm@it"), "write it like anna@crm"),
        (("token", "--operator", "@crm"), "write it like anna@crm"),
        (("token", "--operator", f"anna@{'c' * 124}"), "in at most 128 characters"),
        (("token", "--operator", "a@b", "--ttl", "-1"), "--ttl"),
        (("token", "--operator", "a@b", "--ttl", "31622401"), "--ttl"),
        (("import", "--macro-activity", "DEMO", "nowhere.csv"), "nowhere.csv"),
        (("import", "--macro-activity", "DEMO", __file__), ".csv"),
    ],
)
def test_wrong_use_is_told_in_one_line(arguments: tuple[str, ...], hint: str, here: Here) -> None:
    code, _, errors = here(*arguments)
    assert code == 2
    assert hint in only_line(errors)


def test_a_wrong_setting_of_a_telephone_system_is_wrong_use(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOOLBAR_CTI_WINDOW_S", "soon")
    code, _, errors = here("serve")
    assert code == 2
    assert "TOOLBAR_CTI_WINDOW_S is a whole number" in only_line(errors)


def test_a_taken_port_is_told_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        message = one_line(toolbar("serve", "--data", str(tmp_path), "--port", port), 1)
    assert port in message
    assert "in use" in message


def test_a_host_that_is_not_here_is_told_in_one_line(tmp_path: Path) -> None:
    done = toolbar("serve", "--data", str(tmp_path), "--port", "0", "--host", "192.0.2.1")
    assert done.returncode == 1
    assert "cannot listen on 192.0.2.1" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize("command", [("serve", "--port", "0"), ("token", "--operator", "a@b")])
def test_a_data_folder_that_cannot_be_one_is_told_in_one_line(tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "file").touch()
    assert "cannot use the data folder" in one_line(toolbar(*command, "--data", str(tmp_path / "file")), 1)


@pytest.mark.parametrize("command", [("serve", "--port", "0"), ("token", "--operator", "a@b")])
def test_a_database_that_is_none_is_told_in_one_line(tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "easycim.sqlite3").write_bytes(b"this is no database, however long it is" * 100)
    assert "not a database" in one_line(toolbar(*command, "--data", str(tmp_path)), 1)


def test_a_network_address_is_warned_about(start_service: Start) -> None:
    service = start_service(demo=False, more=("--host", "0.0.0.0"))  # noqa: S104 (that is what is warned about)
    assert "reachable from other machines" in service.log.read_text()


def test_a_simulation_beside_a_real_telephone_system_is_told_to_be_ignored(
    start_service: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOOLBAR_CTI_SECRETS", f"2026a:{'s' * 32}")
    service = start_service(more=("--simulate", "mixed", "--faults", "drop=0.1", "--log-level", "error"))
    assert "--simulate and --faults ignored: TOOLBAR_CTI_SECRETS joins" in only_line(service.log.read_text())


def test_a_second_service_on_a_data_folder_is_warned_about_as_long_as_another_runs(start_service: Start) -> None:
    quiet = ("--log-level", "error")
    first = start_service(more=quiet)
    folder, log = first.data_dir, first.log
    assert log.read_text() == ""
    second = start_service(folder, more=quiet)
    assert f"another service runs on the data folder {folder}" in only_line(log.read_text())
    first.kill()
    third = start_service(folder, more=quiet)
    assert log.read_text().count("another service runs") == 2
    second.kill()
    third.kill()
    start_service(folder, more=quiet)
    assert log.read_text().count("another service runs") == 2


def test_a_service_stops_cleanly(start_service: Start) -> None:
    service = start_service(demo=False)
    assert service.stop() == 0
    assert "Traceback" not in service.log.read_text()


def test_tokens_are_all_that_is_printed_and_they_work(start_service: Start, tmp_path: Path) -> None:
    done = toolbar("token", "--data", str(tmp_path), "--operator", "op1@demo", "--operator", "new@demo")
    assert done.returncode == 0
    tokens = done.stdout.splitlines()
    assert len(tokens) == 2
    assert "new@demo was not known and is registered now" in done.stderr
    service = start_service(tmp_path)
    for token, operator in zip(tokens, ("op1@demo", "new@demo"), strict=True):
        desk = Desk(service.url, token)
        assert good(desk.http.get("/easycim/v1/profile"))["operator"] == operator
        desk.close()


def test_a_token_says_when_it_makes_a_data_folder(tmp_path: Path) -> None:
    command = ("token", "--data", str(tmp_path / "mistyped"), "--operator", "op1@demo")
    said = f"toolbar-py: made a new data folder {tmp_path / 'mistyped'}"
    assert said in toolbar(*command).stderr.splitlines()
    assert toolbar(*command).stderr == ""


def test_a_supervisors_token_may_import(service: ServiceProcess, contact_id: str) -> None:
    done = toolbar("token", "--data", str(service.data_dir), "--operator", "op1@demo", "--role", "supervisor")
    desk = Desk(service.url, done.stdout.strip())
    report = good(desk.import_file(f"ecid\n{contact_id}\n".encode(), "text/csv", macroActivity="DEMO"))
    desk.close()
    assert report["imported"] == 1


def test_a_file_is_imported_while_the_service_runs(service: ServiceProcess, desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "contacts.csv"
    file.write_text("ecid,nome\nfrom-cli|1,Anna\nfrom-cli|2,Bruno\n")
    done = toolbar("import", "--data", str(service.data_dir), "--macro-activity", "DEMO", str(file))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip() == "2 of 2 rows imported into DEMO"
    assert good(desk.contact("from-cli|2"))["ContactInfo"] == [{"name": "nome", "value": "Bruno"}]


def test_rejected_rows_are_listed_and_make_the_exit_code_one(service: ServiceProcess, tmp_path: Path) -> None:
    file = tmp_path / "contacts.json"
    file.write_text('[{"ecid": "demo|1|1|1"}, {"ecid": "from-cli|3"}, {"ecid": 5}]')
    done = toolbar("import", "--data", str(service.data_dir), "--macro-activity", "DEMO", str(file))
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "row 1 (demo|1|1|1): CONFLICT: The request contradicts what is already recorded (the ECID exists already).",
        "row 3: INVALID_ARGUMENT: Invalid request: ecid must be text.",
        "1 of 3 rows imported into DEMO",
    ]


def test_a_broken_file_is_told_in_one_line_and_changes_nothing(
    service: ServiceProcess, desk: Desk, tmp_path: Path
) -> None:
    file = tmp_path / "contacts.json"
    file.write_text('[{"ecid": "from-cli|4"}, {')
    command = ("import", "--data", str(service.data_dir), "--macro-activity", "DEMO", str(file))
    assert "Nothing was imported" in one_line(toolbar(*command), 1)
    assert desk.contact("from-cli|4").status_code == 404


def test_a_macro_activity_is_made_only_when_that_is_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "contacts.csv"
    file.write_text("nome\nAnna\n")
    command = ("import", "--data", str(tmp_path / "data"), "--macro-activity", "NEW", str(file))
    done = toolbar(*command)
    assert done.returncode == 1
    made, error = done.stderr.splitlines()
    assert made == f"toolbar-py: made a new data folder {tmp_path / 'data'}"
    assert "there is no macro activity NEW" in error
    assert toolbar(*command, "--create").returncode == 0
