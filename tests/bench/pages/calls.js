/**
 * Makes the same call in three ways, by turns: through TOOLBAR, with a plain-JavaScript client of the same endpoint,
 * and the legacy way over a local Socket.IO 2 server. The address says which runtime: `?runtime=...`.
 */
(() => {
  const BACK_TO_BACK = 100;
  const site = window.BENCH_SITE;
  const asked = new URLSearchParams(location.search);

  function traceparent() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    const trace = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return `00-${trace}-${trace.slice(16)}-01`;
  }

  /** What a careful programmer would write without a toolbar; the request is the one that TOOLBAR makes. */
  async function ask(url) {
    // The faster one each: past the cache, or without a CORS preflight before every request.
    const cache = url.startsWith(`${location.origin}/`) ? "no-store" : "default";
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${site.token}`, traceparent: traceparent() },
      credentials: "omit",
      cache,
      redirect: "error",
      referrerPolicy: "no-referrer",
    });
    if (!response.ok) throw new Error(`easyCIM answered ${response.status}`);
    return response.json();
  }

  const plain = (ecid) => ask(`${site.serviceUrl}/easycim/v1/contacts/${encodeURIComponent(ecid)}`);

  async function connectLegacy() {
    await loadScript(`${site.legacyUrl}/socket.io/socket.io.js`);
    const socket = window.io(site.legacyUrl);
    await new Promise((resolve, reject) => {
      socket.on("connect", resolve);
      socket.on("connect_error", reject);
    });
    const { engine } = socket.io;
    // It begins with HTTP polling; what is measured is the socket.
    if (engine.transport.name !== "websocket") await new Promise((resolve) => engine.once("upgrade", resolve));
    return socket;
  }

  async function connect() {
    window.TOOLBAR_CONFIG = { token: site.token, runtime: asked.get("runtime") ?? "auto", logLevel: "silent" };
    await loadScript(`${site.serviceUrl}/sdk/toolbar.js`);
    const { runtime } = await TOOLBAR.ready;
    const socket = await connectLegacy();
    // One answer per method name: the legacy SDK knows no call ids.
    const legacy = (ecid) =>
      new Promise((resolve) => {
        socket.once("getContactInfoWS", resolve);
        socket.emit("getContactInfoWS", ecid);
      });
    const compared = { toolbar: (ecid) => TOOLBAR.EASYCIM.getContactInfoWS(ecid), plain, legacy };
    const instant = (event) =>
      new Promise((resolve) => {
        socket.once(event, resolve);
        socket.emit(event);
      });
    // What each way cannot go below: the least that the browser and the boundary to Python take by themselves.
    const floors = {
      "instant fetch": () => ask(`${site.legacyUrl}/instant`),
      "instant socket": () => instant("instant"),
      "refused call": () => TOOLBAR.EASYCIM.getContactInfoWS(),
    };
    const ways = { ...compared, ...floors };
    /** How long one of many refused calls takes when nothing comes between them: the work itself, in ms. */
    const backToBack = async () => {
      const startedAt = performance.now();
      for (let count = 0; count < BACK_TO_BACK; count++) await floors["refused call"]();
      return (performance.now() - startedAt) / BACK_TO_BACK;
    };
    return {
      runtime,
      /** The answer of each way to the same question. */
      async compare(ecid) {
        const answers = {};
        for (const [name, way] of Object.entries(compared)) answers[name] = await way(ecid);
        return answers;
      },
      /**
       * Calls by turns; `ecids` lists for each way what it asks for. Gives how long each call took, in ms, and under
       * `service` how long the legacy server's own requests took.
       */
      async takeTurns(ecids) {
        await new Promise((resolve) => socket.emit("durations", resolve));
        const names = Object.keys(ecids);
        const durations = Object.fromEntries(names.map((name) => [name, []]));
        for (let index = 0; index < ecids[names[0]].length; index++) {
          for (let turn = 0; turn < names.length; turn++) {
            // Nobody always goes first.
            const name = names[(index + turn) % names.length];
            const startedAt = performance.now();
            const answer = await ways[name](ecids[name][index]);
            durations[name].push(performance.now() - startedAt);
            if (name in compared && answer.ecid !== ecids[name][index]) throw new Error(`${name}: ${JSON.stringify(answer)}`);
          }
        }
        if (names.includes("refused call")) durations["refused call, back to back"] = [await backToBack()];
        const service = await new Promise((resolve) => socket.emit("durations", resolve));
        return { ...durations, service };
      },
      /** Many calls through TOOLBAR, a few in flight at a time. */
      async repeat(count, ecids, inFlight) {
        let next = 0;
        const worker = async () => {
          while (next < count) {
            const ecid = ecids[next++ % ecids.length];
            const answer = await ways.toolbar(ecid);
            if (answer.ecid !== ecid) throw new Error(JSON.stringify(answer));
          }
        };
        await Promise.all(Array.from({ length: inFlight }, worker));
      },
      async census() {
        const { engine } = await TOOLBAR.diagnostics();
        return { heapBytes: engine.heapBytes, proxies: engine.proxies, references: engine.references };
      },
    };
  }

  /** Does what the benchmark wants, until the tab is closed. */
  async function serve() {
    const connected = connect();
    let wanted = await tellBenchmark(connected.then(({ runtime }) => runtime));
    const connection = await connected;
    for (;;) wanted = await tellBenchmark(connection[wanted.method](...wanted.values));
  }

  void serve();
})();
