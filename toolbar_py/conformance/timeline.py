"""The timeline of a run as SVG: one row per contact, on light and dark pages; no library."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from toolbar_py.conformance.case import Case, Made
from toolbar_py.conformance.finding import Finding, errors_first
from toolbar_py.wire.telephony import ContactEventName

_WIDTH = 1180
_LABELS = 305
_ECID = 250
_ECID_MAX = 24
_FLAGS = 200
_ROW = 28
_TOP = 74
_BOTTOM = 30
_TICKS = 8
_AREA = _WIDTH - _LABELS - _FLAGS

_STYLE = """
text { font: 12px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600; font-size: 15px }
.quiet { fill: #59636e; font-size: 11px }
.remark { font-size: 11px }
.grid { stroke: #d1d9e0 }
.line { stroke: #afb8c1; stroke-width: 2 }
.script { fill: #2f7ed8; fill-opacity: .35 }
.acw { fill: #d4a72c; fill-opacity: .45 }
.talk { stroke: #1a7f37; stroke-width: 4 }
.mark { stroke: #1f2328; stroke-width: 1.5 }
.save { fill: #1a7f37 }
.unopened { fill: none; stroke: #59636e; stroke-width: 1.5 }
.refused { fill: none; stroke: #cf222e; stroke-width: 1.5 }
.error { fill: #cf222e }
.warning { fill: #bf8700 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .quiet { fill: #9198a1 }
  .grid { stroke: #3d444d }
  .line { stroke: #656c76 }
  .script { fill: #4c9bf5; fill-opacity: .4 }
  .acw { fill: #d29922; fill-opacity: .5 }
  .talk { stroke: #3fb950 }
  .mark { stroke: #e6edf3 }
  .save { fill: #3fb950 }
  .unopened { stroke: #9198a1 }
  .refused { stroke: #f85149 }
  .error { fill: #f85149 }
  .warning { fill: #d29922 }
}
"""

_TALKING = (ContactEventName.ESTABLISHED, ContactEventName.RETRIEVED)
_NOT_TALKING = (ContactEventName.HELD, ContactEventName.CONNECTION_CLEARED, ContactEventName.DELETE)


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened at a moment, in epoch ms."""

    at: int
    text: str


@dataclass(frozen=True, slots=True)
class Span:
    """Something that lasted, in epoch ms."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """One contact.

    Args:
        kind: the scenario that it was played as; when it was none, how it came to the desk.
        start: its first moment; the row begins there.
        end: its last one.
        after: how long after the run the row begins, in ms.
        unopened: openings that gave the operator no script, with the reason.
        note: why there is no script, in short; empty when there is one.
        saves: saves that were done, with their outcome; ``refused`` the others.
        findings: the rules that were broken with it.
    """

    contact: str
    ecid: str
    kind: str
    start: int
    end: int
    after: int
    events: Sequence[Mark]
    talks: Sequence[Span]
    scripts: Sequence[Span]
    unopened: Sequence[Mark]
    note: str
    acw: Sequence[Span]
    saves: Sequence[Mark]
    refused: Sequence[Mark]
    findings: Sequence[Finding]


def rows(case: Case, findings: Sequence[Finding]) -> list[Row]:
    """Give a row for each contact, in the order in which they came."""
    return [_row(case, contact, findings) for contact in case.contacts]


def _row(case: Case, contact: str, findings: Sequence[Finding]) -> Row:
    ecid = case.ecid_of.get(contact, "")
    events = _events(case, contact)
    # The same ECID may come back with another contact: what names no ContactID belongs to the one that was there.
    begun, over = events[0].at, max(events[-1].at, events[0].at)
    own = [made for made in case.made if made.contact == contact or (made.ecid == ecid and not made.contact)]
    own = [made for made in own if made.contact or begun <= made.at <= over]
    flagged = [
        each
        for each in findings
        if each.contact == contact or (not each.contact and each.ecid == ecid and ecid and begun <= each.at <= over)
    ]
    saves = [made for made in own if made.saves]
    made_at = [each.at for made in own for each in (made, made.answer) if each]
    moments = [*(mark.at for mark in events), *made_at, *(each.at for each in flagged)]
    start, end = min(moments), max(moments)
    kinds = [each.job_type for _, each in case.deliveries if each.contact == contact and each.job_type]
    openings = [made for made in own if made.opens]
    unopened = [Mark(made.answer.at, _why(made)) for made in openings if made.answer and not made.holds]
    return Row(
        contact=contact,
        ecid=ecid,
        kind=case.scenario_of.get(contact) or (kinds[0] if kinds else ""),
        start=start,
        end=end,
        after=max(start - case.began_at, 0),
        events=events,
        talks=list(_spans(events, _TALKING, _NOT_TALKING, end, "in conversation")),
        scripts=list(_scripts(openings, saves, end)),
        unopened=unopened,
        note=_note(openings, unopened),
        acw=list(
            _spans(events, (ContactEventName.CONNECTION_CLEARED,), (ContactEventName.DELETE,), end, "after-call work")
        ),
        saves=[Mark(made.at, f"saved {made.told.outcome or ''}") for made in saves if made.done],
        refused=[Mark(made.at, f"not saved: {made.code}") for made in saves if made.rejected],
        findings=flagged,
    )


def _scripts(openings: Sequence[Made], saves: Sequence[Made], end: int) -> Iterator[Span]:
    """Give how long a script was open: until it was saved, however often it was opened before that."""
    open_until = 0
    for made in openings:
        if made.holds and made.answer and made.answer.at >= open_until:
            open_until = next((save.at for save in saves if save.done and save.place > made.place), end)
            yield Span(made.answer.at, open_until, "script open")


def _why(opening: Made) -> str:
    """Say why an opening gave the operator no script."""
    if opening.told.terminated:
        return "not opened: closed for good"
    if opening.told.read_only:
        return f"not opened: held by {opening.told.reserved_by or 'another operator'}"
    return f"not opened: {opening.code or 'refused'}"


def _note(openings: Sequence[Made], unopened: Sequence[Mark]) -> str:
    if not openings:
        return "openScript not called"
    if any(made.holds for made in openings):
        return ""
    return unopened[-1].text if unopened else "openScript not answered"


def _events(case: Case, contact: str) -> list[Mark]:
    """Give the events of a contact as the page was told of them, those it was not told of from the service."""
    told = [(each.at, each.event) for _, each in case.deliveries if each.contact == contact]
    if not told:
        told = [
            (event.at, event.contact.event.value)
            for event in case.service.events
            if event.contact and event.contact.id == contact
        ]
    # Several callbacks are told the same within a moment.
    marks: list[Mark] = []
    for at, name in told:
        if not marks or marks[-1].text != name:
            marks.append(Mark(at, name))
    return marks


def _spans(events: Sequence[Mark], begin: Sequence[str], finish: Sequence[str], end: int, text: str) -> Iterator[Span]:
    start: int | None = None
    for mark in events:
        if mark.text in begin and start is None:
            start = mark.at
        elif mark.text in finish and start is not None:
            yield Span(start, mark.at, text)
            start = None
    if start is not None:
        yield Span(start, end, text)


def timeline(title: str, contacts: Sequence[Row]) -> str:
    """Draw the rows, each from its own beginning, all on one scale of seconds; when that was is told at its left."""
    longest = max((row.end - row.start for row in contacts), default=0) or 1
    step = _round_step(longest / _TICKS)
    scale = _AREA / max(longest, step)
    height = _TOP + _ROW * len(contacts) + _BOTTOM
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" '
        f'role="img" aria-label="{escape(title)}">',
        f"<style>{_STYLE}</style>",
        _text(0, 18, title, "title"),
        *_legend(),
    ]
    for index in range(int(longest / step) + 1):
        x = _LABELS + index * step * scale
        parts.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP - 6}" y2="{height - _BOTTOM + 4}"/>')
        tick = f"+{index * step / 1000:g} s"
        parts += [_text(x, y, tick, "quiet", "middle") for y in (_TOP - 10, height - 10)]
    for number, row in enumerate(contacts):
        parts += _draw(row, number, _TOP + number * _ROW, scale)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _draw(row: Row, number: int, y: float, scale: float) -> Iterator[str]:
    middle = y + _ROW / 2

    def x(at: int) -> float:
        return _LABELS + (at - row.start) * scale

    kind = row.kind or "?"
    yield f"<g><title>{escape(f'{row.contact} {row.ecid} ({kind})')}</title>"
    yield _text(0, middle + 4, f"{number + 1}")
    yield _text(28, middle + 4, kind, "quiet")
    yield _text(_ECID, middle + 4, _cut(row.ecid or row.contact), "quiet", "end")
    yield _text(_LABELS - 10, middle + 4, f"{row.after / 1000:.1f} s", "quiet", "end")
    yield f'<line class="line" x1="{x(row.start):.1f}" x2="{x(row.end):.1f}" y1="{middle}" y2="{middle}"/>'
    for span in row.scripts:
        yield _bar("script", (x(span.start), x(span.end)), middle, _ROW - 6, span.text)
    for span in row.acw:
        yield _bar("acw", (x(span.start), x(span.end)), middle, 8, span.text)
    for span in row.talks:
        yield (
            f'<line class="talk" x1="{x(span.start):.1f}" x2="{x(span.end):.1f}" y1="{middle}" y2="{middle}">'
            f"<title>{span.text}</title></line>"
        )
    for mark in row.events:
        at = x(mark.at)
        tall = 8 if mark.text in (ContactEventName.POPUP, ContactEventName.DELETE) else 5
        yield (
            f'<line class="mark" x1="{at:.1f}" x2="{at:.1f}" y1="{middle - tall}" y2="{middle + tall}">'
            f"<title>{escape(mark.text)}</title></line>"
        )
    for mark in row.unopened:
        yield _circle("unopened", x(mark.at), middle, mark.text)
    for form, marks in (("save", row.saves), ("refused", row.refused)):
        for mark in marks:
            yield _diamond(form, x(mark.at), middle, mark.text)
    yield from _flags(row, x, middle)
    yield "</g>"


def _flags(row: Row, x: Callable[[int], float], middle: float) -> Iterator[str]:
    for finding in row.findings:
        at = x(finding.at)
        points = f"{at:.1f},{middle - 2} {at - 5:.1f},{middle - 12} {at + 5:.1f},{middle - 12}"
        text = escape(f"{finding.rule}: {finding.wrong}")
        yield f'<polygon class="{finding.severity.value}" points="{points}"><title>{text}</title></polygon>'
    x_text, lines = _WIDTH - _FLAGS + 14, list(_remarks(row))
    # Two lines have to share the row.
    baselines = (middle - 2, middle + 9) if len(lines) > 1 else (middle + 4,)
    for (text, kind), baseline in zip(lines, baselines, strict=False):
        yield _text(x_text, baseline, text, kind)


def _remarks(row: Row) -> Iterator[tuple[str, str]]:
    """Give what is said at the end of a row, each with its kind: the worst broken rule, and why there is no script."""
    found = errors_first(row.findings)
    if found:
        others = {finding.rule for finding in found} - {found[0].rule}
        yield found[0].rule + (f" +{len(others)}" if others else ""), f"remark {found[0].severity.value}"
    if row.note:
        yield row.note, "quiet"


def _cut(text: str) -> str:
    return text if len(text) <= _ECID_MAX else f"{text[: _ECID_MAX - 1]}…"


def _legend() -> Iterator[str]:
    y = 44.0
    places = (
        ("event", f'<line class="mark" x1="6" x2="6" y1="{y - 6}" y2="{y + 6}"/>'),
        ("conversation", f'<line class="talk" x1="0" x2="12" y1="{y}" y2="{y}"/>'),
        ("script open", _bar("script", (0, 12), y, 14, "")),
        ("not opened", _circle("unopened", 6, y, "")),
        ("after-call work", _bar("acw", (0, 12), y, 8, "")),
        ("saved", _diamond("save", 6, y, "")),
        ("not saved", _diamond("refused", 6, y, "")),
        ("rule broken", f'<polygon class="error" points="6,{y + 5} 1,{y - 5} 11,{y - 5}"/>'),
        ("warning", f'<polygon class="warning" points="6,{y + 5} 1,{y - 5} 11,{y - 5}"/>'),
    )
    at = 0
    for name, drawn in places:
        yield f'<g transform="translate({at} 0)">{drawn}{_text(18, y + 4, name, "quiet")}</g>'
        at += 40 + 7 * len(name)


def _bar(kind: str, ends: tuple[float, float], middle: float, height: float, text: str) -> str:
    start, width = ends[0], max(ends[1] - ends[0], 2)
    title = f"<title>{escape(text)}</title>" if text else ""
    place = f'x="{start:.1f}" y="{middle - height / 2}" width="{width:.1f}" height="{height}" rx="3"'
    return f'<rect class="{kind}" {place}>{title}</rect>'


def _circle(kind: str, x: float, y: float, text: str) -> str:
    title = f"<title>{escape(text)}</title>" if text else ""
    return f'<circle class="{kind}" cx="{x:.1f}" cy="{y}" r="5">{title}</circle>'


def _diamond(kind: str, x: float, y: float, text: str) -> str:
    title = f"<title>{escape(text)}</title>" if text else ""
    points = f"{x:.1f},{y - 6} {x + 6:.1f},{y} {x:.1f},{y + 6} {x - 6:.1f},{y}"
    return f'<polygon class="{kind}" points="{points}">{title}</polygon>'


def _text(x: float, y: float, content: str, kind: str = "", anchor: str = "start") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(content)}</text>'


def _round_step(rough: float) -> float:
    """Give the next of 1, 2, 5, 10, ... ms that is at least as large."""
    power = 1.0
    while power * 10 <= rough:
        power *= 10
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
