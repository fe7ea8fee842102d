"""``toolbar-py check`` as an integrator runs it, and what its documentation says of it."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.pages import HostPages
from toolbar_py.conformance.finding import CONTRACT
from toolbar_py.conformance.rules import RULES
from toolbar_py.conformance.scenarios import Scenario

_COMMAND = [sys.executable, "-m", "toolbar_py.cli", "check"]
_FOLDER = Path(__file__).parents[2] / "docs"
_DOCS = (_FOLDER / "conformance.md").read_text()
_INTEGRATION = (_FOLDER / "integration.md").read_text()


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*_COMMAND, *arguments], capture_output=True, text=True, timeout=200, check=False)


def test_a_page_that_breaks_a_rule_is_reported_and_the_command_fails(crm: HostPages, tmp_path: Path) -> None:
    url = f"{crm.origin}/bad/saved-without-opening.html"
    options = ["--contacts", "1", "--scenarios", "predictive", "--speed", "400", "--report", str(tmp_path)]
    done = _run(url, *options)
    assert done.returncode == 1, done.stderr
    assert "error: saved-without-opening" in done.stdout
    assert "The contract was broken 1 time." in done.stdout
    assert json.loads((tmp_path / "report.json").read_text())["url"] == url
    assert (tmp_path / "report.html").is_file()
    assert (tmp_path / "timeline.svg").is_file()


def test_a_page_that_keeps_to_the_contract_lets_the_command_succeed(crm: HostPages) -> None:
    done = _run(f"{crm.origin}/good/plain.html", "--contacts", "1", "--scenarios", "inbound", "--speed", "400")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The page keeps to the contract." in done.stdout


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://127.0.0.1:9/", "the page cannot be opened"),
        ("file:///tmp/page.html", "serve it over http or https"),
        ("crm.example", "serve it over http or https"),
        ("http://crm.example:port/", "serve it over http or https"),
    ],
)
def test_a_page_that_cannot_be_opened_is_told_in_one_line(url: str, said: str) -> None:
    done = _run(url)
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_page_that_is_not_there_is_told(crm: HostPages) -> None:
    done = _run(f"{crm.origin}/nothing.html")
    assert (done.returncode, "the page cannot be opened" in done.stderr) == (2, True)


def test_a_page_without_the_toolbar_is_told_what_would_be_right(crm: HostPages) -> None:
    done = _run(crm.add("/empty.html", "<!doctype html><title>Nothing</title>"))
    assert done.returncode == 2
    assert "has not loaded the toolbar" in done.stderr
    assert '<script src="https://SERVICE/sdk/toolbar.js"></script>' in done.stderr


@pytest.mark.parametrize("below", ["", "in/it"])
def test_a_report_that_has_no_place_is_told_before_the_page_is_opened(tmp_path: Path, below: str) -> None:
    file = tmp_path / "report.txt"
    file.write_text("mine")
    done = _run("http://127.0.0.1:9/", "--report", str(file / below))
    assert done.returncode == 2
    assert done.stderr.startswith(f"toolbar-py: the report cannot be written to '{file / below}' (it is no folder): ")
    assert (len(done.stderr.splitlines()), done.stdout) == (1, "")
    assert file.read_text() == "mine"


def test_a_scenario_that_there_is_not_is_a_wrong_use() -> None:
    done = _run("http://crm.example/", "--scenarios", "nothing")
    assert (done.returncode, "there is no scenario 'nothing'" in done.stderr) == (2, True)


def test_another_origin_that_is_none_is_blamed_on_its_own_option() -> None:
    done = _run("http://crm.example/", "--origin", "http://ok.example", "--origin", "crm")
    said = "toolbar-py: Invalid value for --origin: 'crm' is not an origin: write it like https://crm.example"
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert done.stderr.startswith(said)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a window always has a display")
def test_a_window_without_a_display_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    done = _run("http://crm.example/", "--headed")
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "there is no display for the browser's window: leave --headed out" in done.stderr


def test_every_rule_is_described_in_the_order_and_with_the_section_of_the_code() -> None:
    assert _rows("Rules") == [(rule.name, rule.section) for rule in RULES]


def test_every_section_of_the_contract_is_found_in_the_documentation_for_integrators() -> None:
    headings = re.findall(r"^## (.+)$", _INTEGRATION, re.MULTILINE)
    assert {heading for named in CONTRACT.values() for heading in named} <= set(headings)
    assert {rule.section for rule in RULES} <= set(CONTRACT)
    for section, named in CONTRACT.items():
        links = ", ".join(f"[{heading}](integration.md#{heading.lower()})" for heading in named)
        assert f"| {section} | {links} |" in _DOCS


def test_every_scenario_is_described() -> None:
    names = re.findall(r"`(\w+)`", "".join(row for row, _ in _rows("Scenarios", code=False)))
    assert names == [scenario.value for scenario in Scenario]


def test_every_option_is_described() -> None:
    shown = _run("--help").stdout
    options = set(re.findall(r"--[a-z][a-z-]+", shown)) - {"--help"}
    assert {name for name, _ in _rows("Options")} == options


def _rows(heading: str, *, code: bool = True) -> list[tuple[str, str]]:
    """Give the first two columns of the table below a heading."""
    section = _DOCS.split(f"\n## {heading}\n")[1].split("\n## ", maxsplit=1)[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")][2:]
    return [(row[0].strip().strip("`") if code else row[0], row[1].strip()) for row in rows]
