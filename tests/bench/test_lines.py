"""The line chart puts things where they belong."""

from xml.etree import ElementTree

from tests.bench.lines import Goal, Line, line_chart

_SVG = "{http://www.w3.org/2000/svg}"


def _drawing(lines: list[Line], goals: list[Goal]) -> ElementTree.Element:
    return ElementTree.fromstring(line_chart("<Title>", lines, goals, "a second", "ms"))  # noqa: S314 -- our own text


def test_a_tenfold_is_as_far_everywhere() -> None:
    line = Line("half & half", [(10, 1), (100, 10), (1_000, 100)], ours=True)
    marks = [
        (float(mark.attrib["cx"]), float(mark.attrib["cy"])) for mark in _drawing([line], []).iter(f"{_SVG}circle")
    ]
    (first_x, first_y), (second_x, second_y), (third_x, third_y) = marks
    assert abs((second_x - first_x) - (third_x - second_x)) < 0.2
    assert abs((first_y - second_y) - (second_y - third_y)) < 0.2
    assert first_y > second_y


def test_a_goal_lies_between_what_keeps_it_and_what_does_not() -> None:
    drawing = _drawing([Line("median", [(50, 20), (100, 80)], ours=True)], [Goal("goal", 50)])
    kept, missed = [float(mark.attrib["cy"]) for mark in drawing.iter(f"{_SVG}circle")]
    (goal,) = [float(line.attrib["y1"]) for line in drawing.iter(f"{_SVG}line") if line.attrib["class"] == "goal"]
    assert missed < goal < kept


def test_labels_of_curves_that_end_together_do_not_cover_each_other() -> None:
    names = ("one", "two", "three")
    drawing = _drawing([Line(name, [(50, 20)], ours=True) for name in names], [])
    places = sorted(float(text.attrib["y"]) for text in drawing.iter(f"{_SVG}text") if text.text in names)
    assert min(places[1] - places[0], places[2] - places[1]) >= 14
