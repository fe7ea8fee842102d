/** Boots the same Python as Pyodide's documentation says: loadPyodide, micropip, import. Defines `bootStock`. */
window.bootStock = async (folder) => {
  const { loadPyodide } = await import(`${folder}pyodide/pyodide.mjs`);
  const { micropip } = window.BENCH_SITE;
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
  // What Python says, as web/src/engine/boundary.ts reads it.
  const carryOut = (effects) => {
    for (const effect of effects.split("\x1e").filter(Boolean)) {
      const [what, id, , text] = effect.split("\x1f");
      if (what === "ask") {
        void Promise.resolve().then(() => carryOut(python.resume(Number(id), "{}", "")));
      } else {
        waiting.get(Number(id))(JSON.parse(text));
        waiting.delete(Number(id));
      }
    }
  };
  const boundary = {
    register: (call, resume, _abort, _setLocale, _instance, effects) => {
      Object.assign(python, { call, resume });
      carryOut(effects);
    },
    now: () => Date.now(),
    random: () => Math.random(),
    cancel: () => undefined,
    log: () => undefined,
  };
  browser.start(boundary, "it", crypto.getRandomValues(new Uint32Array(1))[0]);

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
