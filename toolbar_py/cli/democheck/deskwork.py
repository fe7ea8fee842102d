"""What two operators do on the demo's desk page, and what it has to show them."""

from collections.abc import Callable, Mapping

from pydantic import JsonValue

from toolbar_py import __version__
from toolbar_py.cli.democheck.calls import FIRST, SECOND
from toolbar_py.cli.democheck.deskpage import DeskPage
from toolbar_py.cli.democheck.expectations import ABSENT, Expected, text_with
from toolbar_py.cli.democheck.report import Asked, Report
from toolbar_py.cli.democheck.steps import PASSWORD, judge

_ECID = "demo|1|1|4"
_NOTE = "Interessata, richiamare lunedì."
_INBOUND = "68-in-2@pddialer1.example"
_MEMBERS: Mapping[str, Expected] = {
    "ECID": _ECID,
    "Campagna": "DEMO · Rinnovo contratti",
    "Telefono": "0555010004",
    "campaignMemberId": "CM000004",
}


class DeskWork:
    """The operators' work.

    Args:
        desks: the page of each operator, not yet visited.
        url: where the page is.
        failures: what the browser raises when something does not show up in time.
    """

    def __init__(
        self, desks: Mapping[str, DeskPage], url: str, report: Report, failures: tuple[type[Exception], ...]
    ) -> None:
        self._desks = desks
        self._url = url
        self._report = report
        self._failures = failures

    def run(self) -> None:
        """Do all of it."""
        self._report.title("The demo's desk page, worked by its form controls")
        self._arrive()
        self._open()
        self._save()
        self._inbound()

    def _arrive(self) -> None:
        up: Expected = {
            "title": text_with("Postazione operatore"),
            "engine": text_with(f"Toolbar {__version__} pronta in "),
        }
        refused: Expected = {"operator": "", "refused": text_with("operatore o password errati")}
        for operator in self._desks:
            self._step(operator, "opens the demo page", up, lambda desk: desk.visit(self._url))
        self._step(FIRST, "signs in with a wrong password", refused, lambda desk: desk.sign_in(FIRST, "wrong"))
        for operator in self._desks:
            signed_in: Expected = {"operator": operator, "refused": ""}
            self._step(operator, "signs in", signed_in, lambda desk, name=operator: desk.sign_in(name, PASSWORD))

    def _open(self) -> None:
        call = f'openScript("", "{_ECID}", true)'
        mine: Expected = {
            **_settled(call, "risolta", {"result": True, "ecid": _ECID, "readOnly": ABSENT, "terminated": ABSENT}),
            "state": "Aperto: riservato a te.",
            "contact": _MEMBERS,
            "attempts": [],
        }
        to_read: Expected = {
            **_settled(
                call, "risolta, sola lettura", {"result": True, "ecid": _ECID, "readOnly": True, "reservedBy": FIRST}
            ),
            "state": f"Sola lettura: riservato a {FIRST}.",
            "contact": _MEMBERS,
        }
        refused: Expected = {
            **_settled(
                f'saveScript("{_ECID}", "POSITIVE", true, "", [])',
                "rifiutata",
                {"code": "RESERVED_BY_OTHER", "details": {"ecid": _ECID, "reservedBy": FIRST}},
            ),
            "result": text_with("Non salvato: "),
        }
        self._step(FIRST, f"opens {_ECID}", mine, lambda desk: desk.open("openScript", ecid=_ECID))
        self._step(SECOND, f"opens {_ECID}", to_read, lambda desk: desk.open("openScript", ecid=_ECID))
        self._step(SECOND, f"saves {_ECID} all the same", refused, lambda desk: desk.save("POSITIVE"))

    def _save(self) -> None:
        unknown: Expected = {
            **_settled(
                f'saveScript("{_ECID}", "BOH", true, "", [])',
                "rifiutata",
                {"code": "UNKNOWN_OUTCOME", "retryable": False},
            ),
            "result": text_with("CONFERMA_IVR"),
        }
        saved: Expected = {
            **_settled(
                f'saveScript("{_ECID}", "Segreteria", true, "{_NOTE}", [{{"name":"lingua","value":"it"}}])',
                "risolta",
                {"result": True, "ecid": _ECID, "outcome": "ANSWERING_MACHINE_BY_AGENT", "offlineEnd": True},
            ),
            "result": "Salvato: ANSWERING_MACHINE_BY_AGENT, da richiamare.",
        }
        head = text_with(f"ANSWERING_MACHINE_BY_AGENT, {FIRST}, ")
        free = "Libero: da richiamare."
        shown: Expected = {"state": free, "contact": _MEMBERS, "attempts": [[head, _NOTE, "lingua = it"]]}
        read: Expected = {
            **_settled(f'getContactInfoWS("{_ECID}")', "risolta", {"ecid": _ECID, "state": "SCHEDULED"}),
            "attempts": [[head, _NOTE, "lingua = it"]],
        }
        self._step(FIRST, "saves an outcome that is not allowed", unknown, lambda desk: desk.save("BOH"))
        self._step(
            FIRST,
            "saves with outcome, note and label",
            saved,
            lambda desk: desk.save("Segreteria", _NOTE, {"lingua": "it"}),
        )
        self._step(FIRST, "sees what was saved", shown, lambda desk: desk.contact_in(free))
        self._step(SECOND, f"reads {_ECID} from easyCIM", read, lambda desk: desk.open("getContactInfoWS", ecid=_ECID))

    def _inbound(self) -> None:
        opened: Expected = {
            **_settled(
                f'openScriptInbound("{_INBOUND}")',
                "risolta",
                {"result": True, "ecid": "demo|1|2|2", "contactId": _INBOUND},
            ),
            "state": "Aperto: riservato a te.",
            "contact": {"ECID": "demo|1|2|2", "ContactID": _INBOUND, "Campagna": "DEMO"},
        }
        read: Expected = {
            **_settled(f'getContactInfo("{_INBOUND}")', "risolta", {"ecid": "demo|1|2|2", "type": "inbound"}),
            "state": "Aperto: riservato a te.",
        }
        self._step(
            SECOND,
            f"takes the inbound contact {_INBOUND}",
            opened,
            lambda desk: desk.open("openScriptInbound", contact_id=_INBOUND),
        )
        self._step(
            SECOND, "reads it from the toolbar", read, lambda desk: desk.open("getContactInfo", contact_id=_INBOUND)
        )

    def _step(self, operator: str, what: str, expected: Expected, action: Callable[[DeskPage], JsonValue]) -> None:
        asked = Asked(operator, what)
        try:
            shown = action(self._desks[operator])
        except self._failures as error:
            self._report.step(asked, None, [f"the page did not come so far: {str(error).strip().splitlines()[0]}"])
        else:
            judge(self._report, asked, expected, shown)


def _settled(call: str, word: str, answer: Expected) -> Mapping[str, Expected]:
    """A call as the page lists it."""
    return {"call": call, "promise": word, "time": text_with(" ms, alle "), "answer": answer}
