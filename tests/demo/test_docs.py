"""What README and docs/ say is so: their snippets run, their tables are the code's."""

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.support.pages import HostPages, serve_pages
from tests.support.service import ServiceProcess
from toolbar_py import __version__
from toolbar_py.cli.democheck.run import chromium
from toolbar_py.service.domain.outcomes import BUILT_IN, RetryRule
from toolbar_py.wire.errors import Code, ToolbarError
from toolbar_py.wire.methods import METHODS

ROOT = Path(__file__).parents[2]
_README = (ROOT / "README.md").read_text()
_INTEGRATION = (ROOT / "docs" / "integration.md").read_text()
_OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
_TELEPHONES = (ROOT / "docs" / "telephone-systems.md").read_text()
_COMMAND = [sys.executable, "-m", "toolbar_py.cli"]
_SERVICE = "https://easycim.example"
_SHOWS_UP_MS = 90_000
# Puts what a snippet says onto the page.
_LISTEN = """
function note(text) { document.body.append(Object.assign(document.createElement("p"), { textContent: text })); }
console.log = function () { note("said " + Array.prototype.join.call(arguments, " ")); };
addEventListener("error", function (event) { note("uncaught " + event.message); });
addEventListener("unhandledrejection", function (event) { note("uncaught " + event.reason); });
"""
_POLICIES = re.findall(r"^script-src .*$", _README, re.MULTILINE)


class Site:
    """A CRM and its service, and a browser to see them."""

    def __init__(self, crm: HostPages, service: ServiceProcess, browser: Browser) -> None:
        self.crm = crm
        self.service = service
        self.browser = browser
        crm.add("/toolbar-token", service.token("op1@demo"))

    def open(self, html: str, script: str, policy: str) -> Page:
        """Open ``card.html`` and ``card.js`` under a policy of the README's, and nothing more."""
        csp = f"default-src 'none'; {policy.replace(_SERVICE, self.service.url)}"
        self.crm.add("/card.js", script)
        page = self.browser.new_page()
        page.goto(
            self.crm.add("/card.html", html.replace(_SERVICE, self.service.url), {"content-security-policy": csp})
        )
        return page


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Generator[Site]:
    folder = tmp_path_factory.mktemp("easycim")
    with serve_pages() as crm, ServiceProcess(folder, origins=[crm.origin]) as service, chromium() as browser:
        yield Site(crm, service, browser)


@pytest.mark.parametrize(("policy", "ecid"), list(zip(_POLICIES, ("demo|1|1|17", "demo|1|1|18"), strict=True)))
def test_the_card_of_the_readme_works_under_its_policies(site: Site, policy: str, ecid: str) -> None:
    page = site.open(_block(_README, "html"), _block(_README, "js").replace("demo|1|1|17", ecid), policy)
    state = page.locator("#state")
    state.filter(has_text="Aperto: 05550100").wait_for(timeout=_SHOWS_UP_MS)
    page.get_by_role("button", name="Salva come positivo").click()
    state.filter(has_text="Salvato: POSITIVE").wait_for()
    assert page.get_by_role("button", name="Salva come positivo").is_disabled()
    page.reload()
    state.filter(has_text="Chiuso: si può solo leggere").wait_for(timeout=_SHOWS_UP_MS)


def test_the_snippets_of_the_integration_guide_do_what_they_say(site: Site) -> None:
    token = site.service.token("op1@demo")
    snippets = re.findall(r"^```js\n(.*?)^```$", _INTEGRATION, re.MULTILINE | re.DOTALL)
    script = "\n".join([_LISTEN, f"TOOLBAR.configure({{ token: {token!r} }});", *snippets])
    page = site.open(_block(_README, "html"), script, _POLICIES[0])
    # What the abort, the reading, its `always`, the save and `ready` gave.
    for said in (r"ABORTED", r"demo\|1\|1\|1", r"fine", r"[0-9a-f]{32}", rf"{re.escape(__version__)} \w+ \d+"):
        page.locator("p").filter(has_text=re.compile(f"^said {said}$")).wait_for(timeout=_SHOWS_UP_MS)
    assert page.locator("p").filter(has_text="uncaught").count() == 0


def test_every_method_is_described_with_its_arguments() -> None:
    described = re.findall(r"^### (\w+)\((.*)\)$", _INTEGRATION, re.MULTILINE)
    assert sorted(described) == sorted((method.name, ", ".join(method.parameters)) for method in METHODS)


def test_the_table_of_errors_is_the_codes() -> None:
    rows = _table(_INTEGRATION, "Errors")
    again = {kind.code.value: "yes" if kind.retryable else "no" for kind in ToolbarError.__subclasses__()}
    assert {row[0].strip("`"): row[2] for row in rows} == again
    assert {row[0].strip("`") for row in rows} == {code.value for code in Code}


def test_the_table_of_outcomes_is_the_codes() -> None:
    described = {row[0].strip("`"): [row[1], row[2].strip("`"), *row[3:]] for row in _table(_INTEGRATION, "Outcomes")}
    assert described == {
        rule.outcome.code: [rule.outcome.label, rule.outcome.kind.value, *_what_follows(rule.retry)]
        for rule in BUILT_IN
    }


def test_every_setting_is_described() -> None:
    (keys,) = re.findall(r"const KEYS = \[(.*?)\]", (ROOT / "web" / "src" / "facade" / "config.ts").read_text())
    described = {row[0].strip("`") for row in _table(_INTEGRATION, "Settings")}
    assert described == set(re.findall(r'"(\w+)"', keys))


@pytest.mark.parametrize("command", ["serve", "token", "import", "demo"])
def test_every_option_is_described(command: str) -> None:
    shown = subprocess.run([*_COMMAND, command, "--help"], check=True, capture_output=True, text=True).stdout
    options = set(re.findall(r"--[a-z][a-z-]+", shown)) - {"--help"}
    assert options
    assert options <= set(re.findall(r"--[a-z][a-z-]+", _OPERATIONS))


@pytest.mark.parametrize(("form", "rows"), [("csv", 3), ("json", 2)])
def test_the_import_examples_are_taken_whole(form: str, rows: int, tmp_path: Path) -> None:
    file = tmp_path / f"leads.{form}"
    file.write_text(_block(_OPERATIONS, form))
    (line,) = re.findall(r"^toolbar-py import .*$", _OPERATIONS, re.MULTILINE)
    line = str(line).replace("leads.csv", str(file)).replace("/srv/easycim", str(tmp_path / "data"))
    done = subprocess.run([*_COMMAND, *line.split()[1:]], check=True, capture_output=True, text=True)
    assert done.stdout == f"{rows} of {rows} rows imported into RINNOVI\n"


def test_the_telephone_systems_example_typed_into_a_shell_is_answered_as_it_says(tmp_path: Path) -> None:
    example = _TELEPHONES.split("\n## An example to type\n")[1]
    start, report = re.findall(r"^```sh\n(.*?)^```$", example, re.MULTILINE | re.DOTALL)
    said = tmp_path / "said"
    # As in the example, but on a free port; a person waits for the address by reading.
    start = start.replace(".venv/bin/toolbar-py", shlex.join(_COMMAND))
    start = start.replace("cti-demo", f"{tmp_path / 'data'} --port 0")
    start = start.removesuffix(" &\n")
    script = f"""
        {start} >{said} 2>&1 &
        trap "kill $!" EXIT
        until SERVICE=$(grep -o 'http://[0-9.:]*' {said}); do kill -0 $! || exit 1; sleep 0.1; done
        {report.replace("SERVICE=http://127.0.0.1:8765", "")}
    """
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr + said.read_text()
    assert json.loads(done.stdout) == json.loads(_block(example, "json"))


@pytest.mark.parametrize(
    "name", ["README.md", "CHANGELOG.md", "docs/integration.md", "docs/operations.md", "docs/telephone-systems.md"]
)
def test_every_link_inside_the_project_leads_somewhere(name: str) -> None:
    text = (ROOT / name).read_text()
    for target in re.findall(r"\]\(([^)#]*)(?:#[^)]*)?\)", text):
        if target and not target.startswith("http"):
            assert ((ROOT / name).parent / target).exists(), target
    for page, anchor in re.findall(r"\]\(([^)#]*)#([^)]*)\)", text):
        headings = re.findall(r"^#+ (.*)$", ((ROOT / name).parent / page).read_text() if page else text, re.MULTILINE)
        assert anchor in [re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings]


def _block(text: str, language: str) -> str:
    """Give the first fenced block in a language."""
    found = re.search(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def _table(text: str, heading: str) -> list[list[str]]:
    """Give the rows of the table below a heading, without its head."""
    section = text.split(f"\n## {heading}\n")[1].split("\n## ", maxsplit=1)[0]
    rows = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[2:]]


def _what_follows(retry: RetryRule | None) -> tuple[str, str]:
    if retry is None:
        return "", "at once"
    return f"{retry.delay_ms // 60_000} min", f"when saved {retry.maximum} times"
