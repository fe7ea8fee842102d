"""The demo's desk page: by keyboard, on narrow and wide screens, under its Content-Security-Policy."""

from collections.abc import Generator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.support.service import ServiceProcess
from toolbar_py.cli.democheck.run import chromium

_BOOT_MS = 90_000


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
    page.locator("#engine.good").wait_for(timeout=_BOOT_MS)
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
    page.locator("#engine.good").wait_for(timeout=_BOOT_MS)
    page.get_by_role("button", name="Entra").click()
    page.get_by_role("button", name="Esci").wait_for()
    page.get_by_role("button", name="openScript", exact=True).click()
    page.locator("#answers li.good").wait_for(timeout=_BOOT_MS)
    page.get_by_role("button", name="Aggiungi etichetta").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_every_control_has_a_name_and_every_answer_can_be_scrolled(page: Page, service: ServiceProcess) -> None:
    page.goto(f"{service.url}/demo/")
    page.get_by_role("button", name="Aggiungi etichetta").click()
    page.get_by_role("button", name="getContactInfoWS").click()
    page.locator("#answers li.bad").wait_for(timeout=_BOOT_MS)
    nameless = page.evaluate("""() => [...document.querySelectorAll('input, textarea, button, summary, [tabindex]')]
        .filter((e) => !(e.labels?.length || e.ariaLabel || e.textContent.trim())).map((e) => e.outerHTML)""")
    assert nameless == []
    assert page.locator("#answers pre").get_attribute("tabindex") == "0"


def test_the_page_stays_within_its_policy(page: Page, service: ServiceProcess) -> None:
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        complaints.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(error.message))
    page.goto(f"{service.url}/demo/")
    page.locator("#engine.good").wait_for(timeout=_BOOT_MS)
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
    page.locator("#answers li:is(.good, .bad)").wait_for(timeout=_BOOT_MS)
    assert page.locator("#contact-state").inner_text() == "Aperto: riservato a te."


def test_leaving_takes_the_token_away(page: Page, service: ServiceProcess) -> None:
    page.goto(f"{service.url}/demo/")
    page.locator("#engine.good").wait_for(timeout=_BOOT_MS)
    page.get_by_role("button", name="Entra").click()
    page.get_by_role("button", name="Esci").click()
    page.get_by_role("button", name="getContactInfoWS").click()
    page.locator("#answers li.bad").wait_for(timeout=_BOOT_MS)
    assert '"errorCode": "UNAUTHENTICATED"' in page.locator("#answers pre").inner_text()


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
