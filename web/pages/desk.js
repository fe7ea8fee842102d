// A page as integrators write theirs: TOOLBAR's namespaces and what their Promises give. No build, no framework.
import { forget } from "./answers.js";
import { Attendance } from "./attendance.js";
import { say } from "./page.js";
import { Saving } from "./saving.js";
import { Script } from "./script.js";
import { Session } from "./session.js";

const TOOLBAR = window.TOOLBAR;

function start() {
  const saving = new Saving(TOOLBAR.EASYCIM, {
    atDesk: (contactId) => attendance.has(contactId),
    taken: (contact) => script.show(contact),
    saved: (answer) => script.refresh(answer.contactId || answer.ecid),
  });
  const script = new Script(TOOLBAR.EASYCIM, saving);
  const attendance = new Attendance(TOOLBAR, script, () => saving.tidy());
  const engine = new Engine();
  const session = new Session(TOOLBAR, (signedIn) => {
    engine.watch(signedIn);
    // What one operator did is not the next one's to see.
    for (const part of [saving, script, attendance]) part.forget();
    forget();
    if (signedIn) attendance.begin();
  });
  session.resume();
}

/** Says whether the toolbar is up, and whether it reaches easyCIM. */
class Engine {
  #up = "";
  #signedIn = false;
  #gone = false;

  constructor() {
    TOOLBAR.ready.then((info) => {
      this.#up = `Toolbar ${info.version} pronta in ${info.bootMs} ms`;
      this.#draw();
    }, (error) => say("engine", error.message, "bad"));
    window.addEventListener("toolbar:connection", ({ detail }) => {
      if (detail.state === "open") this.#gone = false;
      else if (detail.state === "waiting" || detail.state === "offline") this.#gone = true;
      this.#draw();
    });
    // Also when it is up no more, and not started again.
    window.addEventListener("toolbar:error", ({ detail }) => {
      this.#up = "";
      say("engine", detail.message, "bad");
    });
  }

  /** Without a token nothing is reached, and nothing is missed. */
  watch(signedIn) {
    this.#signedIn = signedIn;
    this.#gone = false;
    this.#draw();
  }

  #draw() {
    if (!this.#up) return;
    if (this.#signedIn && this.#gone) say("engine", "easyCIM non risponde: la toolbar riprova da sola", "bad");
    else say("engine", this.#up, "good");
  }
}

// The script of the toolbar may not have come: then nothing of it is there.
if (TOOLBAR) start();
else say("engine", "Toolbar mancante: /sdk/toolbar.js non è stato caricato", "bad");
