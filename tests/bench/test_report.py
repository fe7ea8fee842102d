"""The page and its plots say what is in the results."""

from pathlib import Path
from xml.etree import ElementTree

from tests.bench.plots import Bar, Group, bar_chart
from tests.bench.report import write_report
from tests.bench.results import Results, Skipped, State
from tests.bench.samples import boot, results
from tests.bench.summary import spread


def test_page_has_every_goal_and_figure(tmp_path: Path) -> None:
    write_report(results(), tmp_path)
    page = (tmp_path / "performance.md").read_text()
    assert "| warm boot to first answered call / stock | at most 0.15 | 0.150 (450 ms) | yes |" in page
    assert "| auto (here shared) | second tab | 90 (90 to 90) ms | 0.030 |" in page
    assert "Missed" not in page
    assert "$" not in page


def test_missed_goals_are_said_plainly(tmp_path: Path) -> None:
    slow = [*results().boots[:3], boot("auto", State.WARM, 900)]
    write_report(results(boots=slow, skipped=[Skipped(what="Firefox", why="not installed")]), tmp_path)
    page = (tmp_path / "performance.md").read_text()
    assert "0.300 (900 ms) | **no** |" in page
    assert "Missed: 1 of 11 rows." in page
    assert "- Firefox: not installed" in page


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
