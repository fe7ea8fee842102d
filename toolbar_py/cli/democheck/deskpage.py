"""The demo's own desk page, worked by its form controls and read as a person reads it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pydantic import JsonValue
from pydantic_core import from_json

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

_BOOT_MS = 90_000
"""How long the page may take to say that the toolbar is up, or that it is not: longer than the toolbar's deadline."""


class DeskPage:
    """The page in one operator's browser. Each method gives what the page shows when it is done."""

    def __init__(self, page: "Page") -> None:
        self._page = page

    def visit(self, url: str) -> JsonValue:
        """Open the page and wait for its toolbar: ``{title, engine}``."""
        self._page.goto(url)
        self._page.locator("#engine:is(.good, .bad)").wait_for(timeout=_BOOT_MS)
        return {"title": self._page.title(), "engine": self._text("#engine")}

    def sign_in(self, operator: str, password: str) -> JsonValue:
        """Fill in the form: ``{operator, refused}``, one of them empty."""
        form = self._page.get_by_role("region", name="Accedi")
        form.get_by_label("Operatore").fill(operator)
        form.get_by_label("Password").fill(password)
        form.get_by_role("button", name="Entra").click()
        self._page.locator("#logout:not([hidden]), #login-result.bad").wait_for()
        return {"operator": self._text("#operator"), "refused": self._text("#login-result")}

    def open(self, button: str, *, ecid: str = "", contact_id: str = "") -> JsonValue:
        """Fill in what to open and press a button: ``{call, promise, answer, state, contact, attempts}``."""
        form = self._page.get_by_role("region", name="Apri lo script")
        form.get_by_label("ECID").fill(ecid)
        form.get_by_label("ContactID").fill(contact_id)
        return {**self._press(form.get_by_role("button", name=button, exact=True)), **self._contact()}

    def save(self, outcome: str, note: str = "", labels: Mapping[str, str] | None = None) -> JsonValue:
        """Fill in the outcome of the contact that is shown and save: ``{call, promise, answer, result}``."""
        form = self._page.get_by_role("region", name="Salva l'esito")
        # Whatever the list offers, an outcome can be written as a text.
        form.get_by_label("Esito", exact=True).select_option("Altro…")
        form.get_by_label("Altro esito").fill(outcome)
        form.get_by_label("Note").fill(note)
        for name, value in (labels or {}).items():
            form.get_by_role("button", name="Aggiungi etichetta").click()
            form.get_by_label("Nome dell'etichetta").last.fill(name)
            form.get_by_label("Valore dell'etichetta").last.fill(value)
        answer = self._press(form.get_by_role("button", name="saveScript"))
        self._page.locator("#save-result:is(.good, .bad, .wait)").wait_for()
        return {**answer, "result": self._text("#save-result")}

    def contact_in(self, state: str) -> JsonValue:
        """Wait until the contact that is shown is in a state: ``{state, contact, attempts}``."""
        self._page.locator("#contact-state", has_text=state).wait_for()
        return self._contact()

    def _press(self, button: "Locator") -> dict[str, JsonValue]:
        before = self._page.locator("#answers > li").count()
        button.click()
        # The newest comes first.
        newest = self._page.locator(f"#answers > li:nth-last-child({before + 1})[data-settled]")
        newest.wait_for()
        return {
            "call": newest.locator("code").inner_text(),
            "promise": newest.locator(".chip").inner_text(),
            "time": newest.locator("time").inner_text(),
            "answer": from_json(newest.locator("pre").inner_text()),
        }

    def _contact(self) -> dict[str, JsonValue]:
        rows = self._page.locator("#contact > div")
        names, values = rows.locator("dt").all_inner_texts(), rows.locator("dd").all_inner_texts()
        fields: dict[str, JsonValue] = dict(zip(names, values, strict=True))
        attempts = self._page.locator("#attempts li")
        lines: list[JsonValue] = [[*each.locator("p").all_inner_texts()] for each in attempts.all()]
        return {"state": self._text("#contact-state"), "contact": fields, "attempts": lines}

    def _text(self, place: str) -> str:
        found = self._page.locator(place)
        return found.inner_text() if found.is_visible() else ""
