"""Bar charts as SVG, readable on light and dark pages; no library."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from tests.bench.summary import Spread

_WIDTH = 760
_LABELS = 250
_VALUES = 90
_ROW = 24
_BAR = 14
_GAP = 14
_TOP = 44
_BOTTOM = 26
_TICKS = 5

STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600; font-size: 15px }
.group { font-weight: 600 }
.quiet { fill: #59636e; font-size: 12px }
.grid { stroke: #d1d9e0 }
.range { stroke: #1f2328; stroke-width: 1.5 }
.other { fill: #9aa4af }
.ours { fill: #2f7ed8 }
.curve { fill: none; stroke-width: 2 }
.curve.ours { stroke: #2f7ed8 }
.curve.other { stroke: #6e7681 }
.curve.dashed { stroke-dasharray: 6 4 }
.goal { stroke: #c93c37; stroke-dasharray: 2 3 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .quiet { fill: #9198a1 }
  .grid { stroke: #3d444d }
  .range { stroke: #e6edf3 }
  .other { fill: #6e7681 }
  .ours { fill: #4c9bf5 }
  .curve { fill: none }
  .curve.ours { stroke: #4c9bf5 }
  .curve.other { stroke: #9aa4af }
  .goal { stroke: #f47067 }
}
"""


@dataclass(frozen=True)
class Bar:
    """A median with its quartiles; ``ours`` tells our own bars from what they are compared with."""

    label: str
    spread: Spread
    ours: bool


@dataclass(frozen=True)
class Group:
    """Bars that belong together."""

    label: str
    bars: Sequence[Bar]


def bar_chart(title: str, groups: Sequence[Group], unit: str, digits: int = 0) -> str:
    """Draw horizontal bars from zero, with a whisker from the first to the third quartile.

    Args:
        title: the heading; also what screen readers say.
        groups: at least one bar in all.
        unit: of the values.
        digits: how many decimals to write.
    """
    highest = max(max(bar.spread.q3, bar.spread.median) for group in groups for bar in group.bars)
    step = _round_step(highest / _TICKS)
    scale = (_WIDTH - _LABELS - _VALUES) / (step * _TICKS if step * _TICKS >= highest else highest)
    height = _TOP + sum(_ROW * (1 + len(group.bars)) + _GAP for group in groups) + _BOTTOM
    ticks = [step * index for index in range(_TICKS + 1) if step * index <= max(highest, step)]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" '
        f'role="img" aria-label="{escape(title)}">',
        f"<style>{STYLE}</style>",
        _text(0, 18, title, "title"),
    ]
    for tick in ticks:
        x = _LABELS + tick * scale
        parts.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP - 8}" y2="{height - _BOTTOM}"/>')
        parts.append(_text(x, height - 8, f"{tick:g} {unit}", "quiet", "middle"))
    y = _TOP
    for group in groups:
        parts.append(_text(0, y + _BAR - 2, group.label, "group"))
        y += _ROW
        for bar in group.bars:
            parts += _draw(bar, y, scale, f"{bar.spread.median:,.{digits}f} {unit}")
            y += _ROW
        y += _GAP
    return "\n".join([*parts, "</svg>"]) + "\n"


def _draw(bar: Bar, y: float, scale: float, value: str) -> list[str]:
    spread = bar.spread
    middle = y + _BAR / 2
    kind = "ours" if bar.ours else "other"
    first, last = _LABELS + spread.q1 * scale, _LABELS + spread.q3 * scale
    end = max(last, _LABELS + spread.median * scale)
    return [
        _text(_LABELS - 10, y + _BAR - 2, bar.label, "", "end"),
        f'<rect class="{kind}" x="{_LABELS}" y="{y}" width="{max(spread.median * scale, 1):.1f}" height="{_BAR}"/>',
        f'<line class="range" x1="{first:.1f}" x2="{last:.1f}" y1="{middle}" y2="{middle}"/>',
        _text(end + 8, y + _BAR - 2, value, "quiet"),
    ]


def _text(x: float, y: float, content: str, kind: str, anchor: str = "start") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(content)}</text>'


def _round_step(rough: float) -> float:
    """Give the next of 1, 2, 5, 10, ... that is at least as large."""
    power = 1.0
    while power > rough:
        power /= 10
    while power * 10 <= rough:
        power *= 10
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
