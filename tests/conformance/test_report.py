"""What a person gets to see of a check."""

import errno
import json
import re
import tempfile
from io import StringIO
from pathlib import Path
from typing import NoReturn
from xml.etree import ElementTree

import pytest
from pydantic import JsonValue
from rich.console import Console

from tests.conformance.story import Story, until_cleared
from toolbar_py.conformance.case import Case
from toolbar_py.conformance.problem import CheckError
from toolbar_py.conformance.report import conclusion, html_page, make_folder, print_summary, write_files
from toolbar_py.conformance.rules import judge, untried
from toolbar_py.conformance.run import Run
from toolbar_py.conformance.tally import tally
from toolbar_py.conformance.timeline import rows, timeline
from toolbar_py.conformance.verdict import Verdict, figures, findings

_SVG = "{http://www.w3.org/2000/svg}"


def _run(contacts: int, *, wrong: bool, complete: bool = True) -> Run:
    return _judged(_worked(contacts, wrong=wrong), contacts, complete=complete)


def _opened_twice() -> Run:
    """Nine contacts are opened a second time, which is a warning; two more that another operator holds, an error."""
    story = _worked(0, wrong=False)
    for number in range(1, 12):
        contact, ecid = f"c{number}", f"a|1|1|{number}"
        held = {"readOnly": True} if number > 9 else {}
        story.happens(contact, "POPUP", ecid)
        story.opens(contact, ecid, **held)
        story.opens(contact, ecid, **held)
    return _judged(story, 11)


def _worked(contacts: int, *, wrong: bool) -> Story:
    story = Story()
    for number in range(1, contacts + 1):
        contact, ecid = f"c{number}", f"a|1|1|{number}"
        story.happens(contact, "POPUP", ecid)
        if not wrong:
            story.opens(contact, ecid)
        for event in ("connectionstarted", "established", "connectioncleared"):
            story.happens(contact, event)
        story.saves(contact, ecid)
        story.happens(contact, "DELETE")
    return story


def _judged(story: Story, contacts: int, *, complete: bool = True) -> Run:
    case = story.case()
    played = dict.fromkeys(case.contacts, "predictive")
    verdict = Verdict(
        url="http://crm.example/<card>",
        seed=7,
        speed=50,
        runtime="shared",
        scenarios=["predictive"],
        complete=complete,
        began_at=case.began_at,
        figures=figures(Case(case.entries, case.service, case.scenario_of or played), contacts),
        findings=findings(case),
        not_tried=untried(case),
    )
    return Run(verdict, case)


def _picture(run: Run) -> ElementTree.Element:
    text = timeline("Contacts", rows(run.case, run.verdict.findings))
    return ElementTree.fromstring(text)  # noqa: S314 (our own)


def test_the_timeline_has_a_row_for_each_of_a_hundred_contacts() -> None:
    picture = _picture(_run(100, wrong=False))
    groups = [group for group in picture.findall(f"{_SVG}g") if group.find(f"{_SVG}title") is not None]
    assert len(groups) == 100
    assert {(group.findtext(f"{_SVG}title") or "").split()[0] for group in groups} == {f"c{n}" for n in range(1, 101)}


def test_a_row_shows_events_script_after_call_work_and_save() -> None:
    picture = _picture(_run(1, wrong=False))
    (row,) = [group for group in picture.findall(f"{_SVG}g") if group.find(f"{_SVG}title") is not None]
    said = [element.text for element in row.iter(f"{_SVG}title")]
    assert said[1:] == [
        "script open",
        "after-call work",
        "in conversation",
        "POPUP",
        "connectionstarted",
        "established",
        "connectioncleared",
        "DELETE",
        "saved POSITIVE",
    ]


def test_a_row_names_its_scenario_and_says_why_there_is_no_script() -> None:
    story = Story()
    answers: dict[str, dict[str, JsonValue]] = {
        "preview": {},
        "held": {"readOnly": True, "reservedBy": "op2@demo"},
        "closed": {"readOnly": True, "terminated": True},
        "unknown": {"result": False, "errorCode": "UNKNOWN_ECID"},
    }
    for number, (scenario, answer) in enumerate(answers.items()):
        story.scenarios[f"c{number}"] = scenario
        story.happens(f"c{number}", "POPUP", f"a|1|1|{number}")
        story.opens(f"c{number}", f"a|1|1|{number}", **answer)
    story.scenarios["c4"] = "chat"
    story.happens("c4", "POPUP", "a|1|1|4")
    drawn = [group for group in _picture(_judged(story, 5)) if group.find(f"{_SVG}title") is not None]
    reasons = ["", "not opened: held by op2@demo", "not opened: closed for good", "not opened: UNKNOWN_ECID"]
    for group, scenario, reason in zip(drawn, [*answers, "chat"], [*reasons, "openScript not called"], strict=True):
        said = [text.text for text in group.findall(f"{_SVG}text")]
        assert said[1] == scenario
        assert said[4:] == ([reason] if reason else [])
        circles = [circle.findtext(f"{_SVG}title") for circle in group.findall(f"{_SVG}circle")]
        assert circles == ([reason] if reason.startswith("not opened") else [])


def test_findings_name_the_scenario_of_their_contact() -> None:
    story = _worked(1, wrong=True)
    story.scenarios["c1"] = "predictive"
    verdict = _judged(story, 1).verdict
    assert [finding.scenario for finding in verdict.findings] == ["predictive"]
    out = StringIO()
    print_summary(verdict, Console(file=out, width=200, highlight=False))
    assert "  c1 a|1|1|1 (predictive): at " in out.getvalue()
    assert "<td>c1</td><td>a|1|1|1</td><td>predictive</td>" in html_page(verdict, "<svg/>")


def test_nothing_is_drawn_outside_of_the_picture() -> None:
    picture = _picture(_run(20, wrong=True))
    width = float(picture.attrib["width"])
    for element in picture.iter():
        for name in ("x", "x1", "x2"):
            assert 0 <= float(element.attrib.get(name, 0)) <= width


def test_a_broken_rule_is_flagged_in_its_row() -> None:
    picture = _picture(_run(2, wrong=True))
    flags = [each for each in picture.iter(f"{_SVG}polygon") if each.attrib["class"] == "error"]
    # One of them is the legend's.
    assert len(flags) == 3


def test_the_picture_is_drawn_for_light_and_dark() -> None:
    run = _run(1, wrong=False)
    assert "prefers-color-scheme: dark" in timeline("Contacts", rows(run.case, run.verdict.findings))


def test_a_run_without_a_contact_has_a_picture_too() -> None:
    assert _picture(_run(0, wrong=False)).tag == f"{_SVG}svg"


def test_the_files_say_what_was_found(tmp_path: Path) -> None:
    run = _run(2, wrong=True)
    page, picture, data = write_files(run, tmp_path / "new")
    found = json.loads(data.read_text())
    assert [finding["rule"] for finding in found["findings"]] == ["saved-without-opening"] * 2
    assert found["figures"]["contacts"] == 2
    text = page.read_text()
    assert picture.read_text().strip() in text
    assert "http://crm.example/&lt;card&gt;" in text
    assert "<card>" not in text
    # Everything is in the one file.
    assert not re.search(r'(src|href)="', text)


def test_saves_that_are_done_refused_and_not_waited_for_are_counted_apart() -> None:
    story = _worked(1, wrong=False)
    story.answer(story.call("save", "c1", "POSITIVE", True), result=False, errorCode="INVALID_STATE")
    story.rejects(story.call("save", "c1", "POSITIVE", True), "EASYCIM_UNREACHABLE")
    story.call("save", "c1", "POSITIVE", True)
    story.document()
    verdict = _judged(story, 1).verdict
    seen = verdict.figures
    assert (seen.saves, seen.refused_saves, seen.unanswered_saves) == (1, 2, 1)
    assert "1 script opened, 1 saved, 2 saves refused, 1 save that nobody waited for, 5 calls" in html_page(
        verdict, "<svg/>"
    )


def test_contacts_that_the_page_dialled_itself_are_counted_apart() -> None:
    story = _worked(2, wrong=False)
    story.scenarios["c1"] = "predictive"
    verdict = _judged(story, 1).verdict
    assert (verdict.figures.contacts, verdict.figures.dialled) == (1, 1)
    assert "<td>1 of 1 (predictive), and 1 that the page dialled itself</td>" in html_page(verdict, "<svg/>")
    assert "that the page dialled itself" not in html_page(_run(2, wrong=False).verdict, "<svg/>")


def test_the_summary_says_what_was_wrong_and_what_would_be_right() -> None:
    out = StringIO()
    print_summary(_run(23, wrong=True).verdict, Console(file=out, width=200, highlight=False))
    text = out.getvalue()
    assert "error: saved-without-opening (contract section 3, 23 times)" in text
    assert text.count("Wrong: saveScript was called without an openScript before it.") == 1
    assert text.count("Right: Call openScript") == 1
    assert "  c20 a|1|1|20: at " in text
    assert "  and 3 more contacts: --report tells them all" in text
    assert "docs/integration.md tells what the contract says: section 3 under EASYCIM, Outcomes." in text
    assert "The contract was broken 23 times." in text


def test_errors_come_before_the_warnings_of_the_same_rule_and_are_counted_apart() -> None:
    verdict = _opened_twice().verdict
    out = StringIO()
    print_summary(verdict, Console(file=out, width=200, highlight=False))
    text = out.getvalue()
    error = "error: opened-twice (contract section 3, 2 times)"
    warning = "warning: opened-twice (contract section 3, 9 times)"
    assert -1 < text.find(error) < text.find("c10 a|1|1|10: ") < text.find(warning)
    assert "The contract was broken 2 times (9 warnings)." in text
    page = html_page(verdict, "<svg/>")
    assert "<td><code>opened-twice</code></td><td>3</td><td>broken 2 times, 9 warnings</td>" in page
    assert re.findall(r'<h3><span class="(error|warning)">', page) == ["error", "warning"]
    assert page.find("<td>c11</td>") < page.find("<td>c1</td>")


def test_a_rule_that_one_contact_breaks_again_and_again_is_one_row_and_one_line(tmp_path: Path) -> None:
    story = Story()
    story.happens("c1", "POPUP", "a|1|1|1")
    for _ in range(24):
        story.opens("c1", "a|1|1|1")
    run = _judged(story, 1)
    out = StringIO()
    print_summary(run.verdict, Console(file=out, width=200, highlight=False))
    assert [line.rstrip() for line in out.getvalue().splitlines() if " c1 " in line] == [
        "  c1 a|1|1|1: × 23, first at 0.7 s"
    ]
    page, _, data = write_files(run, tmp_path)
    (row,) = re.findall("<tr><td>c1</td>.*</tr>", page.read_text())
    assert row.endswith("<td>× 23, first at 0.7 s</td></tr>")
    told = json.loads(data.read_text())
    moments = [finding["at"] - told["beganAt"] for finding in told["findings"]]
    assert moments == [700 + 200 * n for n in range(23)]


def test_a_rule_that_is_broken_in_several_ways_tells_them_with_their_contact() -> None:
    story = until_cleared(readOnly=True)
    for method, *passed in (("save", "c1", "POSITIVE"), ("CONTACT.MakeCall", "0555", "", "", "", "a|1|1|1")):
        for _ in range(2):
            story.rejects(story.call(method, *passed), "RESERVED_BY_OTHER")
    (broken,) = (each for each in tally(judge(story.case()), 0) if each.rule == "ignored-read-only")
    assert broken.wrong == ""
    (line,) = broken.lines
    sentences = [
        f"{method} was called although openScript had answered readOnly." for method in ("saveScript", "MakeCall")
    ]
    assert line.wrong == {sentences[0]: 2, sentences[1]: 2}
    verdict = _judged(story, 1).verdict
    assert f"<td>{sentences[0]} × 2<br>{sentences[1]} × 2</td>" in html_page(verdict, "<svg/>")
    out = StringIO()
    print_summary(verdict, Console(file=out, width=200, highlight=False))
    assert f"  c1 a|1|1|1: {sentences[0].removesuffix('.')} (or 1 other way): × 4, first at " in out.getvalue()


def test_the_timeline_stands_before_the_findings() -> None:
    page = html_page(_run(1, wrong=True).verdict, "<svg/>")
    assert -1 < page.find("<svg/>") < page.find("<h2>Findings</h2>")


def test_a_row_with_a_broken_rule_says_too_why_there_is_no_script() -> None:
    story = Story()
    story.happens("c1", "POPUP", "a|1|1|1")
    story.opens("c1", "a|1|1|1", readOnly=True, reservedBy="op2@demo")
    story.saves("c1", "a|1|1|1")
    said = _said(_judged(story, 1))
    assert said[4:] == ["ignored-read-only", "not opened: held by op2@demo"]


def test_a_row_says_when_it_begins_and_cuts_long_ids_visibly() -> None:
    story = Story()
    story.happens("1-0012db5482d1@simulator.example", "POPUP")
    assert _said(_judged(story, 1))[2:4] == ["1-0012db5482d1@simulato…", "0.4 s"]


def test_a_script_that_is_opened_again_and_again_is_open_once() -> None:
    (row,) = rows(_twice_opened_and_saved().case(), [])
    assert [(span.end - span.start) for span in row.scripts] == [300, 300]


def _twice_opened_and_saved() -> Story:
    story = Story()
    story.happens("c1", "POPUP", "a|1|1|1")
    for _ in range(2):
        story.opens("c1", "a|1|1|1")
        story.opens("c1", "a|1|1|1")
        story.saves("c1", "a|1|1|1")
    return story


def _said(run: Run) -> list[str | None]:
    """Give the texts in the one row of a timeline."""
    (row,) = [group for group in _picture(run).findall(f"{_SVG}g") if group.find(f"{_SVG}title") is not None]
    return [text.text for text in row.findall(f"{_SVG}text")]


def test_a_rule_that_nothing_put_to_the_test_is_not_called_kept(tmp_path: Path) -> None:
    run = _run(1, wrong=False)
    page, _, data = write_files(run, tmp_path)
    found = dict(re.findall(r"<tr><td><code>([\w-]+)</code></td><td>\d</td><td>([^<]+)</td>", page.read_text()))
    assert found["never-saved"] == found["never-ended-acw"] == "kept"
    assert found["ignored-read-only"] == found["save-dropped"] == "not tried"
    told = json.loads(data.read_text())["notTried"]
    assert {name for name, said in found.items() if said == "not tried"} == set(told)
    out = StringIO()
    print_summary(run.verdict, Console(file=out, width=400, highlight=False))
    (line,) = [line for line in out.getvalue().splitlines() if line.startswith("Not tried")]
    assert "ignored-read-only, " in line
    assert "never-saved" not in line


def test_a_good_run_and_an_unfinished_one_are_told_apart() -> None:
    good, unfinished = _run(2, wrong=False).verdict, _run(2, wrong=False, complete=False).verdict
    assert good.passed
    assert not unfinished.passed
    assert conclusion(good) == "The page keeps to the contract."
    assert conclusion(unfinished).startswith("The run was not finished")
    assert "keeps to the contract" in html_page(good, "<svg/>")


def test_a_page_that_works_no_contact_proves_nothing() -> None:
    story = Story()
    for event in ("POPUP", "connectionstarted", "established", "connectioncleared"):
        story.happens("c1", event, "a|1|1|1")
    story.call("CONTACT.OfflineEnd", "c1")
    story.happens("c1", "DELETE")
    verdict = _judged(story, 1).verdict
    assert not verdict.passed
    assert conclusion(verdict).startswith("Nothing was proved: the page opened no script and saved no outcome, ")


def test_a_folder_into_which_nothing_can_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Who runs the tests may write anywhere.
    def full(**_: object) -> NoReturn:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    with pytest.raises(CheckError, match=r"cannot be written to '.*/new' \(No space left on device\): name a folder"):
        make_folder(tmp_path / "new")


def test_the_folder_of_the_report_is_made_and_nothing_is_left_in_it(tmp_path: Path) -> None:
    make_folder(tmp_path / "new" / "report")
    assert list((tmp_path / "new" / "report").iterdir()) == []
