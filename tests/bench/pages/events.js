/**
 * Notes when which contact event comes: at a callback bound with CONTACT.bindContactCallback, and at a plain-JavaScript
 * reader of the same stream. The address says which runtime and whose desk: `?runtime=...&token=...`.
 */
(() => {
  const site = window.BENCH_SITE;
  const asked = new URLSearchParams(location.search);
  const token = asked.get("token");
  let heard = { toolbar: [], plain: [] };

  /** Epoch ms with decimals, on the clock of the whole machine. */
  const now = () => performance.timeOrigin + performance.now();

  /** What a careful programmer would write without a toolbar. Resolves when the stream has begun. */
  function readPlainly() {
    return new Promise((resolve, reject) => {
      const read = async () => {
        const response = await fetch(`${site.serviceUrl}/easycim/v1/events`, {
          headers: { authorization: `Bearer ${token}` },
          credentials: "omit",
          cache: "no-store",
        });
        if (!response.ok) throw new Error(`easyCIM answered ${response.status}`);
        const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
        let text = "";
        for (;;) {
          const { done, value } = await reader.read();
          if (done) throw new Error("the stream has ended");
          text += value;
          const messages = text.split("\n\n");
          text = messages.pop();
          for (const message of messages) {
            if (message.startsWith("event: desk")) resolve();
            if (!message.startsWith("event: event")) continue;
            const { contact } = JSON.parse(message.slice(message.indexOf("data: ") + 6));
            if (contact) heard.plain.push([now(), contact.id, contact.event]);
          }
        }
      };
      read().catch(reject);
    });
  }

  async function connect() {
    window.TOOLBAR_CONFIG = { token, runtime: asked.get("runtime") ?? "auto", logLevel: "silent" };
    await loadScript(`${site.serviceUrl}/sdk/toolbar.js`);
    const { runtime } = await TOOLBAR.ready;
    TOOLBAR.CONTACT.bindContactCallback((_event, data) => {
      if (data.id) heard.toolbar.push([now(), data.id, data.event]);
    });
    await TOOLBAR.AGENT.Login();
    await readPlainly();
    return {
      runtime,
      /** What has come since the last time, as `[moment, id, event]`; `skewMs`: how far the two clocks are apart. */
      async take() {
        const taken = heard;
        heard = { toolbar: [], plain: [] };
        return { ...taken, skewMs: Date.now() - now() };
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
