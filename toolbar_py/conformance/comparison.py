"""Holds what the page was told against what the service has: the same events, ECIDs and outcomes, in the same order.

A page cannot make them differ, so a difference is the toolbar's fault or its service's, and is reported as that.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from toolbar_py.conformance.case import SAVE, Case, Made
from toolbar_py.conformance.finding import Culprit, Finding, Severity
from toolbar_py.conformance.record import Bound, Connected, Unbound
from toolbar_py.wire import calldata

_RIGHT = "Page and service agree on events, ECIDs and outcomes; tell the makers of the toolbar, with this report."


def compare(case: Case) -> list[Finding]:
    """Give every difference."""
    return [*_events(case), *_saves(case)]


def _events(case: Case) -> Iterator[Finding]:
    if not any(isinstance(entry, Bound) for entry in case.entries):
        return
    # Who unbinds does not want to be told everything, and a resync says that something may be missing.
    partly = any(
        isinstance(entry, Unbound) or (isinstance(entry, Connected) and entry.resync) for entry in case.entries
    )
    at_service: dict[str, list[tuple[str, str]]] = defaultdict(list)
    moments: dict[str, int] = {}
    for event in case.service.events:
        if event.contact:
            ecid = calldata.value_of(event.contact.call_data, calldata.ECID)
            at_service[event.contact.id].append((event.contact.event.value, ecid))
            moments[event.contact.id] = event.at
    at_page = _told_events(case)
    for contact in case.contacts:
        has, told = at_service.get(contact, []), at_page.get(contact, [])
        if has == told or (partly and len(told) < len(has)):
            continue
        at = moments.get(contact, case.ended_at)
        yield _difference("events-differ", _say_events(has, told), at, contact, case.ecid_of.get(contact, ""))


def _told_events(case: Case) -> Mapping[str, Sequence[tuple[str, str]]]:
    """Give what the page was told of each contact: in the window that heard most of it, in each of that one's documents
    by the callback that heard most.

    Windows are chosen contact by contact, because a page may make another one for each.
    """
    heard: dict[str, dict[int, dict[str, dict[int, list[tuple[str, str]]]]]] = {}
    for _, each in case.deliveries:
        if each.contact:
            lives = heard.setdefault(each.contact, {}).setdefault(each.frame, {})
            lives.setdefault(each.life, {}).setdefault(each.callback, []).append((each.event, each.ecid or ""))
    return {contact: max(map(_one_window, frames.values()), key=len) for contact, frames in heard.items()}


def _one_window(lives: Mapping[str, Mapping[int, Sequence[tuple[str, str]]]]) -> Sequence[tuple[str, str]]:
    return [event for callbacks in lives.values() for event in max(callbacks.values(), key=len)]


def _say_events(has: Sequence[tuple[str, str]], told: Sequence[tuple[str, str]]) -> str:
    names, told_names = [name for name, _ in has], [name for name, _ in told]
    missing, more = Counter(names) - Counter(told_names), Counter(told_names) - Counter(names)
    if missing:
        return f"the page was not told {_list(missing)}, which the service has"
    if more:
        return f"the page was told {_list(more)} more often than the service has it"
    if names != told_names:
        return f"the page was told {', '.join(told_names)}, and the service has {', '.join(names)}"
    return "the ECID in the events' CallData was another one for the page than for the service"


def _list(counted: Counter[str]) -> str:
    return ", ".join(f"{name} ({count} times)" if count > 1 else name for name, count in counted.items())


def _saves(case: Case) -> Iterator[Finding]:
    saves = list(case.calls(SAVE))
    for ecid in sorted(case.ecids):
        own = [save for save in saves if save.ecid == ecid]
        told = [save for save in own if save.done]
        kept = [attempt.outcome for attempt in case.service.attempts.get(ecid, ())]
        # Whether these were done nobody could tell the page.
        unsure = sum(save.answer is None or save.told.delivered is False or save.rejected for save in own)
        outcomes = [save.told.outcome or "" for save in told]
        if _fits(outcomes, kept, unsure):
            continue
        both = (", ".join(outcomes) or "none", ", ".join(kept) or "none")
        said = "the page was told the saves {}, and the service has {}".format(*both)
        at, contact = (told[-1].at, told[-1].contact) if told else (case.ended_at, "")
        yield _difference("saves-differ", said, at, contact, ecid)
    yield from _order(case, [save for save in saves if save.done and save.told.saved_at])


def _fits(told: Sequence[str], kept: Sequence[str], unsure: int) -> bool:
    """Say whether what was told is what is kept, in its order, with at most some more kept that nobody knew of."""
    rest = iter(kept)
    return len(kept) - len(told) <= unsure and all(outcome in rest for outcome in told)


def _order(case: Case, saves: Sequence[Made]) -> Iterator[Finding]:
    """Find saves of which one was answered before the other was asked for, and which the service has the other way."""
    for first, second in pairwise(saves):
        one, two = first.told.saved_at, second.told.saved_at
        later = first.answered is not None and first.answered < second.place
        if later and one and two and one > two:
            wrong = f"the service has the save of {second.ecid} before that of {first.ecid}, which was made earlier"
            yield _difference("saves-differ", wrong, second.at, second.contact, second.ecid)


def _difference(rule: str, wrong: str, at: int, contact: str, ecid: str) -> Finding:
    return Finding(
        rule=rule,
        section="4" if rule == "events-differ" else "3",
        severity=Severity.ERROR,
        culprit=Culprit.TOOLBAR,
        wrong=f"{wrong}.",
        right=_RIGHT,
        contact=contact or None,
        ecid=ecid or None,
        at=at,
    )
