"""The recorder writes down what happens and changes nothing of it; a small TOOLBAR stands in for the real one."""

import time
from collections.abc import Iterator
from typing import Any, TypeVar

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.support.pages import HostPages
from toolbar_py.conformance.browser import Recorder
from toolbar_py.conformance.record import (
    Answer,
    Bound,
    Call,
    Delivery,
    PageOpened,
    Rejection,
    Shown,
    Thrown,
    ToolbarSeen,
)

T = TypeVar("T")

_TOOLBAR = """
class Kept extends Promise {
  #heard = false;
  then(a, b) { if (b) this.#heard = true; return super.then(a, b); }
  done(a) { super.then(a, (reason) => { if (!this.#heard) throw reason; }); return this; }
  fail(b) { this.#heard = true; super.then(undefined, b); return this; }
}
const callbacks = new Set();
const refuse = (code) => Object.assign(new Error(code), { name: "ToolbarError", code, correlationId: "c-" + code });
const EASYCIM = {
  openScript(contactId, ecid) {
    this.lastThis = this;
    return Kept.resolve({ result: true, ecid, contactId, secret: 1 });
  },
  saveScript(contactId, outcome) {
    return (this.last = outcome === "BAD" ? Kept.reject(refuse("UNKNOWN_OUTCOME")) : Kept.resolve({ result: true }));
  },
};
const CONTACT = {
  SetCallData() { return Kept.resolve({ accepted: true }); },
  GetCallDataValueByName: (contact, name) => contact.CallData.find((entry) => entry.name === name)?.value ?? "",
  bindContactCallback(callback) { callbacks.add(callback); return Kept.resolve(true); },
  unbindContactCallback(callback) { callbacks.delete(callback); return Kept.resolve(true); },
};
window.config = { ...window.TOOLBAR_CONFIG };
window.given = [];
window.emit = (data) => [...callbacks].map((callback) => {
  try { return callback.call(window, new Event("x"), data); } catch (error) { return "threw " + error.message; }
});
window.TOOLBAR = { EASYCIM, CONTACT, ready: Promise.resolve({ runtime: "page" }),
                   configure(settings) { window.given.push(settings); } };
"""
_EVENT = {
    "event": "POPUP",
    "id": "c1",
    "type": "callTask",
    "CallData": [{"name": "PIN", "value": "s3cret"}, {"name": "ECID", "value": "a|1|1|1"}],
}


class Recorded:
    """A page with the recorder in it."""

    def __init__(self, context: BrowserContext, crm: HostPages) -> None:
        self.recorder = Recorder(lambda _: None)
        self.recorder.record(context, {"serviceUrl": "http://kit", "token": "kit's"})
        self._crm = crm
        self.page: Page = context.new_page()

    def open(self, script: str = "") -> None:
        """Open a page that loads the stand-in and runs a script behind it."""
        self._crm.add("/stub.js", _TOOLBAR)
        html = f'<!doctype html><p id="p"></p><script src="/stub.js"></script><script>{script}</script>'
        self.page.goto(self._crm.add("/recorded.html", html))

    def eval(self, script: str, argument: Any = None) -> Any:
        return self.page.evaluate(script, argument)

    def all(self, kind: type[T], count: int = 1) -> list[T]:
        """Wait for so many entries of a kind, and give all there are."""
        until = time.monotonic() + 10
        while len(self.have(kind)) < count and time.monotonic() < until:
            self.page.wait_for_timeout(20)
        return self.have(kind)

    def have(self, kind: type[T]) -> list[T]:
        return [entry for entry in self.recorder.entries if isinstance(entry, kind)]


@pytest.fixture
def recorded(browser: Browser, crm: HostPages) -> Iterator[Recorded]:
    context = browser.new_context()
    yield Recorded(context, crm)
    context.close()


def test_a_call_is_written_with_its_arguments_and_its_answer(recorded: Recorded) -> None:
    recorded.open("TOOLBAR.EASYCIM.openScript('c1', 'a|1|1|1', 'false')")
    (answer,) = recorded.all(Answer)
    (call,) = recorded.have(Call)
    assert [(each.name, each.type, each.value) for each in call.given] == [
        ("ContactID", "string", "c1"),
        ("ECID", "string", "a|1|1|1"),
        ("isManual", "string", "false"),
    ]
    assert (answer.call, answer.ok, answer.told.ecid, answer.told.result) == (call.call, True, "a|1|1|1", True)
    assert len(recorded.have(ToolbarSeen)) == 1


def test_the_page_gets_the_same_promise_and_the_same_this(recorded: Recorded) -> None:
    recorded.open()
    assert recorded.eval("""async () => {
      const { EASYCIM } = TOOLBAR;
      const answer = EASYCIM.saveScript('c1', 'POSITIVE');
      const same = answer === EASYCIM.last;
      await EASYCIM.openScript('', 'a|1|1|1');
      return [same, EASYCIM.lastThis === EASYCIM, EASYCIM.saveScript.name, EASYCIM.saveScript.length,
              Object.keys(answer).length, JSON.stringify(answer), TOOLBAR.CONTACT.GetCallDataValueByName(
                { CallData: [{ name: 'A', value: 'b' }] }, 'A')];
    }""") == [True, True, "saveScript", 2, 0, "{}", "b"]


def test_values_of_call_data_are_not_written_but_for_the_ecid(recorded: Recorded) -> None:
    recorded.open("""
      TOOLBAR.CONTACT.bindContactCallback(() => { throw new Error("s3cret"); });
      TOOLBAR.CONTACT.SetCallData("c1", "PIN=s3cret;ECID=a|1|1|1;X=s3cret");
      TOOLBAR.EASYCIM.saveScript("c1", "POSITIVE", true, "s3cret note", [{ name: "x", value: "s3cret" }]);
    """)
    recorded.eval("(event) => emit(event)", _EVENT)
    recorded.all(Thrown)
    assert recorded.all(Delivery)[0].ecid == "a|1|1|1"
    assert recorded.have(Call)[0].given[1].value == "a|1|1|1"
    assert "s3cret" not in "".join(entry.model_dump_json() for entry in recorded.recorder.entries)


def test_a_throwing_callback_throws_as_before_and_is_written_with_its_place(recorded: Recorded) -> None:
    recorded.open("TOOLBAR.CONTACT.bindContactCallback(function () { return this === window ? null.x : 1; })")
    (threw,) = recorded.eval("(event) => emit(event)", _EVENT)
    assert threw.startswith("threw Cannot read")
    (thrown,) = recorded.all(Thrown)
    assert (thrown.event, thrown.contact, thrown.name) == ("POPUP", "c1", "TypeError")
    assert thrown.place.startswith("recorded.html:1:")


def test_a_function_bound_twice_is_one_callback_and_can_be_unbound(recorded: Recorded) -> None:
    recorded.open("window.f = () => 1; TOOLBAR.CONTACT.bindContactCallback(f); TOOLBAR.CONTACT.bindContactCallback(f);")
    assert recorded.eval("(event) => emit(event)", _EVENT) == [1]
    assert recorded.eval("(event) => { TOOLBAR.CONTACT.unbindContactCallback(f); return emit(event); }", _EVENT) == []
    assert [each.callback for each in recorded.all(Bound, 2)] == [1, 1]


@pytest.mark.parametrize(
    ("handling", "unhandled"),
    [
        ("", True),
        (".then(() => 1)", True),
        (".done(() => 1)", True),
        (".catch(() => 1)", False),
        (".then(() => 1, () => 1)", False),
        (".fail(() => 1)", False),
        (".done(() => 1).fail(() => 1)", False),
        (".finally(() => 1).catch(() => 1)", False),
    ],
)
def test_a_rejection_is_unhandled_exactly_when_the_page_does_not_handle_it(
    recorded: Recorded, handling: str, unhandled: bool
) -> None:
    recorded.open(f"TOOLBAR.EASYCIM.saveScript('c1', 'BAD'){handling}")
    (answer,) = recorded.all(Answer)
    assert answer.failure is not None
    assert (answer.ok, answer.failure.code) == (False, "UNKNOWN_OUTCOME")
    recorded.page.wait_for_timeout(200)
    assert [(each.code, each.prevented) for each in recorded.have(Rejection)] == (
        [("UNKNOWN_OUTCOME", False)] * unhandled
    )


def test_an_awaited_rejection_in_a_try_is_handled(recorded: Recorded) -> None:
    recorded.open("(async () => { try { await TOOLBAR.EASYCIM.saveScript('c1', 'BAD'); } catch {} })()")
    recorded.all(Answer)
    recorded.page.wait_for_timeout(200)
    assert recorded.have(Rejection) == []


def test_the_promise_of_an_async_callback_is_its_callbacks_when_it_is_rejected(recorded: Recorded) -> None:
    recorded.open("TOOLBAR.CONTACT.bindContactCallback(async () => { await 1; null.x; })")
    recorded.eval("(event) => { emit(event); }", _EVENT)
    (rejection,) = recorded.all(Rejection)
    assert (rejection.callback, rejection.event, rejection.contact, rejection.code) == (1, "POPUP", "c1", None)


def test_a_page_that_takes_care_of_unhandled_rejections_by_itself_is_seen_to(recorded: Recorded) -> None:
    recorded.open("""
      addEventListener("unhandledrejection", (event) => event.preventDefault());
      TOOLBAR.EASYCIM.saveScript("c1", "BAD");
    """)
    (rejection,) = recorded.all(Rejection)
    assert rejection.prevented


@pytest.mark.parametrize(
    ("notice", "shown"), [("p.textContent = error.code", 1), ("alert(error.code)", 1), ("console.log(error.code)", 0)]
)
def test_what_shows_after_a_refused_save_is_seen(recorded: Recorded, notice: str, shown: int) -> None:
    recorded.open(f"TOOLBAR.EASYCIM.saveScript('c1', 'BAD').catch((error) => setTimeout(() => {{ {notice}; }}, 50))")
    recorded.all(Answer)
    recorded.page.wait_for_timeout(400)
    assert len(recorded.have(Shown)) == shown


def test_a_call_just_before_a_navigation_is_not_lost(recorded: Recorded) -> None:
    recorded.open("""
      if (!location.search) {
        TOOLBAR.EASYCIM.openScript("c1", "a|1|1|1").then(() => undefined);
        window.open(location.pathname + "?next", "_self");
      }
    """)
    first, second = recorded.all(PageOpened, 2)
    (call,) = recorded.have(Call)
    assert call.life == first.life != second.life
    assert first.frame == second.frame


def test_the_kits_service_and_token_hold_whatever_the_page_says(recorded: Recorded) -> None:
    recorded.open()
    recorded.page.add_init_script(
        "window.TOOLBAR_CONFIG = { serviceUrl: 'http://own', token: () => 'own', locale: 'en' }"
    )
    recorded.page.reload()
    assert recorded.eval("() => config") == {"serviceUrl": "http://kit", "token": "kit's", "locale": "en"}
    recorded.eval("() => TOOLBAR.configure({ token: 'own', timeoutMs: 5 })")
    assert recorded.eval("() => given") == [{"timeoutMs": 5}]


def test_a_toolbar_that_comes_late_or_in_parts_is_recorded_too(recorded: Recorded) -> None:
    recorded.open()
    recorded.eval("""async () => {
      const { CONTACT } = TOOLBAR;
      const late = { CONTACT };
      window.TOOLBAR = late;
      late.EASYCIM = { saveScript: () => Promise.resolve({ result: true }) };
      await TOOLBAR.EASYCIM.saveScript("c9", "POSITIVE");
    }""")
    assert [each.given[0].value for each in recorded.all(Call)] == ["c9"]


def test_nothing_of_the_recorder_shows_on_the_window(recorded: Recorded) -> None:
    recorded.open()
    assert recorded.eval("() => Object.keys(window).filter((name) => /conformance/i.test(name))") == []
