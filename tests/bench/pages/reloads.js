/**
 * Measures what a page is told that comes back in the middle of a call, and how soon: from the beginning of the
 * navigation to the answers. The address says which runtime, whose desk and which contact:
 * `?runtime=...&token=...&contact=...`.
 */
(() => {
  const site = window.BENCH_SITE;
  const asked = new URLSearchParams(location.search);
  const heard = [];

  const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

  async function connect() {
    window.TOOLBAR_CONFIG = { token: asked.get("token"), runtime: asked.get("runtime") ?? "auto", logLevel: "silent" };
    await loadScript(`${site.serviceUrl}/sdk/toolbar.js`);
    TOOLBAR.CONTACT.bindContactCallback((_event, data) => heard.push([data.id, data.event]));
  }

  /** What the page asks first; the clock of `performance` begins with the navigation. */
  async function ask(contact) {
    const [list, info] = await Promise.all([TOOLBAR.CONTACT.getContactList(), TOOLBAR.EASYCIM.getContactInfo(contact)]);
    return { told: { list, info }, tookMs: performance.now(), heard: heard.length };
  }

  const methods = {
    /** Waits for an event of a contact, opens its script, and asks. */
    async open(contact, ecid, event) {
      while (!heard.some(([id, name]) => id === contact && name === event)) await sleep(5);
      const { result } = await TOOLBAR.EASYCIM.openScript(contact, ecid, false);
      if (!result) throw new Error(`the script of ${ecid} could not be opened`);
      return ask(contact);
    },
    /** Waits until a contact has left. */
    async gone(contact) {
      while (!heard.some(([id, name]) => id === contact && name === "DELETE")) await sleep(5);
    },
  };

  async function begin() {
    await connect();
    const contact = asked.get("contact");
    if (contact) return ask(contact);
    await TOOLBAR.AGENT.Login();
    return (await TOOLBAR.ready).runtime;
  }

  /** Does what the benchmark wants, until it sends the page to another address. */
  async function serve() {
    let wanted = await tellBenchmark(begin());
    while (wanted.method) wanted = await tellBenchmark(methods[wanted.method](...wanted.values));
    location.assign(wanted.go);
  }

  void serve();
})();
