"""The rules that a record can prove broken: a table, and the functions that look for each.

A rule that is not broken on a correct page, however it is written, is worth ten that may be: what cannot be seen in the
record is not judged.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from toolbar_py.conformance.case import Case
from toolbar_py.conformance.finding import Culprit, Finding, Severity
from toolbar_py.conformance.rules import desk, promises, scripts, subjects
from toolbar_py.conformance.rules.fact import Fact

_ERROR, _WARNING = Severity.ERROR, Severity.WARNING


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule.

    Args:
        name: by which reports know it.
        section: of the contract.
        severity: unless the fact says otherwise.
        right: what would be right, in a sentence.
        broken: finds every time it was broken.
        tried: says whether what it is about came up at all.
    """

    name: str
    section: str
    severity: Severity
    right: str
    broken: Callable[[Case], Iterable[Fact]]
    tried: Callable[[Case], bool]


RULES: Sequence[Rule] = (
    Rule(
        "saved-without-opening",
        "3",
        _ERROR,
        "Call openScript (openScriptInbound for an inbound contact without ECID), wait for result true, save once.",
        scripts.saved_without_opening,
        subjects.saves,
    ),
    Rule(
        "never-saved",
        "3",
        _ERROR,
        "Save every script that openScript gave you, with the outcome; only to look at an ECID, ask getContactInfoWS.",
        scripts.never_saved,
        subjects.opened_and_left,
    ),
    Rule(
        "ignored-read-only",
        "3",
        _ERROR,
        "Go on only when result == true && terminated != true && readOnly != true; else tell who holds it.",
        scripts.ignored_read_only,
        subjects.read_only,
    ),
    Rule(
        "ignored-terminated",
        "3",
        _ERROR,
        "Go on only when result == true && terminated != true && readOnly != true; a closed ECID takes no outcome.",
        scripts.ignored_terminated,
        subjects.terminated,
    ),
    Rule(
        "ignored-refusal",
        "3",
        _ERROR,
        "When result is not true show the answer's error; if it is retryable, openScript may be called again.",
        scripts.ignored_refusal,
        subjects.refusals,
    ),
    Rule(
        "opened-twice",
        "3",
        _WARNING,
        "Open an ECID once and keep the answer; getContactInfo gives it again without a request.",
        scripts.opened_twice,
        subjects.openings,
    ),
    Rule(
        "outcome-not-allowed",
        "3",
        _ERROR,
        "Offer the outcomes of openScript's answer, and pass the code (or the label) of one of them.",
        scripts.outcome_not_allowed,
        subjects.outcomes,
    ),
    Rule(
        "flag-as-text",
        "3",
        _ERROR,
        "isManual and offlineEnd are booleans: pass true or false, or compare your text with 'true' first.",
        scripts.flag_as_text,
        subjects.flags,
    ),
    Rule(
        "polled-web-service",
        "3",
        _WARNING,
        "For a contact in progress ask getContactInfo: it answers from the toolbar, without a request.",
        scripts.polled_web_service,
        subjects.questions,
    ),
    Rule(
        "never-ended-acw",
        "4",
        _ERROR,
        "Save with offlineEnd true, or call CONTACT.OfflineEnd after connectioncleared: else no further contact comes.",
        desk.never_ended_acw,
        subjects.after_call_work,
    ),
    Rule(
        "unknown-contact",
        "4",
        _ERROR,
        "Pass the id of a contact event (or an ECID where the method takes one), as it came.",
        desk.unknown_contact,
        subjects.named_contacts,
    ),
    Rule(
        "saved-on-agent-event",
        "4",
        _ERROR,
        "Keep the id of contact events only: events whose name begins with AGENT: carry none.",
        desk.saved_on_agent_event,
        subjects.saves_after_agent_events,
    ),
    Rule(
        "no-callback",
        "4",
        _ERROR,
        "Call TOOLBAR.CONTACT.bindContactCallback(function (event, data) { ... }) once the script has loaded.",
        desk.no_callback,
        subjects.toolbars,
    ),
    Rule(
        "callback-throws",
        "4",
        _ERROR,
        "A callback gets every event, also those it does not know: look before you read, and catch what may fail.",
        desk.callback_throws,
        subjects.deliveries,
    ),
    Rule(
        "unhandled-rejection",
        "2",
        _ERROR,
        "Every Promise needs a catch (or fail): tell the operator, and try again when error.retryable is true.",
        promises.unhandled_rejection,
        subjects.rejections,
    ),
    Rule(
        "save-dropped",
        "2",
        _ERROR,
        "A rejected save is not saved: show error.message to the operator, or save again.",
        promises.save_dropped,
        subjects.rejected_saves,
    ),
)


def judge(case: Case) -> list[Finding]:
    """Give what a page did wrong, in the order in which it happened."""
    found = [_finding(rule, fact) for rule in RULES for fact in rule.broken(case)]
    return sorted(found, key=lambda finding: finding.at)


def untried(case: Case) -> list[str]:
    """Give the names of the rules that nothing put to the test."""
    return [rule.name for rule in RULES if not rule.tried(case)]


def _finding(rule: Rule, fact: Fact) -> Finding:
    severity = rule.severity if fact.severe is None else _ERROR if fact.severe else _WARNING
    return Finding(
        rule=rule.name,
        section=rule.section,
        severity=severity,
        culprit=Culprit.PAGE,
        wrong=f"{fact.wrong}.",
        right=rule.right,
        contact=fact.contact or None,
        ecid=fact.ecid or None,
        at=fact.at,
    )
