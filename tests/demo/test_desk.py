"""The demo's desk page: by keyboard, on narrow and wide screens, under its Content-Security-Policy."""

from collections.abc import Generator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.support.demodesk import BOOT_MS, enter, sign_in
from tests.support.service import ServiceProcess
from toolbar_py.cli.democheck.run import chromium


@pytest.fixture(scope="module")
def browser() -> Generator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Generator[ServiceProcess]:
    with ServiceProcess(tmp_path_factory.mktemp("easycim")) as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Generator[Page]:
    fresh = browser.new_page()
    yield fresh
    fresh.close()


def test_the_whole_work_can_be_done_by_keyboard(page: Page, service: ServiceProcess) -> None:
    page.goto(f"{service.url}/demo/")
    page.locator("#engine.good").wait_for(timeout=BOOT_MS)
    keys = page.keyboard
    _tab_to(page, "operator")
    _type(page, "op3@demo")
    _tab_to(page, "password")
    _type(page, "demo")
    keys.press("Enter")
    page.get_by_label("ECID", exact=True).and_(page.locator(":focus")).wait_for()
    _type(page, "demo|1|1|10")
    keys.press("Enter")
    page.locator("#answers li.good").wait_for()
    _tab_to(page, "outcome")
    keys.type("Alt")
    _tab_to(page, "other")
    _type(page, "positivo")
    _tab_to(page, "note")
    _type(page, "per telefono")
    keys.press("Tab")
    keys.press("Enter")
    _type(page, "lingua")
    _tab_to(page, "labelValue")
    _type(page, "it")
    keys.press("Enter")
    page.locator("#save-result.good").wait_for()
    assert page.locator("#save-result").inner_text() == "Salvato: POSITIVE, contatto chiuso."
    page.locator("#contact-state", has_text="Chiuso").wait_for()
    lines = page.locator("#attempts li p").all_inner_texts()
    assert lines[1:] == ["per telefono", "lingua = it"]


@pytest.mark.parametrize("width", [320, 400, 800, 1280])
def test_nothing_is_wider_than_the_screen(browser: Browser, service: ServiceProcess, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto(f"{service.url}/demo/")
    page.locator("#engine.good").wait_for(timeout=BOOT_MS)
    page.get_by_role("button", name="Entra").click()
    page.get_by_role("button", name="Esci").wait_for()
    page.get_by_role("button", name="openScript", exact=True).click()
    page.locator("#answers li.good").wait_for(timeout=BOOT_MS)
    page.get_by_role("button", name="Aggiungi etichetta").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_every_control_has_a_name_and_every_answer_can_be_scrolled(page: Page, service: ServiceProcess) -> None:
    sign_in(page, service, "op2@demo")
    page.get_by_role("button", name="Aggiungi etichetta").click()
    page.get_by_label("ECID", exact=True).fill("demo|1|1|99999")
    page.get_by_role("button", name="getContactInfoWS").click()
    page.locator("#answers li.bad").wait_for(timeout=BOOT_MS)
    nameless = page.evaluate("""() => [...document.querySelectorAll(
            'input, select, textarea, button, summary, [tabindex]')]
        .filter((e) => !(e.labels?.length || e.ariaLabel || e.getAttribute('aria-labelledby') || e.textContent.trim()))
        .map((e) => e.outerHTML)""")
    assert nameless == []
    assert page.locator("#answers pre").get_attribute("tabindex") == "0"


def test_the_page_stays_within_its_policy(page: Page, service: ServiceProcess) -> None:
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        complaints.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(error.message))
    page.goto(f"{service.url}/demo/")
    page.locator("#engine.good").wait_for(timeout=BOOT_MS)
    assert complaints == []


def test_a_toolbar_that_cannot_be_loaded_is_told(page: Page, service: ServiceProcess) -> None:
    page.route("**/sdk/toolbar.js", lambda route: route.abort())
    page.goto(f"{service.url}/demo/")
    assert page.locator("#engine").inner_text() == "Toolbar mancante: /sdk/toolbar.js non è stato caricato"


def test_who_signs_in_before_the_toolbar_is_up_is_signed_in(page: Page, service: ServiceProcess) -> None:
    page.goto(f"{service.url}/demo/")
    page.get_by_role("button", name="Entra").click()
    page.get_by_role("button", name="Esci").wait_for()
    page.get_by_role("button", name="openScript", exact=True).click()
    page.locator("#answers li:is(.good, .bad)").wait_for(timeout=BOOT_MS)
    assert page.locator("#contact-state").inner_text() == "Aperto: riservato a te."


def test_leaving_takes_the_token_and_everything_of_the_operators_away(page: Page, service: ServiceProcess) -> None:
    sign_in(page, service, "op4@demo")
    page.get_by_role("button", name="openScript", exact=True).click()
    page.locator("#answers li:is(.good, .wait)").wait_for(timeout=BOOT_MS)
    page.get_by_label("Note").fill("di op4")
    page.get_by_role("button", name="Esci").click()
    assert page.evaluate("TOOLBAR.EASYCIM.getContactInfoWS('demo|1|1|1')")["errorCode"] == "UNAUTHENTICATED"
    enter(page, "op5@demo")
    assert page.locator("#answers li, #contact > div").count() == 0
    assert page.get_by_label("Note").input_value() == ""
    assert page.get_by_label("ContactID o ECID").input_value() == ""


def test_nothing_can_be_called_before_the_login(page: Page, service: ServiceProcess) -> None:
    page.goto(f"{service.url}/demo/")
    page.locator("#engine.good").wait_for(timeout=BOOT_MS)
    assert [button.inner_text() for button in page.get_by_role("button").all()] == ["Entra"]


def test_a_reload_keeps_the_operator_signed_in(page: Page, service: ServiceProcess) -> None:
    sign_in(page, service, "op6@demo")
    page.reload()
    page.get_by_role("button", name="Esci").wait_for()
    page.get_by_role("button", name="getContactInfoWS").click()
    page.locator("#answers li:is(.good, .wait)").wait_for(timeout=BOOT_MS)


def test_an_outcome_can_be_taken_from_the_list_by_its_label(page: Page, service: ServiceProcess) -> None:
    sign_in(page, service, "op7@demo")
    page.get_by_label("ECID", exact=True).fill("demo|1|1|17")
    page.get_by_role("button", name="openScript", exact=True).click()
    page.locator("#contact-state.good").wait_for(timeout=BOOT_MS)
    page.get_by_label("Esito", exact=True).select_option(label="Conferma IVR")
    page.get_by_role("button", name="saveScript").click()
    page.locator("#save-result.good").wait_for()
    page.locator("#contact-state", has_text="Chiuso").wait_for()
    # That it is closed is what was wanted: nothing is shown as wrong.
    assert page.locator("main .bad").count() == 0


def test_a_long_note_does_not_unfold_in_the_heading_of_an_answer(page: Page, service: ServiceProcess) -> None:
    sign_in(page, service, "op8@demo")
    page.get_by_label("ContactID o ECID").fill("demo|1|1|18")
    page.get_by_label("Altro esito").fill("BOH")
    page.get_by_label("Note").fill("parola " * 200)
    page.get_by_role("button", name="saveScript").click()
    page.locator("#answers li.bad").wait_for(timeout=BOOT_MS)
    assert len(page.locator("#answers summary code").inner_text()) < 150


def test_a_service_that_is_gone_is_told_and_so_is_its_return(browser: Browser, tmp_path: Path) -> None:
    page = browser.new_page()
    with ServiceProcess(tmp_path) as first:
        sign_in(page, first, "op1@demo")
        page.get_by_role("button", name="Login").click()
        page.locator("#agent-state.good").wait_for(timeout=BOOT_MS)
    page.locator("#engine.bad", has_text="easyCIM non risponde").wait_for(timeout=BOOT_MS)
    page.get_by_role("button", name="Esci").click()
    page.get_by_role("button", name="Entra").click()
    page.locator("#login-result", has_text="easyCIM non risponde").wait_for()
    with ServiceProcess(tmp_path, port=first.port):
        page.get_by_role("button", name="Entra").click()
        page.locator("#engine.good").wait_for(timeout=BOOT_MS)
    page.close()


def test_a_toolbar_that_is_given_up_is_told(page: Page, service: ServiceProcess) -> None:
    sign_in(page, service, "op1@demo")
    page.evaluate("""() => {
        const told = (name, detail) => dispatchEvent(new CustomEvent(`toolbar:${name}`, { detail }));
        told('connection', { state: 'closed', at: Date.now(), reason: 'BOOT_FAILED' });
        told('error', { code: 'BOOT_FAILED', message: 'Python si è fermato' });
    }""")
    page.locator("#engine.bad", has_text="Python si è fermato").wait_for(timeout=BOOT_MS)


def test_what_nobody_knows_of_a_pause_in_an_outage_is_known_when_it_is_over(browser: Browser, tmp_path: Path) -> None:
    page = browser.new_page()
    with ServiceProcess(tmp_path) as first:
        sign_in(page, first, "op1@demo")
        page.get_by_role("button", name="Login").click()
        page.locator("#agent-state", has_text="Disponibile").wait_for(timeout=BOOT_MS)
    page.locator("#engine.bad").wait_for(timeout=BOOT_MS)
    page.get_by_role("button", name="Pause").click()
    page.locator("#agent-state.bad").wait_for(timeout=BOOT_MS)
    with ServiceProcess(tmp_path, port=first.port):
        page.locator("#agent-state", has_text="Disponibile").wait_for(timeout=BOOT_MS)
    page.close()


def test_a_contact_that_comes_is_shown_opened_and_worked(browser: Browser, tmp_path: Path) -> None:
    simulation = ["--simulate", "preview", "--seed", "7", "--speed", "20"]
    page = browser.new_page()
    with ServiceProcess(tmp_path, more=simulation) as service:
        sign_in(page, service, "op1@demo")
        page.get_by_role("button", name="Login").click()
        page.locator("#agent-state", has_text="Disponibile").wait_for(timeout=BOOT_MS)
        page.locator("#calls li").wait_for(timeout=BOOT_MS)
        page.locator("#contact-state", has_text="Aperto: riservato a te.").wait_for(timeout=BOOT_MS)
        page.get_by_role("button", name="Pause").click()
        page.locator("#agent-state", has_text="In pausa").wait_for()
        page.get_by_label("Esito", exact=True).select_option("NEGATIVE")
        page.get_by_role("button", name="saveScript").click()
        page.locator("#save-result.good").wait_for()
        page.locator("#no-calls:visible").wait_for(timeout=BOOT_MS)
        assert {"POPUP", "DELETE"} <= set(page.locator("#events code").all_inner_texts())
        page.close()


def test_a_call_can_be_made_and_ended(browser: Browser, tmp_path: Path) -> None:
    page = browser.new_page()
    with ServiceProcess(tmp_path, more=["--speed", "0.1"]) as service:
        sign_in(page, service, "op1@demo")
        page.get_by_role("button", name="Login").click()
        page.locator("#agent-state.good").wait_for(timeout=BOOT_MS)
        page.get_by_label("Numero").fill("0555010003")
        page.get_by_label("Per l'ECID").fill("demo|1|1|3")
        page.get_by_role("button", name="MakeCall").click()
        page.locator("#calls li", has_text="demo|1|1|3").wait_for(timeout=BOOT_MS)
        page.locator("#contact-state", has_text="Aperto: riservato a te.").wait_for(timeout=BOOT_MS)
        assert page.locator("#answers code", has_text='"demo|1|1|3", true)').count() == 1
        page.get_by_role("button", name="Riaggancia").click()
        page.get_by_role("button", name="Fine dopo chiamata").click()
        page.locator("#no-calls:visible").wait_for(timeout=BOOT_MS)
        page.close()


def _type(page: Page, text: str) -> None:
    """Put a text in the place of what the focused control holds."""
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(text)


def _tab_to(page: Page, name: str) -> None:
    """Press Tab until the control of this name is focused."""
    for _ in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == name:
            return
    raise AssertionError(f"{name} cannot be reached with ten Tabs")
