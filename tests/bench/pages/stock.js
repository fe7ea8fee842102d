/** Boots the same Python as Pyodide's documentation says: loadPyodide, micropip, import. Defines `bootStock`. */
window.bootStock = async (folder) => {
  const { loadPyodide } = await import(`${folder}pyodide/pyodide.mjs`);
  const { micropip, serviceUrl, token } = window.BENCH_SITE;
  const pyodide = await loadPyodide({
    indexURL: `${folder}pyodide/`,
    packageBaseUrl: `${folder}pyodide/`,
    packages: [`${folder}python/${micropip}`],
  });
  const index = `${folder}python/{package_name}.html`;
  await pyodide.runPythonAsync(
    `import micropip\nawait micropip.install("toolbar-py-page", index_urls=${JSON.stringify(index)})`,
  );
  const browser = pyodide.pyimport("toolbar_py.page.host.browser");

  const waiting = new Map();
  const python = {};
  // There is no event stream here, and nothing waits for a time to pass.
  const UNANSWERED = new Set(["listen", "next", "sleep"]);
  const ask = async (head) => {
    const [method, path] = head.split(" ");
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${serviceUrl}/easycim/v1${path}`, { method, headers, credentials: "omit" });
    return [String(response.status), await response.text()];
  };
  // What Python says, as web/src/engine/boundary.ts reads it.
  const carryOut = (effects) => {
    for (const effect of effects.split("\x1e").filter(Boolean)) {
      const [what, id, kind, head] = effect.split("\x1f");
      if (what === "ask" && kind === "fetch") {
        void ask(head).then((reply) => carryOut(python.resume(Number(id), ...reply)));
      } else if (what === "ask" && !UNANSWERED.has(kind)) {
        void Promise.resolve().then(() => carryOut(python.resume(Number(id), "{}", "")));
      } else if (what === "answer") {
        waiting.get(Number(id))(JSON.parse(head));
        waiting.delete(Number(id));
      }
    }
  };
  const boundary = {
    register: (call, resume, ...rest) => {
      Object.assign(python, { call, resume });
      carryOut(rest.at(-1));
    },
    now: () => Date.now(),
    random: () => Math.random(),
    cancel: () => undefined,
    log: () => undefined,
    push: (effects) => carryOut(effects),
  };
  browser.open_realm(crypto.getRandomValues(new Uint32Array(1))[0])(boundary, "it", "");

  let lastId = 0;
  return {
    call(path, values) {
      const id = ++lastId;
      return new Promise((resolve) => {
        waiting.set(id, resolve);
        carryOut(python.call(id, path, JSON.stringify(values), "0".repeat(31) + "1"));
      });
    },
    heapBytes: () => pyodide._module.HEAPU8.length,
  };
};
