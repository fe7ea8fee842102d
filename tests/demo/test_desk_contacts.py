"""The demo's desk page with several contacts: what is typed for one is saved with that one, and with no other."""

import re
from collections.abc import Generator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.support.demodesk import BOOT_MS, JOINED, Telephones, sign_in
from tests.support.service import ServiceProcess
from toolbar_py.cli.democheck.run import chromium

_OPEN = "Aperto: riservato a te."


@pytest.fixture(scope="module")
def browser() -> Generator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Generator[ServiceProcess]:
    with ServiceProcess(tmp_path_factory.mktemp("easycim"), environment=JOINED) as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Generator[Page]:
    fresh = browser.new_page()
    fresh.set_default_timeout(BOOT_MS)
    yield fresh
    fresh.close()


def test_a_contact_that_comes_leaves_the_form_that_is_being_filled_in(page: Page, service: ServiceProcess) -> None:
    sign_in(page, service, "op11@demo")
    telephones = Telephones(service, "op11@demo")
    telephones.ring("11-1@pbx.example", "demo|1|1|111")
    _shown(page, "11-1@pbx.example")
    _fill_in(page, "NEGATIVE", "del primo", "primo")
    telephones.ring("11-2@pbx.example", "demo|1|1|112")
    page.locator("#answers li.good", has_text='openScript("11-2@pbx.example", "demo|1|1|112", false)').wait_for()
    assert _form(page) == ("11-1@pbx.example", "NEGATIVE", "del primo", ["primo"])
    assert page.locator("#contact").inner_text().count("demo|1|1|111") == 1

    _other(page, "demo|1|1|112").click()
    _shown(page, "11-2@pbx.example")
    assert _form(page) == ("11-2@pbx.example", "", "", [])
    _fill_in(page, "POSITIVE", "del secondo")
    assert _saved(page) == ["del secondo"]

    _other(page, "demo|1|1|111").click()
    _shown(page, "11-1@pbx.example")
    assert _form(page) == ("11-1@pbx.example", "NEGATIVE", "del primo", ["primo"])
    assert _saved(page) == ["del primo", "primo = sì"]


def test_what_was_typed_for_a_contact_that_left_is_not_saved_with_the_next(page: Page, service: ServiceProcess) -> None:
    sign_in(page, service, "op12@demo")
    telephones = Telephones(service, "op12@demo")
    telephones.ring("12-1@pbx.example", "demo|1|1|121")
    _shown(page, "12-1@pbx.example")
    _fill_in(page, "NEGATIVE", "del primo", "primo")
    telephones.take_away("12-1@pbx.example")
    page.locator("#no-calls:visible").wait_for()
    telephones.ring("12-2@pbx.example", "demo|1|1|122")
    page.locator("#answers li.good", has_text='openScript("12-2@pbx.example", "demo|1|1|122", false)').wait_for()
    assert _form(page) == ("12-1@pbx.example", "NEGATIVE", "del primo", ["primo"])
    page.get_by_role("region", name="Contatti").get_by_role("button", name="Apri lo script").click()
    _shown(page, "12-2@pbx.example")
    assert _form(page) == ("12-2@pbx.example", "", "", [])
    _fill_in(page, "POSITIVE", "del secondo")
    assert _saved(page) == ["del secondo"]
    # The first one's is not lost: its script is still open.
    _other(page, "demo|1|1|121").click()
    assert _form(page) == ("12-1@pbx.example", "NEGATIVE", "del primo", ["primo"])


def test_a_customer_who_calls_again_does_not_get_what_was_typed_for_the_first_call(
    page: Page, service: ServiceProcess
) -> None:
    sign_in(page, service, "op16@demo")
    telephones = Telephones(service, "op16@demo")
    telephones.ring("16-1@pbx.example", "demo|1|1|161")
    _shown(page, "16-1@pbx.example")
    telephones.clear("16-1@pbx.example")
    _fill_in(page, "BUSY_BY_AGENT", "del primo")
    telephones.ring("16-2@pbx.example", "demo|1|1|161")
    page.locator("#answers li.good", has_text='openScript("16-2@pbx.example", "demo|1|1|161", false)').wait_for()
    assert _form(page) == ("16-1@pbx.example", "BUSY_BY_AGENT", "del primo", [])
    _other(page, "demo|1|1|161").click()
    _shown(page, "16-2@pbx.example")
    assert _form(page) == ("16-2@pbx.example", "", "", [])


def test_a_save_that_is_clicked_twice_is_made_once(page: Page, service: ServiceProcess) -> None:
    sign_in(page, service, "op17@demo")
    _open(page, "demo|1|1|171")
    _fill_in(page, "BUSY_BY_AGENT", "una volta")
    page.get_by_role("button", name="saveScript").dblclick()
    page.locator("#save-result.good").wait_for()
    assert page.locator("#answers code", has_text="saveScript").count() == 1
    expect(page.locator("#attempts li")).to_have_count(1)


def test_nothing_can_be_typed_into_what_is_being_saved(page: Page, service: ServiceProcess) -> None:
    sign_in(page, service, "op18@demo")
    _open(page, "demo|1|1|181")
    _fill_in(page, "BUSY_BY_AGENT", "prima")
    page.evaluate("""() => {
        const save = TOOLBAR.EASYCIM.saveScript;
        window.held = new Promise((go) => { window.go = go; });
        TOOLBAR.EASYCIM.saveScript = async (...given) => { await held; return save(...given); };
    }""")
    button = page.get_by_role("button", name="saveScript")
    button.press("Enter")
    page.locator("#answers code", has_text="saveScript").wait_for()
    page.evaluate("document.querySelector('textarea').focus()")
    page.keyboard.type("dopo")
    assert page.locator("textarea").input_value() == "prima"
    page.evaluate("go()")
    page.locator("#save-result.good").wait_for()
    expect(button).to_be_focused()


def test_a_contact_at_the_desk_that_was_opened_nowhere_is_opened_by_a_new_browser(
    page: Page, service: ServiceProcess
) -> None:
    Telephones(service, "op19@demo").ring("19-1@pbx.example", "demo|1|1|191")
    sign_in(page, service, "op19@demo")
    _shown(page, "19-1@pbx.example")


def test_what_came_of_a_save_is_not_told_of_the_next_contact(page: Page, service: ServiceProcess) -> None:
    sign_in(page, service, "op13@demo")
    telephones = Telephones(service, "op13@demo")
    telephones.ring("13-1@pbx.example", "demo|1|1|131")
    _shown(page, "13-1@pbx.example")
    telephones.clear("13-1@pbx.example")
    _fill_in(page, "POSITIVE", "del primo")
    assert _saved(page) == ["del primo"]
    assert page.locator("#save-result").inner_text() == "Salvato: POSITIVE, contatto chiuso."
    page.locator("#no-calls:visible").wait_for()
    # What is saved is not worked on: the next one takes its place by itself.
    telephones.ring("13-2@pbx.example", "demo|1|1|132")
    _shown(page, "13-2@pbx.example")
    assert page.locator("#save-result").inner_text() == ""
    assert page.locator("#others").is_hidden()


def test_a_script_that_cannot_be_opened_leaves_no_form_of_another_in_its_place(
    page: Page, service: ServiceProcess
) -> None:
    sign_in(page, service, "op14@demo")
    _open(page, "demo|1|1|141")
    page.get_by_label("Note").fill("del primo")
    _open(page, "demo|9|9|9")
    page.locator("#open-result.bad").wait_for()
    # Only what nobody works on is taken away.
    assert _form(page) == ("demo|1|1|141", "", "del primo", [])
    page.get_by_label("Note").fill("")
    _open(page, "demo|9|9|9")
    expect(page.locator("#contact-state")).to_have_text("Nessun contatto aperto.")
    assert _form(page)[0] == ""


def test_a_reload_and_a_new_tab_show_the_scripts_that_are_open(browser: Browser, service: ServiceProcess) -> None:
    context = browser.new_context()
    context.set_default_timeout(BOOT_MS)
    page = context.new_page()
    sign_in(page, service, "op15@demo")
    telephones = Telephones(service, "op15@demo")
    telephones.ring("15-1@pbx.example", "demo|1|1|151")
    _shown(page, "15-1@pbx.example")
    telephones.ring("15-2@pbx.example", "demo|1|1|152")
    _other(page, "demo|1|1|152").wait_for()
    page.reload()
    tab = context.new_page()
    sign_in(tab, service, "op15@demo")
    for each in (page, tab):
        _shown(each, "15-1@pbx.example")
        assert _form(each)[0] == "15-1@pbx.example"
        _other(each, "demo|1|1|152").wait_for()
    page.close()
    _fill_in(tab, "POSITIVE", "dopo")
    assert _saved(tab) == ["dopo"]
    context.close()


def _open(page: Page, ecid: str) -> None:
    before = page.locator("#answers > li").count()
    page.get_by_label("ECID", exact=True).fill(ecid)
    page.get_by_role("button", name="openScript", exact=True).click()
    page.locator(f"#answers > li:nth-last-child({before + 1})[data-settled]").wait_for()


def _shown(page: Page, contact_id: str) -> None:
    """Wait until a contact is shown with its script open."""
    page.locator("#contact dd").get_by_text(contact_id, exact=True).wait_for()
    assert page.locator("#contact-state").inner_text() == _OPEN


def _other(page: Page, ecid: str) -> Locator:
    """Give the button that goes to a script that is open and not shown."""
    return page.locator("#others").get_by_role("button", name=re.compile(rf"{re.escape(ecid)}$"))


def _fill_in(page: Page, outcome: str, note: str, label: str = "") -> None:
    page.get_by_label("Esito", exact=True).select_option(outcome)
    page.get_by_label("Note").fill(note)
    if label:
        page.get_by_role("button", name="Aggiungi etichetta").click()
        page.get_by_label("Nome dell'etichetta").fill(label)
        page.get_by_label("Valore dell'etichetta").fill("sì")


def _form(page: Page) -> tuple[str, str, str, list[str]]:
    """Give the form's contact, outcome, note and names of labels."""
    return (
        page.get_by_label("ContactID o ECID").input_value(),
        page.get_by_label("Esito", exact=True).evaluate("(list) => list.value === '*' ? '' : list.value"),
        page.get_by_label("Note").input_value(),
        [name.input_value() for name in page.get_by_label("Nome dell'etichetta").all()],
    )


def _saved(page: Page) -> list[str]:
    """Save, and give what the contact's only attempt then says beside its outcome."""
    page.get_by_role("button", name="saveScript").click()
    page.locator("#save-result.good").wait_for()
    page.locator("#attempts li").wait_for()
    return page.locator("#attempts li p").all_inner_texts()[1:]
