"""What a telephone system reports of usual voice contacts (contract section 4)."""

import re
import time
from collections.abc import Iterator
from itertools import count

from tests.bench.telephone import Report

COURSE = (
    "POPUP",
    "connectionstarted",
    "datachanged",
    "serviceinitiated",
    "dialing",
    "datachanged",
    "established",
    "connectioncleared",
    "DELETE",
)
CONTACT_S = 200
"""How long such a contact takes with its after-call work and the pause before the next: 18 in a busy hour."""

_ENTRIES = {
    "CAMPAIGN": "Rinnovo contratti",
    "MACRO_ACTIVITY": "Demo",
    "NOME": "Anna",
    "COGNOME": "Rossi",
    "CITTA": "Torino",
    "PRODOTTO": "Fibra Casa",
    "CODICE_CLIENTE": "C100007",
    "SCADENZA": "2027-02-02",
    "IVR_CHOICE": "3",
}


def reports_of(agent: str, series: str = "") -> Iterator[Report]:
    """Give the reports of one contact after the other at an operator's desk, each as of the moment it is asked for.

    Args:
        series: tells contacts apart that would have the same names.
    """
    name = re.sub(r"\W", "-", agent + series)
    for contact in count(1):
        for step, event in enumerate(COURSE):
            report: Report = {
                "eventId": f"{name}-{contact:08}-{step:02}".rjust(16, "0"),
                "agent": agent,
                "contactId": f"{name}-{contact}@telephones.example",
                "event": event,
                "at": time.time_ns() // 1_000_000,
            }
            if step == 0:
                report |= {
                    "type": "callTask",
                    "mediaType": "telephony",
                    "jobType": "previewQueue",
                    "dnis": "0555010001",
                    "ani": "0555019999",
                    "callData": _call_data(contact, step),
                }
            elif event == "datachanged":
                report["callData"] = _call_data(contact, step)
            yield report


def _call_data(contact: int, step: int) -> list[dict[str, str]]:
    entries = {"ECID": f"demo|1|1|{contact % 1000 + 1}", **_ENTRIES, "STEP": str(step)}
    return [{"name": name, "value": value} for name, value in entries.items()]
