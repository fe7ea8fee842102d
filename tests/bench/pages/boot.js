/**
 * Measures one boot as an operator's page sees it: from asking for the loader script to the first answered call.
 * The address says what is booted: `?what=ours&runtime=...` or `?what=stock`.
 */
(() => {
  const site = window.BENCH_SITE;
  const asked = new URLSearchParams(location.search);
  const serviceUrl = asked.get("service") ?? site.serviceUrl;

  /** What is asked first: Python asks easyCIM, and checks the answer. */
  const ECID = "demo|1|1|1";
  /** How long the page is watched after the first answer: what a boot leaves for later counts too. */
  const SETTLE_MS = 400;
  const DEADLINE_MS = 90_000;

  const tasks = [];
  const watchesTasks = PerformanceObserver.supportedEntryTypes.includes("longtask");
  if (watchesTasks) {
    const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries()));
    observer.observe({ type: "longtask", buffered: true });
  }

  const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

  const subjects = {
    async ours() {
      window.TOOLBAR_CONFIG = { token: site.token, runtime: asked.get("runtime") ?? "auto", logLevel: "silent" };
      await loadScript(`${serviceUrl}/sdk/toolbar.js`);
      const scriptAt = performance.now();
      const answer = await TOOLBAR.EASYCIM.getContactInfoWS(ECID);
      return {
        scriptAt,
        answer,
        async tell() {
          const { runtime } = await TOOLBAR.ready;
          const { engine } = await TOOLBAR.diagnostics();
          return { runtime, heapBytes: engine?.heapBytes ?? null, boot: engine?.boot ?? null };
        },
      };
    },
    async stock() {
      await loadScript(`${serviceUrl}/sdk/stock.js`);
      const scriptAt = performance.now();
      const { call, heapBytes } = await window.bootStock(`${serviceUrl}/sdk/${site.stock}`);
      const answer = await call("EASYCIM.getContactInfoWS", [ECID]);
      return { scriptAt, answer, tell: async () => ({ runtime: "stock", heapBytes: heapBytes() }) };
    },
  };

  async function measure() {
    const startedAt = performance.now();
    const { scriptAt, answer, tell } = await subjects[asked.get("what") ?? "ours"]();
    const answeredAt = performance.now();
    if (answer.ecid !== ECID) throw new Error(`not the contact: ${JSON.stringify(answer)}`);
    await sleep(SETTLE_MS);
    const since = (at) => at - startedAt;
    const relevant = tasks.filter((task) => task.startTime + task.duration > startedAt);
    const { runtime, heapBytes, boot } = await tell();
    return {
      runtime,
      heapBytes,
      boot: boot ? [boot.kind, boot.image, boot.reason].filter(Boolean).join(", ") : null,
      bootMs: since(answeredAt),
      scriptMs: since(scriptAt),
      longTasks: watchesTasks ? relevant.map((task) => [since(task.startTime), task.duration]) : null,
      stages: boot?.stages ?? {},
    };
  }

  const late = sleep(DEADLINE_MS).then(() => Promise.reject(new Error("no answer in 90 s")));
  late.catch(() => undefined);
  tellBenchmark(Promise.race([measure(), late])).then(({ go }) => location.assign(go));
})();
