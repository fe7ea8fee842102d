"""The page and its plots say what is in the results."""

from pathlib import Path
from xml.etree import ElementTree

from tests.bench.plots import Bar, Group, bar_chart
from tests.bench.report import write_event_report, write_report
from tests.bench.results import Results, Skipped, State
from tests.bench.samples import boot, event_results, results
from tests.bench.summary import spread


def test_page_has_every_goal_and_figure(tmp_path: Path) -> None:
    write_report(results(), tmp_path)
    page = (tmp_path / "performance.md").read_text()
    assert "| warm boot to first answered call / stock | at most 0.15 | 0.150 (450 ms) | yes |" in page
    assert "| auto (here shared) | 550 (325 to 775), at worst 1,000 | 500 (300 to 700), at worst 900 |" in page
    assert "| auto (here shared) | second tab | 90 (90 to 90) ms | 0.030 |" in page
    assert "Missed" not in page
    assert "$" not in page


def test_missed_goals_are_said_plainly(tmp_path: Path) -> None:
    slow = [*results().boots[:3], boot("auto", State.WARM, 900)]
    write_report(results(boots=slow, skipped=[Skipped(what="Firefox", why="not installed")]), tmp_path)
    page = (tmp_path / "performance.md").read_text()
    assert "0.300 (900 ms) | **no** |" in page
    assert "Missed: 1 of 20 rows." in page
    assert "- Firefox: not installed" in page


def test_events_are_told_with_the_rate_at_which_the_goal_breaks(tmp_path: Path) -> None:
    write_report(results(), tmp_path)
    page = (tmp_path / "performance.md").read_text()
    assert "| auto (here shared) | 10.0 (10.0 to 10.0) | 10.0 | 10.0 |" in page
    assert "| signed reports | 50 | 50.0 ms | 50 ms | 50 ms |" in page
    assert "| simulator, speed 2.5 | 60 |" in page
    assert "With signed reports, the goal is kept up to 50 events a second and not at 100." in page
    assert (tmp_path / "performance" / "events.svg").exists()
    assert (tmp_path / "performance" / "operators.svg").exists()


def test_a_run_of_events_alone_leaves_the_page_alone(tmp_path: Path) -> None:
    write_event_report(event_results(), tmp_path)
    assert not (tmp_path / "performance.md").exists()
    page = (tmp_path / "events.md").read_text()
    assert "event in the service to callback on the page, median: page | at most 10 ms | 10.0 ms | yes |" in page
    assert "$" not in page


def test_results_from_before_events_were_measured_can_still_be_told(tmp_path: Path) -> None:
    write_report(results(events=None), tmp_path)
    assert "## Events" not in (tmp_path / "performance.md").read_text()


def test_results_can_be_read_back(tmp_path: Path) -> None:
    write_report(results(), tmp_path)
    assert Results.model_validate_json((tmp_path / "performance" / "results.json").read_text()) == results()


def test_bars_are_to_scale() -> None:
    bars = [Bar("half & less", spread([50]), True), Bar("whole", spread([100]), False)]
    drawing = ElementTree.fromstring(bar_chart("<Title>", [Group("group", bars)], "ms"))  # noqa: S314 -- our own text
    widths = [float(shape.attrib["width"]) for shape in drawing.iter("{http://www.w3.org/2000/svg}rect")]
    assert widths[0] * 2 == widths[1]
    written = [text.text for text in drawing.iter("{http://www.w3.org/2000/svg}text")]
    assert {"<Title>", "group", "half & less", "50 ms", "100 ms"} <= set(written)
