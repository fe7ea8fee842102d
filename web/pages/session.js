// Signing in and out. How a page comes to its token is the page's business: this one keeps it for its tab, so that a
// reload does not sign the operator out.
import { byId, say } from "./page.js";

const KEPT = "demo-session";

export class Session {
  #toolbar;
  #onChange;

  /** @param onChange called with whether somebody is signed in, when that changes */
  constructor(toolbar, onChange) {
    this.#toolbar = toolbar;
    this.#onChange = onChange;
    byId("login").addEventListener("submit", (event) => this.#signIn(event));
    byId("logout").addEventListener("submit", (event) => {
      event.preventDefault();
      this.end("");
    });
  }

  /** Goes on with the session of this tab, if it has one that still lasts. */
  resume() {
    const kept = JSON.parse(sessionStorage.getItem(KEPT) || "null");
    if (kept && kept.expiresAt > Date.now()) this.#begin(kept);
    else if (kept) this.end("La sessione è scaduta: accedere di nuovo.");
  }

  /** Takes the token away. */
  end(reason) {
    sessionStorage.removeItem(KEPT);
    this.#toolbar.configure({ token: "" });
    this.#show(false);
    say("login-result", reason, reason && "wait");
    byId("login").elements.operator.focus();
  }

  #begin(session) {
    this.#toolbar.configure({ token: session.token });
    byId("operator").textContent = session.operator;
    say("login-result", "");
    this.#show(true);
  }

  async #signIn(event) {
    event.preventDefault();
    const form = event.target.elements;
    say("login-result", "");
    try {
      const session = await login(form.operator.value, form.password.value);
      sessionStorage.setItem(KEPT, JSON.stringify(session));
      this.#begin(session);
      byId("open").elements.ecid.focus();
    } catch (error) {
      say("login-result", error.message, "bad");
    }
  }

  #show(signedIn) {
    byId("logout").hidden = !signedIn;
    byId("access").hidden = signedIn;
    document.querySelectorAll("[data-signed-in]").forEach((part) => (part.hidden = !signedIn));
    this.#onChange(signedIn);
  }
}

async function login(operator, password) {
  let response;
  try {
    response = await fetch("/easycim/v1/login", {
      method: "POST",
      headers: { "content-type": "application/json", "accept-language": "it" },
      body: JSON.stringify({ operator, password }),
    });
  } catch {
    throw new Error("easyCIM non risponde: controllare che il servizio sia attivo e riprovare.");
  }
  const answer = await response.json().catch(() => ({}));
  if (!answer.token) throw new Error(answer.detail || `easyCIM ha risposto ${response.status}: riprovare.`);
  return answer;
}
