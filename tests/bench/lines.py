"""Line charts as SVG with both scales logarithmic, in the manner of :mod:`tests.bench.plots`; no library."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from tests.bench.plots import STYLE

_WIDTH = 760
_HEIGHT = 420
_LEFT = 70
_RIGHT = 210
_TOP = 44
_BOTTOM = 56
_ROOM = 1.25
"""How far the scales go on beyond what is drawn, as a factor."""
_MARK = 4
_LABEL_GAP = 15


@dataclass(frozen=True)
class Line:
    """One curve.

    Args:
        points: (x, y), both above zero, by x; at least one.
        ours: whether it stands out, or is drawn like what is told beside it.
        dashed: for a second quantity of the same kind.
    """

    label: str
    points: Sequence[tuple[float, float]]
    ours: bool
    dashed: bool = False


@dataclass(frozen=True)
class Goal:
    """A level that should not be exceeded."""

    label: str
    y: float


def line_chart(title: str, lines: Sequence[Line], goals: Sequence[Goal], x_unit: str, y_unit: str) -> str:
    """Draw curves, and goals as level lines across.

    Args:
        title: the heading; also what screen readers say.
        lines: at least one.
    """
    xs = [x for line in lines for x, _ in line.points]
    ys = [*(y for line in lines for _, y in line.points), *(goal.y for goal in goals)]
    across = _Scale(min(xs), max(xs), _LEFT, _WIDTH - _RIGHT)
    up = _Scale(min(ys), max(ys), _HEIGHT - _BOTTOM, _TOP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" '
        f'height="{_HEIGHT}" role="img" aria-label="{escape(title)}">',
        f"<style>{STYLE}</style>",
        _text(0, 18, title, "title"),
    ]
    for tick in up.ticks():
        y = up.place(tick)
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(_text(_LEFT - 8, y + 4, f"{tick:g} {y_unit}", "quiet", "end"))
    for tick in across.ticks():
        x = across.place(tick)
        parts.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{_HEIGHT - _BOTTOM}"/>')
        parts.append(_text(x, _HEIGHT - _BOTTOM + 18, f"{tick:g}", "quiet", "middle"))
    parts.append(_text((_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 14, x_unit, "quiet", "middle"))
    for goal in goals:
        y = up.place(goal.y)
        parts.append(f'<line class="goal" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(_text(_LEFT + 6, y - 5, goal.label, "quiet"))
    for line, label_y in zip(lines, _label_places([up.place(line.points[-1][1]) for line in lines]), strict=True):
        parts += _draw(line, across, up, label_y)
    return "\n".join([*parts, "</svg>"]) + "\n"


class _Scale:
    """Puts values on a stretch of the drawing, logarithmically."""

    def __init__(self, low: float, high: float, start: float, end: float) -> None:
        self._low, self._high = low / _ROOM, high * _ROOM
        self._start, self._end = start, end

    def place(self, value: float) -> float:
        """Give where a value is."""
        share = math.log(value / self._low) / math.log(self._high / self._low)
        return self._start + share * (self._end - self._start)

    def ticks(self) -> list[float]:
        """Give 1, 2, 5, 10 ... as far as they are on the scale."""
        powers = range(math.floor(math.log10(self._low)), math.ceil(math.log10(self._high)) + 1)
        found = [factor * 10.0**power for power in powers for factor in (1, 2, 5)]
        return [tick for tick in found if self._low <= tick <= self._high]


def _draw(line: Line, across: _Scale, up: _Scale, label_y: float) -> list[str]:
    kind = ("ours" if line.ours else "other") + (" dashed" if line.dashed else "")
    places = [(across.place(x), up.place(y)) for x, y in line.points]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    marks = [f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="{_MARK}"/>' for x, y in places]
    return [
        f'<polyline class="curve {kind}" points="{path}"/>',
        *marks,
        _text(_WIDTH - _RIGHT + 10, label_y + 4, line.label, "quiet"),
    ]


def _label_places(wanted: Sequence[float]) -> list[float]:
    """Give where labels go so that none covers another: at what they name, or a little below."""
    places = dict[int, float]()
    free = -math.inf
    for index in sorted(range(len(wanted)), key=wanted.__getitem__):
        places[index] = max(wanted[index], free)
        free = places[index] + _LABEL_GAP
    return [places[index] for index in range(len(wanted))]


def _text(x: float, y: float, content: str, kind: str, anchor: str = "start") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(content)}</text>'
