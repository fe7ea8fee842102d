"""Reports of a check: for the terminal, as JSON, and as one HTML page with the timeline in it."""

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from pathlib import Path

from rich.console import Console
from rich.markup import escape as markup
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from toolbar_py.conformance.finding import CONTRACT, Culprit, Severity
from toolbar_py.conformance.problem import CheckError
from toolbar_py.conformance.rules import RULES, Rule
from toolbar_py.conformance.run import Run
from toolbar_py.conformance.tally import Broken, Line, tally
from toolbar_py.conformance.timeline import rows, timeline
from toolbar_py.conformance.verdict import Verdict

_SHOWN_MAX = 20
"""With how many contacts one broken rule is told on the terminal, as many as usually come; files have them all."""

_SECONDS = (
    "Seconds count from the beginning of the run, also those of the findings. Each row begins when its contact came, "
    "at the second at its left; the scale counts on from there."
)

_STYLE = """
:root { color-scheme: light dark }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 1200px; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #8884 }
.error { color: #cf222e } .warning { color: #9a6700 } .good { color: #1a7f37 }
h3 { margin: 1.8rem 0 .3rem } section p { margin: .2rem 0 }
section table { table-layout: fixed } section td { padding-block: .1rem; overflow-wrap: anywhere }
section th:nth-child(1) { width: 27% } section th:nth-child(2) { width: 13% } section th:nth-child(3) { width: 9% }
section th:nth-child(5) { width: 14% }
code { font-size: .9em } small { opacity: .7; font-weight: normal }
figure { margin: 1rem 0; overflow: auto; max-height: 85vh }
@media print { figure { max-height: none } }
@media (prefers-color-scheme: dark) {
  .error { color: #f85149 } .warning { color: #d29922 } .good { color: #3fb950 }
}
"""


def print_summary(verdict: Verdict, console: Console) -> None:
    """Print what came of a check."""
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for name, value in _facts(verdict):
        table.add_row(name, markup(value))
    console.print(table)
    for broken in tally(verdict.findings, verdict.began_at):
        _print_broken(broken, console)
    if verdict.findings:
        console.print(Text(f"\n{_told_where(finding.section for finding in verdict.findings)}"))
    colour = "bold green" if verdict.passed else "bold red"
    console.print(Text(f"\n{conclusion(verdict)}", colour))


def _print_broken(broken: Broken, console: Console) -> None:
    def say(text: str, style: str = "") -> None:
        console.print(Padding(Text(text, style), (0, 0, 0, 2)))

    colour = "red" if broken.severity is Severity.ERROR else "yellow"
    times = f", {broken.times} times" if broken.times > 1 else ""
    head = f"{broken.severity.value}: {broken.rule} (contract section {broken.section}{times})"
    console.print(Text(f"\n{head}", f"bold {colour}"))
    if broken.wrong:
        say(f"Wrong: {broken.wrong}")
    say(f"Right: {broken.right}", "italic")
    for line in broken.lines[:_SHOWN_MAX]:
        say(": ".join(filter(None, [line.subject, "" if broken.wrong else _sentences(line), line.when])))
    if len(broken.lines) > _SHOWN_MAX:
        say(f"and {_count(len(broken.lines) - _SHOWN_MAX, 'more contact')}: --report tells them all")


def _sentences(line: Line) -> str:
    """Say what happened, the first in full."""
    first, *others = line.wrong
    return f"{first.removesuffix('.')} (or {_count(len(others), 'other way')})" if others else first.removesuffix(".")


def make_folder(folder: Path) -> None:
    """Make the folder for the report, unless it is there, and make sure that files can be written into it.

    Raises:
        CheckError: they cannot.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Only a file tells: permissions say nothing of a file system that is full or may only be read.
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"report")
    except OSError as error:
        raise _unwritten(folder, error) from None


def write_files(run: Run, folder: Path) -> Sequence[Path]:
    """Write ``report.json``, ``timeline.svg`` and ``report.html`` into a folder; gives their places.

    Raises:
        CheckError: they cannot be written.
    """
    picture = timeline(f"Contacts of {run.verdict.url}", rows(run.case, run.verdict.findings))
    contents = {
        "report.html": html_page(run.verdict, picture),
        "timeline.svg": picture,
        "report.json": run.verdict.model_dump_json(indent=2, exclude_none=True) + "\n",
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            (folder / name).write_text(content, encoding="utf-8")
    except OSError as error:
        raise _unwritten(folder, error) from None
    return [folder / name for name in contents]


def _unwritten(folder: Path, error: OSError) -> CheckError:
    why = "it is no folder" if isinstance(error, FileExistsError | NotADirectoryError) else error.strerror or str(error)
    return CheckError(f"the report cannot be written to '{folder}' ({why}): name a folder that is yours to write to")


def conclusion(verdict: Verdict) -> str:
    """Say in a sentence what came of a check."""
    errors, warnings = verdict.errors, len(verdict.findings) - verdict.errors
    also = f" ({_count(warnings, 'warning')})" if warnings else ""
    if errors:
        ours = sum(each.culprit is Culprit.TOOLBAR for each in verdict.findings)
        whose = f", {ours} of them the toolbar's own" if ours else ""
        return f"The contract was broken {_count(errors, 'time')}{whose}{also}."
    if not verdict.complete:
        done, asked = verdict.figures.contacts, verdict.figures.asked
        return f"The run was not finished: {done} of {asked} contacts came, and no more of them came to an end{also}."
    if verdict.idle:
        untried = f"{len(verdict.not_tried)} of {len(RULES)} rules were not tried"
        return f"Nothing was proved: the page opened no script and saved no outcome, {untried}{also}."
    return f"The page keeps to the contract{also}."


def html_page(verdict: Verdict, picture: str) -> str:
    """Give a page that needs nothing else."""
    facts = "".join(f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in _facts(verdict))
    colour = "good" if verdict.passed else "error"
    rules = "".join(
        f"<tr><td><code>{rule.name}</code></td><td>{rule.section}</td><td>{_kept(rule, verdict)}</td></tr>"
        for rule in RULES
    )
    return (
        f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>Check of {escape(verdict.url)}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<style>{_STYLE}</style>\n<h1>Check of {escape(verdict.url)}</h1>\n"
        f'<p class="{colour}"><strong>{escape(conclusion(verdict))}</strong></p>\n<table>{facts}</table>\n'
        f"<h2>Timeline</h2>\n<p>{_SECONDS}</p>\n<figure>{picture}</figure>\n{_findings(verdict)}"
        f"<h2>Rules</h2>\n<table><tr><th>Rule</th><th>Contract section</th><th>This page</th></tr>{rules}</table>\n"
        f"<p>{escape(_told_where(rule.section for rule in RULES))}</p>\n"
        "</html>\n"
    )


def _findings(verdict: Verdict) -> str:
    told = "".join(map(_section, tally(verdict.findings, verdict.began_at)))
    return f"<h2>Findings</h2>\n{told}" if told else ""


def _section(broken: Broken) -> str:
    named = f'<span class="{broken.severity.value}">{broken.severity.value}</span> <code>{escape(broken.rule)}</code>'
    times = f", {broken.times} times" if broken.times > 1 else ""
    wrong = f"<p><strong>Wrong:</strong> {escape(broken.wrong)}</p>\n" if broken.wrong else ""
    column = "" if broken.wrong else "<th>What was wrong</th>"
    body = "".join(_table_row(line, told=not broken.wrong) for line in broken.lines)
    return (
        f"<section>\n<h3>{named} <small>contract section {broken.section}{times}</small></h3>\n"
        f"{wrong}<p><strong>Right:</strong> {escape(broken.right)}</p>\n"
        f"<table><tr><th>Contact</th><th>ECID</th><th>Scenario</th>{column}<th>When</th></tr>\n{body}</table>\n"
        "</section>\n"
    )


def _table_row(line: Line, *, told: bool) -> str:
    cells = [escape(text) or "&ndash;" for text in (line.contact, line.ecid, line.scenario)]
    if told:
        several = len(line.wrong) > 1
        cells.append(
            "<br>".join(
                escape(sentence) + (f" × {times}" if several and times > 1 else "")
                for sentence, times in line.wrong.items()
            )
        )
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in [*cells, escape(line.when)])}</tr>\n"


def _facts(verdict: Verdict) -> Iterator[tuple[str, str]]:
    seen = verdict.figures
    dialled = f", and {seen.dialled} that the page dialled itself" if seen.dialled else ""
    yield "Contacts", f"{seen.contacts} of {seen.asked} ({', '.join(verdict.scenarios)}){dialled}"
    yield "Played", f"seed {verdict.seed}, {verdict.speed:g} times real speed, Python in: {verdict.runtime or 'none'}"
    saves = f"{seen.saves} saved"
    if seen.refused_saves:
        saves += f", {_count(seen.refused_saves, 'save')} refused"
    if seen.unanswered_saves:
        saves += f", {_count(seen.unanswered_saves, 'save')} that nobody waited for"
    made = f"{_count(seen.calls, 'call')}, {_count(seen.documents, 'document')}"
    yield "Page", f"{_count(seen.openings, 'script')} opened, {saves}, {made}"
    if verdict.not_tried:
        yield "Not tried", f"{', '.join(verdict.not_tried)} (what these rules are about did not come up)"
    if seen.foreign_errors:
        yield "Beside", f"{_count(seen.foreign_errors, 'error')} of the page that the toolbar has no part in"


def _told_where(sections: Iterable[str]) -> str:
    """Say where in the documentation sections of the contract are told."""
    told = (f"{section} under {', '.join(CONTRACT[section])}" for section in sorted(set(sections)))
    return f"docs/integration.md tells what the contract says: section {'; '.join(told)}."


def _kept(rule: Rule, verdict: Verdict) -> str:
    counted = Counter(finding.severity for finding in verdict.findings if finding.rule == rule.name)
    broken = f"broken {_count(counted[Severity.ERROR], 'time')}" if counted[Severity.ERROR] else ""
    warned = _count(counted[Severity.WARNING], "warning") if counted[Severity.WARNING] else ""
    untouched = "not tried" if rule.name in verdict.not_tried else "kept"
    return ", ".join(filter(None, [broken, warned])) or untouched


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
