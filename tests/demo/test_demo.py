"""``toolbar-py demo``, as a person and as ``make demo CHECK=1`` run it."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from toolbar_py.cli.democheck.calls import all_calls

_COMMAND = [sys.executable, "-m", "toolbar_py.cli", "demo"]
_DESK_STEPS = (
    "opens the demo page",
    "signs in with a wrong password",
    "saves an outcome that is not allowed",
    "saves with outcome, note and label",
    "sees what was saved",
)


def test_the_check_makes_every_step_and_finds_every_answer_right() -> None:
    # A gateway that would be asked for every call, if there were one.
    joined = {"TOOLBAR_CTI_SECRETS": f"2026a:{'s' * 32}", "TOOLBAR_CTI_URL": "https://gateway.invalid/actions"}
    joined["TOOLBAR_CTI_WINDOW_S"] = "no number"
    done = subprocess.run(
        [*_COMMAND, "--check"], env={**os.environ, **joined}, capture_output=True, check=False, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout
    assert done.stderr.startswith(f"toolbar-py: warning: {', '.join(joined)} ignored")
    assert done.stderr.count("\n") == 1
    lines = done.stdout.splitlines()
    steps = [line for line in lines if line.startswith("✓")]
    assert not [line for line in lines if line.startswith("✗")]
    assert [int(line.split()[1]) for line in steps] == list(range(1, len(steps) + 1))
    asked = [line.split(maxsplit=3)[3] for line in steps]
    calls = [step.asked.what for part in all_calls(0) for step in part.steps]
    assert [what for what in asked if what.startswith("EASYCIM.")] == calls
    assert set(_DESK_STEPS) <= set(asked)
    # Every step is followed by the whole JSON of its answer.
    assert all(isinstance(json.loads(lines[lines.index(line) + 1]), dict) for line in steps)
    assert lines[-1] == f"All {len(steps)} answers were right."


@pytest.mark.parametrize(
    ("missing", "reason"),
    [({"CHROMIUM": "/nowhere/chromium"}, "the check needs Chromium"), ({"PYTHONPATH": "{shadow}"}, "needs Playwright")],
)
def test_a_check_that_cannot_run_says_why_in_one_line(missing: dict[str, str], reason: str, tmp_path: Path) -> None:
    (tmp_path / "playwright.py").write_text("raise ImportError\n")
    environment = {**os.environ, **{name: value.format(shadow=tmp_path) for name, value in missing.items()}}
    done = subprocess.run(
        [*_COMMAND, "--check"], env=environment, capture_output=True, check=False, text=True, timeout=60
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert reason in done.stderr
    assert "run make setup" in done.stderr


def test_the_demo_tells_where_the_desk_is_and_stops_cleanly(tmp_path: Path) -> None:
    command = [*_COMMAND, "--port", "0", "--data", str(tmp_path / "data")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"http://127\.0\.0\.1:\d+/demo/", process.stdout.readline())
            assert found is not None
            assert "op1@demo with the password demo" in process.stdout.readline()
            with urllib.request.urlopen(found[0]) as response:  # noqa: S310 (a loopback address of ours)
                assert "Postazione operatore" in response.read().decode()
                assert "'unsafe-inline'" not in response.headers["content-security-policy"]
        finally:
            process.send_signal(signal.SIGINT)
        _, complaints = process.communicate(timeout=30)
    assert (process.returncode, complaints) == (0, "")


def test_the_demo_says_that_it_joins_no_real_telephone_system(tmp_path: Path) -> None:
    command = [*_COMMAND, "--port", "0", "--data", str(tmp_path / "data")]
    secrets = f"2026a:{'s' * 32}"
    environment = {**os.environ, "TOOLBAR_CTI_SECRETS": secrets}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            assert process.stdout is not None
            assert "/demo/" in process.stdout.readline()
        finally:
            process.send_signal(signal.SIGINT)
        _, complaints = process.communicate(timeout=30)
    (warning,) = complaints.splitlines()
    assert "TOOLBAR_CTI_SECRETS ignored" in warning
    assert "toolbar-py serve --demo" in warning
    assert secrets not in warning


def test_pages_of_an_origin_that_is_named_may_use_the_demo_and_are_told_how(tmp_path: Path) -> None:
    origin = "http://localhost:3000"
    command = [*_COMMAND, "--port", "0", "--data", str(tmp_path / "data"), "--allow-origin", origin]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            said = [process.stdout.readline() for _ in range(4)]
            url = said[0].split()[-1].removesuffix("/demo/")
            assert said[2] == f'Pages of {origin} load <script src="{url}/sdk/toolbar.js"></script>;\n'
            assert said[3].startswith(".venv/bin/toolbar-py token --data")
            asked = urllib.request.Request(f"{url}/sdk/frame.html")  # noqa: S310 (a loopback address of ours)
            with urllib.request.urlopen(asked) as response:  # noqa: S310
                assert origin in response.headers["content-security-policy"]
        finally:
            process.send_signal(signal.SIGINT)


def test_an_origin_that_is_none_is_refused_by_the_options_name(tmp_path: Path) -> None:
    command = [*_COMMAND, "--data", str(tmp_path / "data"), "--allow-origin", "*"]
    done = subprocess.run(command, capture_output=True, check=False, text=True, timeout=60)
    assert done.returncode == 2
    assert "--allow-origin" in done.stderr


def test_a_port_that_is_taken_is_told_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        command = [*_COMMAND, "--port", str(taken.getsockname()[1]), "--data", str(tmp_path / "data")]
        done = subprocess.run(command, capture_output=True, check=False, text=True, timeout=60)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "cannot listen" in done.stderr
